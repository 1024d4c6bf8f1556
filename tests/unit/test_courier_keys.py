"""The courier refuses to start with keys that others can read, and with settings that cannot be meant."""

from __future__ import annotations

import pickle
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from breakseal.courier.channels import build_adapters
from breakseal.courier.config import CourierConfig, Phonebox, Smtp
from breakseal.courier.desk import slip_number
from breakseal.courier.keys import create_keys, load_keys
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError
from tests.support.courier import ENTROPY, make_config

FILES = ("sign_key_file", "seal_key_file", "store_key_file")


@pytest.fixture
def config(tmp_path: Path) -> CourierConfig:
    config = make_config(tmp_path)
    create_keys(config, ENTROPY)
    return config


def test_keys_are_made_for_their_owner_only_and_load_again(config: CourierConfig) -> None:
    modes = {stat.S_IMODE(Path(getattr(config, name)).stat().st_mode) for name in FILES}
    assert modes == {0o600}
    first, again = load_keys(config), load_keys(config)
    assert (first.signer.key, first.point(), first.store) == (again.signer.key, again.point(), again.store)
    assert len(first.point()) == 65


def test_keys_are_never_replaced(config: CourierConfig) -> None:
    before = Path(config.sign_key_file).read_bytes()
    with pytest.raises(ConfigError):
        create_keys(config, ENTROPY)
    assert Path(config.sign_key_file).read_bytes() == before


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_key_that_others_can_reach_stops_the_start(config: CourierConfig, name: str, mode: int) -> None:
    Path(getattr(config, name)).chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_keys(config)


def swap(config: CourierConfig) -> None:
    one, two = Path(config.sign_key_file), Path(config.seal_key_file)
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)


def link(config: CourierConfig) -> None:
    path = Path(config.store_key_file)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize(
    "harm",
    [
        swap,
        link,
        lambda config: Path(config.sign_key_file).unlink(),
        lambda config: Path(config.sign_key_file).write_bytes(b"no key"),
        lambda config: Path(config.store_key_file).write_bytes(bytes(31)),
        lambda config: Path(config.seal_key_file).write_bytes(bytes(20_000)),
    ],
)
def test_files_that_hold_no_such_key_stop_the_start(
    config: CourierConfig, harm: Callable[[CourierConfig], object]
) -> None:
    harm(config)
    with pytest.raises(ConfigError):
        load_keys(config)


def smtp(host: str, tls: str) -> Smtp:
    return Smtp(processor="m", host=host, port=25, tls=tls, sender="a@b.example")  # type: ignore[arg-type] # a literal


@pytest.mark.parametrize(
    "changes",
    [
        {"sms": None, "voice": None, "desk": None, "mail": None},
        {"mail": smtp("mail.example.org", "none")},
        {"regions": ()},
        {"codes_per_hour": 0},
        {"poll_seconds": 0},
        {"retry_seconds": 0},
    ],
)
def test_settings_that_cannot_be_meant_stop_the_start(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        make_config(tmp_path, **changes).check()


def test_settings_that_are_meant_pass(tmp_path: Path) -> None:
    make_config(tmp_path, mail=smtp("mail.example.org", "starttls")).check()
    make_config(tmp_path, mail=smtp("127.0.0.1", "none"), sms=None).check()


def test_a_sender_that_is_no_address_stops_the_start(tmp_path: Path) -> None:
    bad = Smtp(processor="m", host="localhost", port=25, tls="none", sender="nobody")
    with pytest.raises(ConfigError):
        build_adapters(make_config(tmp_path, mail=bad))


def test_each_configured_channel_has_the_processor_that_it_names(tmp_path: Path) -> None:
    config = make_config(tmp_path, voice=Phonebox(processor="voice-carrier", folder=str(tmp_path)))
    adapters = build_adapters(config)
    assert {channel: one.processor for channel, one in adapters.items()} == {
        "sms": "demo-phone",
        "voice": "voice-carrier",
        "desk": "county-desk",
        "mail": "demo-phone",
    }


def test_a_private_text_does_not_show_itself() -> None:
    private = Private("+12025550143")
    assert f"{private} {private!r} {[private]}" == "<private> <private> [<private>]"
    with pytest.raises(TypeError):
        pickle.dumps(private)


def test_slip_numbers_differ_by_claim() -> None:
    assert slip_number(bytes(32)) == "0000-0000"
    assert slip_number(b"\xff" * 32) == "ZZZZ-ZZZZ"
