"""Preparing the next root: what it keeps, what it changes, and each mistake in one line."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from breakseal.bootstrap import rootfiles
from breakseal.cli import main
from breakseal.config import Config, load
from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.tlog.note import COSIGNATURE_V1
from breakseal.oversight import founding, keyfile, succession
from tests.support.logs import signer


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


@pytest.fixture
def installed(tmp_path: Path) -> Config:
    assert run("init", tmp_path / "one") == 0
    return load(tmp_path / "one/breakseal.toml")


@pytest.fixture
def draft(installed: Config) -> Path:
    return installed.data / "draft.json"


def key(folder: Path, name: str) -> Path:
    assert run("key", "new", folder / f"{name}.pem") == 0
    return folder / f"{name}.pem"


def overseers(config: Config) -> list[Path]:
    return sorted((config.data / "oversight-keys").rglob("oversight.pem"))


def name_of(private: Path) -> str:
    return keyfile.read_signer(private).key.id


def root_of(config: Config) -> Root:
    return rootfiles.current(config).root


def prepare(config: Config, out: Path, *changes: object) -> Root:
    assert run("root", "next", *changes, "--out", out, "--config", config.path) == 0
    made = founding.read_draft(out.read_bytes())[0]
    assert isinstance(made, Root)
    return made


def sign(file: Path, *keys: Path) -> bytes:
    for one in keys:
        assert run("root", "sign", file, "--key", one) == 0
    return file.read_bytes()


def refused(capsys: pytest.CaptureFixture[str], config: Config, *changes: object) -> str:
    """Prepare what cannot be; return the one line that says why."""
    out = config.data / "none.json"
    capsys.readouterr()
    assert run("root", "next", *changes, "--out", out, "--config", config.path) == 2
    assert not out.exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("breakseal: ")
    assert said.err.count("\n") == 1
    assert "fault of breakseal itself" not in said.err
    return said.err


def test_what_is_not_named_stays(installed: Config, draft: Path) -> None:
    last, new = root_of(installed), key(installed.data, "new")
    made = prepare(installed, draft, "--overseer", f"{new}.pub", "--threshold", 3)
    assert (made.version, made.threshold, len(made.oversight)) == (2, 3, 4)
    assert made.oversight[:3] == last.oversight
    kept = {"origin", "witnesses", "set", "needed", "keyholders", "door", "demo"}
    assert {name for name in kept if getattr(made, name) == getattr(last, name)} == kept
    assert made.expires - made.issued == founding.SIGNING_ROUND


def test_names_and_witnesses_change(
    installed: Config, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = installed.data / "policy"
    policy.write_text("# one log\n" + root_of(installed).witnesses)
    given = ("--witness-policy", policy, "--door-origin", "https://door.example")
    made = prepare(installed, draft, *given)
    assert made.witnesses == policy.read_text()
    assert (made.door.origin, made.door.rp_id) == ("https://door.example", "door.example")
    assert made.door.web_origin == root_of(installed).door.web_origin
    said = capsys.readouterr().out
    assert "no passkey made at the old door" in said
    assert "change the origins in the settings" in said


def test_a_quorum_is_prepared_with_a_warning(
    installed: Config, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = root_of(installed).witnesses.splitlines()[0]
    policy = installed.data / "policy"
    policy.write_text(f"{log}\nwitness w {witness_key()}\nquorum w\n")
    prepare(installed, draft, "--witness-policy", policy)
    assert "only while the witnesses of its quorum cosign" in capsys.readouterr().out


def witness_key() -> str:
    return signer("w.example", COSIGNATURE_V1).key.encode()


def test_for_machines(installed: Config, draft: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = key(installed.data, "new")
    gone = [name_of(one) for one in overseers(installed)]
    capsys.readouterr()
    prepare(installed, draft, "--overseer", f"{new}.pub", "--drop-overseer", gone[0], "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["needed"], told["statement"]["version"]) == (2, 2)
    assert gone[0] not in json.dumps(told["statement"]["oversight"])


def test_mistakes_about_overseers(installed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, _ = overseers(installed)
    public = first.with_name("oversight.pub.pem")
    assert "from 2 to 3" in refused(capsys, installed, "--threshold", 4)
    assert "from 2 to 3" in refused(capsys, installed, "--threshold", 1)
    assert "at least 3" in refused(capsys, installed, "--drop-overseer", name_of(first))
    drops = ("--drop-overseer", name_of(first), "--drop-overseer", name_of(second))
    assert "1 overseers would be left" in refused(capsys, installed, *drops)
    assert "names no overseer" in refused(capsys, installed, "--drop-overseer", "nobody-at-all")
    assert "names no overseer" in refused(capsys, installed, "--drop-overseer", name_of(first)[:7])
    assert "overseer's already" in refused(capsys, installed, "--overseer", public)
    machine = installed.data / "machine.pub"
    keyfile.write_public(machine, root_of(installed).keyholders[0].sign)
    assert "none a machine's" in refused(capsys, installed, "--overseer", machine)
    assert "cannot read the key" in refused(capsys, installed, "--overseer", "/nowhere/key.pub")
    assert "not a public key" in refused(capsys, installed, "--overseer", first)
    assert "changes nothing" in refused(capsys, installed)
    assert "changes nothing" in refused(capsys, installed, "--threshold", 2)


def test_mistakes_about_names_and_witnesses(installed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    policy = installed.data / "policy"
    log = root_of(installed).witnesses.splitlines()[0]
    for text, why in (
        (f"{log}\n", "exactly one quorum"),
        ("quorum none\n", "leaves out the log's key"),
        (f"log {witness_key()}\nquorum none\n", "line 1"),
        (f"{log}\nquorum w\n", "line 2"),
    ):
        policy.write_text(text)
        assert why in refused(capsys, installed, "--witness-policy", policy)
    policy.write_bytes(b"\xff\xfe")
    assert "not text" in refused(capsys, installed, "--witness-policy", policy)
    policy.write_text(f"#{'.' * 1500}\n{log}\nquorum none\n")
    assert "too long for a log entry" in refused(capsys, installed, "--witness-policy", policy)
    assert "cannot read" in refused(capsys, installed, "--witness-policy", "/nowhere/policy")
    assert "not an origin" in refused(capsys, installed, "--door-origin", "door.example")
    assert "origins of their own" in refused(capsys, installed, "--door-origin", "http://localhost:8911")
    assert "https only" in refused(capsys, installed, "--web-origin", "http://safe.example")


def test_mistakes_about_the_last_root(installed: Config, capsys: pytest.CaptureFixture[str]) -> None:
    other = installed.folder("public") / "statements" / "10-policy.json"
    assert "not a root statement" in refused(capsys, installed, "--threshold", 3, "--from", other)
    installed.root_file.unlink()
    assert "cannot read the root statement" in refused(capsys, installed, "--threshold", 3)


def test_more_signatures_than_a_statement_holds(
    installed: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five by five: no statement carries ten signatures."""
    last = root_of(installed)
    old = tuple(keyfile.read_signer(key(installed.data, f"old{n}")).key for n in range(5))
    new = [key(installed.data, f"new{n}") for n in range(5)]
    from_file = installed.data / "last.json"
    made = msgspec.structs.replace(last, oversight=old, threshold=5)
    from_file.write_bytes(founding.draft_bytes(made))
    sign(from_file, *(installed.data / f"old{n}.pem" for n in range(5)))
    given = [part for one in old for part in ("--drop-overseer", one.id)]
    given += [part for one in new for part in ("--overseer", f"{one}.pub")]
    assert "10 signatures" in refused(capsys, installed, *given, "--from", from_file)


def test_a_signature_too_many_for_the_log_entry_is_refused_when_signing(
    installed: Config, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = installed.data / "policy"
    policy.write_text(f"#{'.' * 250}\n{root_of(installed).witnesses}")
    prepare(installed, draft, "--witness-policy", policy)
    enough = sign(draft, *overseers(installed)[:2])
    new = [key(installed.data, f"more{n}") for n in range(4)]
    codes = [run("root", "sign", draft, "--key", one) for one in new]
    assert 2 in codes
    assert "too long for a log entry" in capsys.readouterr().err
    assert len(draft.read_bytes()) >= len(enough)


def test_files_follow_one_another_or_are_refused(installed: Config, draft: Path) -> None:
    first, second, third = overseers(installed)
    new = key(installed.data, "new")
    change = ("--overseer", f"{new}.pub", "--drop-overseer", name_of(third))
    prepare(installed, draft, *change)
    bare = draft.read_bytes()
    assert "too few" not in rootfiles.keep(installed, sign(draft, first, second))
    assert root_of(installed).version == 2
    assert rootfiles.keep(installed, draft.read_bytes()) != "", "the same is not the next"
    at = installed.root_file.with_name("root-2.json")

    at.write_bytes(bare)
    with pytest.raises(VerificationError, match="asks for 2 signatures"):
        rootfiles.current(installed)
    draft.write_bytes(bare)
    at.write_bytes(sign(draft, first, new))
    with pytest.raises(VerificationError, match="root statement 1"):
        rootfiles.current(installed)
    draft.write_bytes(bare)
    at.write_bytes(sign(draft, second, third))
    with pytest.raises(VerificationError, match="root statement 2"):
        rootfiles.current(installed)
    at.write_bytes(installed.root_file.read_bytes())
    with pytest.raises(VerificationError, match="not the next version"):
        rootfiles.current(installed)
    at.write_bytes((installed.folder("public") / "statements" / "10-policy.json").read_bytes())
    with pytest.raises(FormatError, match="not a root statement"):
        rootfiles.current(installed)


def test_a_false_signature_spoils_it(installed: Config, draft: Path) -> None:
    last = root_of(installed)
    prepare(installed, draft, "--threshold", 3)
    signed = founding.read_draft(sign(draft, *overseers(installed)))[1]
    lie = msgspec.structs.replace(signed.signatures[0], sig=b64(bytes(64)))
    false = msgspec.structs.replace(signed, signatures=(lie, *signed.signatures[1:]))
    with pytest.raises(VerificationError, match="does not hold"):
        succession.read_next(founding.envelope_bytes(false), last)


def test_doctor_sees_names_that_differ(
    installed: Config, draft: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(installed, draft, "--door-origin", "http://localhost:9912")
    assert rootfiles.keep(installed, sign(draft, *overseers(installed)[:2])) == ""
    capsys.readouterr()
    assert run("doctor", "--config", installed.path, "--json") == 0
    missing = {one["id"]: one["mend"] for one in json.loads(capsys.readouterr().out)["missing"]}
    assert "http://localhost:9912" in missing["other-names"]
