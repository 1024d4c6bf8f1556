"""Every command with bad input: one line that says what to do, exit code 2, never a stack trace."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from breakseal.bootstrap import ambient, installation
from breakseal.cli import accounts, main
from breakseal.config import FILE, Channel, Config, Courier, Settings

NOTHING = "/nowhere/at-all"


def commands() -> Iterator[tuple[str, ...]]:
    """Every command that there is, by walking the tree."""

    def walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if isinstance(command, click.Group):
            for name in command.list_commands(click.Context(command)):
                inner = command.get_command(click.Context(command), name)
                assert inner is not None
                yield from walk(inner, (*path, name))
        else:
            yield path

    yield from walk(main.cli, ())


@pytest.fixture
def installed(tmp_path: Path) -> Config:
    """An installation that does not run."""
    desk = Channel(kind="desk", processor="own-desk", folder="courier/desk")
    config = Config(path=tmp_path / FILE, settings=Settings(courier=Courier(desk=desk)))
    accounts.lay_out(config, apart=False)
    installation.found(config, ambient.clock(), ambient.entropy())
    return config


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main.run(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def check_one_line(code: int, out: str, err: str) -> None:
    assert code == 2
    assert out == ""
    assert err.startswith("breakseal: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert "fault of breakseal itself" not in err


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_an_unknown_option(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    check_one_line(*run(capsys, *path, "--no-such-option"))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_a_surplus_or_senseless_argument(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    check_one_line(*run(capsys, *path, *["non\nsense"] * 9))


BAD: tuple[tuple[str, ...], ...] = (
    ("nonsense",),
    ("root", "nonsense"),
    ("serve", "--config", NOTHING),
    ("serve", "--config", NOTHING, "--host", "x"),
    ("serve", "--demo", "--config", f"{NOTHING}/x.toml", "--host", "other.example"),
    ("serve", "--demo", "--config", f"{NOTHING}/x.toml", "--tls-cert", "c.pem"),
    ("part", "web", "--config", NOTHING),
    ("config", "check", "--config", NOTHING),
    ("doctor", "--config", NOTHING),
    ("backup", "/tmp", "--config", NOTHING),
    ("restore", "/tmp", "--config", NOTHING),
    ("release-restore", "--out", "-", "--config", NOTHING),
    ("release-restore", "--out", "-", "--size", "3", "--root-hash", "zz"),
    ("release-restore", "--out", "-", "--size", "0", "--root-hash", "00"),
    ("submit", NOTHING),
    ("root", "show", NOTHING),
    ("root", "sign", NOTHING, "--key", NOTHING),
    ("root", "state", "--config", NOTHING),
    ("root", "next", "--threshold", "3", "--out", "-", "--config", NOTHING),
    ("root", "next", "--threshold", "three", "--out", "-"),
    ("root", "next", "--from", NOTHING, "--out", "-"),
    ("root", "next", "--out", "-", "--config", NOTHING, "--overseer", NOTHING),
    ("receipt", "verify", NOTHING),
    ("receipt", "verify", NOTHING, "--vkey", "x"),
    ("receipt", "verify", NOTHING, "--vkey", "x", "--root", NOTHING),
    ("log", "audit", NOTHING, "--vkey", "x"),
    ("log", "audit", NOTHING),
    ("log", "audit", "http://127.0.0.1:1/log", "--vkey", "a+b+c"),
    ("policy", "explain", "purpose"),
    ("policy", "explain", "purpose=world-domination"),
    ("policy", "explain", "minutes_since_end=-1"),
    ("policy", "notice", "--lang", "xx"),
    ("org", "new", "X", "--id", "Not Good", "--kind", "police", "--out", "-"),
    ("org", "new", "X", "--id", "good", "--kind", "call-centre", "--out", "-"),
    ("org", "new", "X", "--id", "good", "--kind", "nothing", "--out", "-"),
    ("org", "new", "X", "--id", "good", "--kind", "police", "--place", "1234", "--out", "-"),
    ("org", "new", "X", "--id", "good", "--kind", "police", "--sponsor", "a", "--sponsor", "b", "--out", "-"),
    ("org", "client", NOTHING, "--out", "-"),
    ("processor", "new", "X", "--id", "!", "--does", "y", "--out", "-"),
    ("key", "show", NOTHING),
    ("key", "new", "/proc/nowhere/key.pem"),
    ("callgate", "--settings", NOTHING),
    ("demo", "story", "call", "--config", NOTHING),
    ("init", "/proc/nowhere"),
    ("init", "/tmp/x", "--web-origin", "ftp://x"),
    ("init", "/tmp/x", "--oversight-key", NOTHING),
)


@pytest.mark.parametrize("arguments", BAD, ids=" ".join)
def test_what_cannot_be_done(
    arguments: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    check_one_line(*run(capsys, *arguments))


def test_errors_for_machines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "doctor", "--config", NOTHING, "--json")
    assert code == 2
    told = json.loads(out)
    assert (told["ok"], told["reason"]) == (False, "bad-config")
    assert "breakseal init" in told["error"]


@pytest.mark.parametrize(
    ("command", "kept"),
    [
        (("root", "show"), b""),
        (("root", "show"), b"{}"),
        (("root", "show"), os.urandom(300)),
        (("submit",), b'{"v":1}'),
    ],
)
def test_files_of_nonsense(
    command: tuple[str, ...], kept: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_bytes(kept)
    check_one_line(*run(capsys, *command, str(file)))


def test_a_taken_port_is_one_line(installed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        text = installed.path.read_text().replace("8911", str(taken.getsockname()[1]), 1)
        installed.path.write_text(text)
        code, out, err = run(capsys, "serve", "--config", str(installed.path))
    check_one_line(code, out, err)
    assert "another" in err


def test_a_stopped_installation_gives_no_backup_and_leaves_nothing(
    installed: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_one_line(*run(capsys, "backup", str(tmp_path / "copy"), "--config", str(installed.path)))
    assert not (tmp_path / "copy" / "keyholder.db").exists()


def test_a_readable_secret_refuses_the_start(installed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    installed.key("log").chmod(0o644)
    code, out, err = run(capsys, "serve", "--config", str(installed.path))
    check_one_line(code, out, err)
    assert "chmod 600" in err


def test_no_installation_is_made_twice(installed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    before = installed.root_file.read_bytes()
    check_one_line(*run(capsys, "init", str(installed.path.parent)))
    assert installed.root_file.read_bytes() == before


def test_a_real_installation_is_no_demo_and_a_demo_no_real_one(
    installed: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    check_one_line(*run(capsys, "serve", "--demo", "--config", str(installed.path)))
    installed.path.write_text(installed.path.read_text().replace("demo = false", "demo = true"))
    check_one_line(*run(capsys, "serve", "--config", str(installed.path)))
