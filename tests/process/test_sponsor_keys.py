"""Keys as files: the PEM of a machine, and the JSON that the door gives a first sponsor."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from breakseal.cli import main
from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.shortcode import short_code
from breakseal.oversight import founding
from tests.support.world import software_key


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


def passkey() -> PublicKey:
    """Return a passkey as a browser describes it: named by its credential, not by its key."""
    return msgspec.structs.replace(software_key("service").key, use="passkey", id=b64(bytes(range(32))))


def kept(path: Path, key: PublicKey) -> Path:
    path.write_bytes(canonical.encode(key))
    return path


def new_org(folder: Path, *more: str) -> int:
    return run(
        "org", "new", "Elm County 911", "--id", "elm", "--kind", "call-centre", "--place", "55081",
        "--out", folder / "elm.json", *more,
    )  # fmt: skip


def test_a_passkey_from_the_door_is_named_beside_a_machines_key(tmp_path: Path) -> None:
    day, key = kept(tmp_path / "day.json", passkey()), passkey()
    assert run("key", "new", tmp_path / "night.pem") == 0
    given = ("--sponsor", f"day={day}", "--sponsor", f"night={tmp_path / 'night.pem'}.pub")
    assert new_org(tmp_path, *given) == 0
    statement, _ = founding.read_draft((tmp_path / "elm.json").read_bytes())
    assert isinstance(statement, enrolments.EnrolOrganisation)
    assert [(one.name, one.key.use) for one in statement.sponsors] == [
        ("day", "passkey"),
        ("night", "service"),
    ]
    assert statement.sponsors[0].key.id == key.id


def test_the_short_code_of_either_kind_of_file_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = passkey()
    for data in (canonical.encode(key), canonical.encode(key) + b"\n"):
        (tmp_path / "day.json").write_bytes(data)
        assert run("key", "show", tmp_path / "day.json", "--json") == 0
        assert json.loads(capsys.readouterr().out)["code"] == short_code(key)
    assert run("key", "new", tmp_path / "night.pem", "--json") == 0
    made = json.loads(capsys.readouterr().out)["code"]
    assert run("key", "show", f"{tmp_path / 'night.pem'}.pub", "--json") == 0
    assert json.loads(capsys.readouterr().out)["code"] == made


@pytest.mark.parametrize("use", ["demo", "session", "recovery"])
def test_a_sponsor_has_no_key_of_another_use(
    tmp_path: Path, use: str, capsys: pytest.CaptureFixture[str]
) -> None:
    night = kept(tmp_path / "night.json", passkey())
    day = kept(tmp_path / "day.json", software_key(use).key if use != "recovery" else passkey_as("recovery"))
    assert new_org(tmp_path, "--sponsor", f"day={day}", "--sponsor", f"night={night}") == 2
    assert use in capsys.readouterr().err
    assert not (tmp_path / "elm.json").exists()


def passkey_as(use: str) -> PublicKey:
    return msgspec.structs.replace(software_key("service").key, use=use)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"alg":"p256"}',
        '{"alg":"p256","id":"AA","spki":"AA","use":"passkey"}',
        '{ "alg": "p256" }',
        "{" + "a" * 5000,
        "",
    ],
)
def test_what_is_no_key_is_refused_in_one_line(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "day.json").write_text(text)
    assert run("key", "show", tmp_path / "day.json") == 2
    said = capsys.readouterr().err
    assert "not a public key" in said
    assert said.count("\n") == 1


def test_a_call_handling_system_has_no_passkey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day, night = kept(tmp_path / "day.json", passkey()), kept(tmp_path / "night.json", passkey())
    given = ("--sponsor", f"day={day}", "--sponsor", f"night={night}", "--client", f"cad={day}")
    assert new_org(tmp_path, *given) == 2
    assert "PEM" in capsys.readouterr().err
