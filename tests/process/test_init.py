"""Founding an installation: by keys made here, and by overseers elsewhere who sign one after the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breakseal import config
from breakseal.cli import main
from breakseal.kernel.errors import VerificationError
from breakseal.oversight import founding


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


def test_by_default_three_keys_are_made_and_all_is_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("init", tmp_path / "one", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert len(made["oversight_keys"]) == 3
    assert len({Path(one).parent for one in made["oversight_keys"]}) == 3
    root = founding.read_root((tmp_path / "one/public/root.json").read_bytes())
    assert (root.threshold, len(root.oversight), root.demo) == (2, 3, False)
    for path in made["statements"]:
        _, signed = founding.read_draft(Path(path).read_bytes())
        assert founding.counted(signed, root) == 3
    assert run("config", "check", "--config", made["settings"]) == 0


def test_every_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert run("init", tmp_path / "one") == 0
    secrets = [*(tmp_path / "one").rglob("*.pem"), tmp_path / "one/keyholder/log.sqlite"]
    private = [path for path in secrets if not path.name.endswith(".pub.pem")]
    assert len(private) == 9
    assert {path.stat().st_mode & 0o077 for path in private} == {0}
    folders = {tmp_path / "one" / name for name in ("keyholder", "courier", "web")}
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}


def test_overseers_sign_one_after_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [tmp_path / f"{name}.pem" for name in ("ann", "ben", "cem")]
    for key in keys:
        assert run("key", "new", key) == 0
    given = [part for key in keys for part in ("--oversight-key", f"{key}.pub")]
    assert run("init", tmp_path / "one", *given) == 0
    where, root = tmp_path / "one/breakseal.toml", tmp_path / "one/public/root.json"
    assert not (tmp_path / "one/oversight-keys").exists()

    assert run("config", "check", "--config", where) == 2
    assert run("root", "sign", root, "--key", keys[0]) == 0
    with pytest.raises(VerificationError):
        founding.read_root(root.read_bytes())
    assert run("root", "sign", root, "--key", keys[0]) == 2, "one overseer counts once"
    assert run("root", "sign", root, "--key", keys[2]) == 0
    assert run("config", "check", "--config", where) == 0
    capsys.readouterr()
    assert run("root", "state", "--config", where, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["signed_by"]) == 2


def test_a_stranger_s_signature_spoils_the_root(tmp_path: Path) -> None:
    assert run("init", tmp_path / "one") == 0
    assert run("key", "new", tmp_path / "mallory.pem") == 0
    root = tmp_path / "one/public/root.json"
    assert run("root", "sign", root, "--key", tmp_path / "mallory.pem") == 0
    with pytest.raises(VerificationError):
        founding.read_root(root.read_bytes())


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_twice_the_same_overseer_is_no_oversight(tmp_path: Path, count: int) -> None:
    assert run("key", "new", tmp_path / "ann.pem") == 0
    given = ["--oversight-key", f"{tmp_path}/ann.pem.pub"] * count
    assert run("init", tmp_path / "one", *given) == 2
    assert not (tmp_path / "one/breakseal.toml").exists()


def test_doctor_names_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("init", tmp_path / "one") == 0
    where = tmp_path / "one/breakseal.toml"
    capsys.readouterr()
    assert run("doctor", "--config", where, "--json") == 0
    missing = {one["id"] for one in json.loads(capsys.readouterr().out)["missing"]}
    expected = {
        "one-keyholder",
        "no-witness",
        "oversight-keys-here",
        "shared-host-name",
        "no-tls",
        "no-outside-test",
    }
    assert missing >= expected
    assert "demo" not in missing
    for key in (tmp_path / "one/oversight-keys").rglob("oversight.pem"):
        key.unlink()
    assert run("doctor", "--config", where, "--json") == 0
    assert "oversight-keys-here" not in {one["id"] for one in json.loads(capsys.readouterr().out)["missing"]}


def test_settings_of_an_installation_read_back(tmp_path: Path) -> None:
    assert (
        run("init", tmp_path / "one", "--operator", "Some County", "--web-origin", "https://safe.example")
        == 0
    )
    settings = config.load(tmp_path / "one/breakseal.toml").settings
    assert (settings.operator, settings.web.port, settings.web.origin) == (
        "Some County",
        443,
        "https://safe.example",
    )
