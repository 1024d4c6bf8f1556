"""A new root on a real installation: prepared, signed by old and new overseers, handed in, and in force at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from breakseal.cli import main
from breakseal.config import Config, load
from breakseal.demo import instance
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import unb64
from breakseal.kernel.model.enrolments import Root
from breakseal.oversight import founding, keyfile
from tests.support.parts import until


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


@pytest.fixture
def installed(tmp_path: Path) -> Config:
    web, door = instance.free_ports()
    given = ("--web-origin", f"http://localhost:{web}", "--door-origin", f"http://localhost:{door}")
    assert run("init", tmp_path / "one", *given) == 0
    return load(tmp_path / "one/breakseal.toml")


@contextmanager
def serving(config: Config) -> Iterator[None]:
    """Run the installation as people do; it is stopped at the end."""
    with (config.data / "serve.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "breakseal.cli.main", "serve", "--config", str(config.path)],
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
        )
    try:
        until(lambda: "Ctrl-C stops it" in (config.data / "serve.log").read_text(errors="replace"), "serve")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0


def sign(file: Path, *keys: Path) -> None:
    for key in keys:
        assert run("root", "sign", file, "--key", key) == 0


def served_root(config: Config) -> Root:
    """The root that the door tells everybody."""
    answer = httpx.get(f"{config.settings.door.origin}/api/facts", timeout=10.0).json()
    root = signed.read(unb64(answer["root"]))[1]
    assert isinstance(root, Root)
    return root


def processor(config: Config, name: str, *keys: Path) -> int:
    """Hand in a statement of the overseers that names a processor; return what the command said."""
    file = config.data / f"{name}.json"
    assert run("processor", "new", "Some Texts", "--id", name, "--does", "texts", "--out", file) == 0
    sign(file, *keys)
    return run("submit", file, "--config", config.path)


def state(config: Config, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert run("root", "state", "--config", config.path, "--json") == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.timeout(240)
def test_an_overseer_is_replaced_and_the_old_key_counts_no_more(
    installed: Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alder, birch, cedar = sorted((installed.data / "oversight-keys").rglob("oversight.pem"))
    dora, draft = tmp_path / "dora.pem", tmp_path / "root-2.json"
    assert run("key", "new", dora) == 0
    lost = keyfile.read_public(cedar.with_name("oversight.pub.pem")).id
    change = ("--drop-overseer", lost[:8], "--overseer", f"{dora}.pub")
    assert run("root", "next", *change, "--out", draft, "--config", installed.path) == 0
    assert "so 2 signatures can be enough" in capsys.readouterr().out
    with serving(installed):
        assert processor(installed, "before", alder, cedar) == 0
        sign(draft, alder, dora)
        assert run("submit", draft, "--config", installed.path) == 2, "only one of those until now signed"
        assert state(installed, capsys)["statement"]["version"] == 1  # type: ignore[index]
        sign(draft, birch)
        capsys.readouterr()
        assert run("submit", draft, "--config", installed.path) == 0
        assert "note" not in capsys.readouterr().out
        until(lambda: served_root(installed).version == 2, "the door to tell the new root")

        assert processor(installed, "by-old", alder, cedar) == 2
        assert "too few root keys" in capsys.readouterr().err
        assert processor(installed, "by-new", alder, dora) == 0
        told = state(installed, capsys)
        assert told["file"] == str(installed.root_file.with_name("root-2.json"))
        overseers = {one["id"] for one in told["statement"]["oversight"]}  # type: ignore[index]
        assert lost not in overseers
        assert keyfile.read_public(Path(f"{dora}.pub")).id in overseers
    check_third_at_start(installed, tmp_path / "root-3.json", (alder, birch, dora))
    assert state(installed, capsys)["statement"]["version"] == 3  # type: ignore[index]
    assert founding.read_root(installed.root_file.read_bytes()).version == 1, "the first stays pinned"


def check_third_at_start(installed: Config, third: Path, keys: tuple[Path, Path, Path]) -> None:
    """A root that lies ready is handed in at the start; its higher threshold holds."""
    alder, birch, dora = keys
    assert run("root", "next", "--threshold", 3, "--out", third, "--config", installed.path) == 0
    sign(third, alder, birch, dora)
    ready = installed.folder("public") / "statements" / "90-root.json"
    ready.write_bytes(third.read_bytes())
    with serving(installed):
        until(lambda: served_root(installed).version == 3, "the start to hand the third root in")
        assert not ready.exists()
        assert processor(installed, "by-two", alder, dora) == 2
        assert processor(installed, "by-three", alder, dora, birch) == 0
