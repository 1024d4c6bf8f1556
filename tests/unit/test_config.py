"""Settings: what is accepted comes back the same; everything else refuses the start with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal import config
from breakseal.bootstrap import courier as bootstrap
from breakseal.bootstrap import standing
from breakseal.config import Carrier, Channel, Config, Courier, Inbound, Settings
from breakseal.courier.config import Camara, Replies
from breakseal.kernel.errors import ConfigError


def test_the_defaults_are_the_embedded_mode() -> None:
    settings = config.parse(b"")
    assert settings == Settings()
    assert (settings.web.port, settings.door.port, settings.demo) == (8911, 8912, False)


def test_what_is_rendered_reads_back_the_same() -> None:
    sms = Channel(kind="apprise", processor="text-co", url_file='a"b\\c')
    mail = Channel(
        kind="smtp", processor="own-mail", host="localhost", port=25, tls="none", sender="a@b.example"
    )
    inbound = Inbound(kind="webhook", host="127.0.0.1", port=8920, secret_file="in.secret")
    carrier = Carrier(
        kind="mlp", processor="c", url="https://a.example/mlp", client_id="b", secret_file="mlp.secret"
    )
    courier = Courier(name="x", sms=sms, mail=mail, inbound=inbound, carrier=carrier)
    settings = Settings(operator="Ñandú County", courier=courier)
    assert config.parse(config.render(settings).encode()) == settings


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "unknown field `colour`"),
        ("[web]\nport = 1\norigin = 'https://a.example'\nhots = 'x'", "unknown field `hots`"),
        ("[courier.sms]\nprocessor = 'x'", "missing required field `kind`"),
        ("[courier.carrier]\nkind = 'camara'", "missing required field `processor`"),
        ("[courier.inbound]\nkind = 'pigeon'", "Invalid enum value 'pigeon'"),
        ("demo = 'yes'", "Expected `bool`"),
        ("demo = 1", "Expected `bool`"),
        ("= 3", "not TOML"),
        ("[web]\nport = 70000\norigin = 'https://a.example'", "not a port"),
        ("[web]\nport = 1\norigin = 'https://a.example/'", "not an origin"),
        ("[web]\nport = 1\norigin = 'ftp://a.example'", "not an origin"),
        ("[web]\nport = 1\norigin = 'http://a.example'", "https only"),
        ("[web]\nport = 1\norigin = 'http://localhost:8912'", "origins of their own"),
        ("[web]\nport = 8912\norigin = 'https://a.example'", "a port of its own"),
        ("[web]\nport = 1\norigin = 'https://a.example'\ntls_cert = 'c'", "both or none"),
    ],
)
def test_what_does_not_fit_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        config.parse(text.encode())
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("data", [b"\xff", b"#" * (65 * 1024)])
def test_bytes_that_are_no_settings_are_refused(data: bytes) -> None:
    with pytest.raises(ConfigError):
        config.parse(data)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="breakseal init"):
        config.load(tmp_path / "none.toml")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    secret = tmp_path / "key.pem"
    secret.write_bytes(b"x")
    secret.chmod(0o600)
    config.check_secret(secret)
    secret.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 600"):
        config.check_secret(secret)


def test_a_missing_secret_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ConfigError):
            config.check_secret(path)


def test_every_path_lies_in_the_data_folder(tmp_path: Path) -> None:
    one = Config(path=tmp_path / "breakseal.toml", settings=Settings(data_dir="data"))
    paths = (
        one.epochs,
        one.register,
        one.log_store,
        one.records,
        one.calls,
        one.socket("web"),
        one.key("log"),
    )
    assert all(path.is_relative_to(tmp_path / "data") for path in paths)
    assert one.socket("courier-web").parent != one.socket("web").parent


def test_no_store_lies_beside_the_epoch_keys(tmp_path: Path) -> None:
    one = Config(path=tmp_path / "breakseal.toml", settings=Settings())
    assert not one.register.is_relative_to(one.epochs)


def test_secrets_of_inbound_and_carrier_are_the_couriers(tmp_path: Path) -> None:
    courier = Courier(
        inbound=Inbound(kind="webhook", port=8920, secret_file="in.secret"),
        carrier=Carrier(kind="camara", processor="c", secret_file="carrier.secret"),
    )
    one = Config(path=tmp_path / "breakseal.toml", settings=Settings(courier=courier))
    assert {tmp_path / "in.secret", tmp_path / "carrier.secret"} <= set(one.secrets("courier"))


def test_the_couriers_settings_are_those_of_the_file(tmp_path: Path) -> None:
    courier = Courier(
        sms=Channel(kind="phonebox", processor="p", folder="phone"),
        inbound=Inbound(kind="phonebox", folder="phone/replies"),
        carrier=Carrier(
            kind="camara",
            processor="c",
            base_url="https://a.example",
            token_url="https://a.example/token",
            client_id="b",
            secret_file="carrier.secret",
        ),
    )
    made = bootstrap.settings(Config(path=tmp_path / "breakseal.toml", settings=Settings(courier=courier)))
    assert not made.local_sinks
    demo = Config(path=tmp_path / "breakseal.toml", settings=Settings(courier=courier, demo=True))
    assert bootstrap.settings(demo).local_sinks
    assert made.inbound == Replies(folder=str(tmp_path / "phone/replies"))
    assert isinstance(made.carrier, Camara)
    assert (made.carrier.base_url, made.carrier.secret_file) == (
        "https://a.example",
        str(tmp_path / "carrier.secret"),
    )
    made.check()


def test_a_carrier_that_lacks_an_address_is_refused(tmp_path: Path) -> None:
    courier = Courier(carrier=Carrier(kind="mlp", processor="c", base_url="https://a.example"))
    with pytest.raises(ConfigError):
        bootstrap.settings(Config(path=tmp_path / "breakseal.toml", settings=Settings(courier=courier)))


def test_a_carrier_without_answers_by_text_is_a_guarantee_that_is_missing() -> None:
    carrier, inbound = Carrier(kind="camara", processor="c"), Inbound(kind="phonebox", folder="f")
    found = {
        name: {one.id for one in standing._of_courier(courier)}
        for name, courier in (
            ("none", Courier()),
            ("deaf", Courier(carrier=carrier)),
            ("both", Courier(carrier=carrier, inbound=inbound)),
        )
    }
    assert found == {"none": {"no-messages"}, "deaf": {"no-messages", "no-inbound"}, "both": {"no-messages"}}
