"""A backup from before an erasure, put back: nothing opens before the overseers' word, and the erased stays erased."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.bootstrap import ambient, copies
from breakseal.cli import main
from breakseal.config import Config
from breakseal.demo import checks, instance, places, settling, town
from breakseal.demo.centre import Board, PhoneSystem, await_news
from breakseal.demo.instance import Running
from breakseal.demo.resident import Home
from breakseal.demo.visitor import Visitor
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.canonical import unb64
from breakseal.kernel.model.signers import P256Signer

NUMBER = town.VISITOR_PHONE
PLACE = places.POSITIONS[1]
VISITORS: list[Visitor] = []


@pytest.fixture
def demo() -> Iterator[Running]:
    with instance.running() as own:
        yield own


@pytest.fixture(autouse=True)
def visitors() -> Iterator[None]:
    """Close at the end what visitors hold open."""
    yield
    while VISITORS:
        VISITORS.pop().close()


def visitor(config: Config) -> Visitor:
    VISITORS.append(Visitor(config, ambient.clock(), ambient.entropy()))
    return VISITORS[-1]


def registered(config: Config) -> Home:
    """Somebody with a phone, an address and consent."""
    key = P256Signer(ec.generate_private_key(ec.SECP256R1()), "demo")
    home = Home(visitor(config), key, ambient.entropy())
    home.sign_up()
    home.prove_phone(NUMBER, settling.messages(config))
    home.seal("emergency.home", settling.PROFILE["emergency.home"])
    home.consent()
    return home


def opened_by_call(config: Config, call: str) -> set[str]:
    """The categories that a call from the phone opens at its position."""
    board = Board(visitor(config), town.read_people(config)["jo"].signer(), PLACE)
    board.begin_shift()
    phones = PhoneSystem(places.callgate_origin(config), places.token_file(config))
    with board.listening() as news:
        phones.report(call, "answered", number=NUMBER, position=PLACE)
        event = unb64(await_news(news, call, "answered").event)
    _, found = board.read(board.ask(event))
    phones.report(call, "ended")
    return set(found)


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("whole", [True, False], ids=["log-and-keyholder", "keyholder-alone"])
def test_an_erased_record_stays_closed_after_a_restore(
    demo: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, whole: bool
) -> None:
    config = demo.config
    home = registered(config)
    assert opened_by_call(config, "before") == {"emergency.home"}
    assert run("backup", tmp_path / "copy", "--config", config.path, "--json") == 0
    home.erase()
    assert opened_by_call(config, "erased") == set()
    seen_outside = checkpoint(config)
    stop(demo)
    later_log = config.log_store.read_bytes()

    only = () if whole else ("--only", copies.REGISTER)
    capsys.readouterr()
    assert run("restore", tmp_path / "copy", *only, "--config", config.path) == 0
    assert "Nothing opens now" in capsys.readouterr().out
    with instance.started(config) as again:
        with pytest.raises(UnavailableError) as closed:
            registered(config)
        assert closed.value.reason == "quarantine"
        stop(again)
    if whole:
        bring_log(config, later_log)
    release(config, seen_outside, tmp_path)
    with instance.started(config):
        time.sleep(SKEW + 2)  # nothing counts that may have been signed before the release
        assert opened_by_call(config, "after") == set()
        trail = home.trail()
        bodies = checks.check_list(trail, checks.root_of(config))
        assert "erase" in {one.type for one in bodies}


def checkpoint(config: Config) -> bytes:
    """The newest checkpoint that the public has seen."""
    return httpx.get(f"{config.settings.door.origin}/log/checkpoint", timeout=10.0).content


def stop(demo: Running) -> None:
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0


def bring_log(config: Config, data: bytes) -> None:
    """Put the longer log back, as from a mirror."""
    for suffix in ("-wal", "-shm"):
        config.log_store.with_name(config.log_store.name + suffix).unlink(missing_ok=True)
    config.log_store.write_bytes(data)


def release(config: Config, seen: bytes, folder: Path) -> None:
    """Have two overseers release the keyholder at the start, from the statements' folder."""
    (folder / "checkpoint").write_bytes(seen)
    out = config.folder("public") / "statements" / "00-release.json"
    named = ("--checkpoint", folder / "checkpoint", "--config", config.path)
    assert run("release-restore", *named, "--out", out) == 0
    for key in sorted((config.data / "oversight-keys").rglob("oversight.pem"))[:2]:
        assert run("root", "sign", out, "--key", key) == 0


def test_a_backup_holds_no_key_and_goes_back_only_whole_and_at_rest(
    demo: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", tmp_path / "copy", "--config", demo.config.path, "--json") == 0
    files = [Path(one) for one in json.loads(capsys.readouterr().out)["files"]]
    assert {copies.REGISTER, copies.LOG, copies.RECORDS, copies.OUTBOX} <= {one.name for one in files}
    secrets = [one.read_bytes() for one in demo.config.epochs.glob("*.key")]
    secrets += [one.read_bytes() for one in demo.config.key("keyholder").parent.glob("*.pem")]
    assert secrets
    for file in files:
        data = file.read_bytes()
        assert not any(secret in data for secret in secrets), file.name
        assert file.stat().st_mode & 0o077 == 0 or "public" in file.parts or file.suffix == ".toml"

    check_running_refuses(demo.config, tmp_path, capsys)
    stop(demo)
    check_damaged_refuses(demo.config, tmp_path, capsys)


def check_running_refuses(config: Config, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("restore", folder / "copy", "--config", config.path) == 2
    assert "stop it first" in capsys.readouterr().err


def check_damaged_refuses(config: Config, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is touched."""
    file = folder / "copy" / copies.LOG
    data = bytearray(file.read_bytes())
    data[4096:12_288] = b"\xff" * 8192
    file.write_bytes(data)
    before = config.register.read_bytes()
    assert run("restore", folder / "copy", "--config", config.path) == 2
    assert "take another backup" in capsys.readouterr().err
    assert config.register.read_bytes() == before
