"""Started as root from a place that other accounts can read, each part has an account and its neighbours' sockets only.

Where that cannot be, the start says so, and that is checked instead.
"""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

from breakseal.config import Config
from breakseal.demo import instance
from tests.support.parts import pids

CONNECT = """
import os, socket, sys
os.setgroups([int(one) for one in sys.argv[2].split(",") if one])
os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
for path in sys.argv[3:]:
    with socket.socket(socket.AF_UNIX) as one:
        print(one.connect_ex(path))
"""
SOCKETS = ("web", "courier", "admin", "courier-web")
MAY_CONNECT = {"web": {"web", "courier-web"}, "courier": {"courier", "courier-web"}}


@pytest.fixture(autouse=True)
def _readable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start parts with an interpreter that other accounts can run too, if there is one of this very version."""
    system = shutil.which("python3", path="/usr/bin")
    version = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if system and subprocess.run([system, "-c", version], check=False).returncode == 0:
        source = Path(__file__).resolve().parents[2] / "src"
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(source), *site.getsitepackages()]))
        monkeypatch.setattr(sys, "executable", system)


def test_each_part_has_an_account_or_the_start_says_why_not() -> None:
    with instance.running() as own:
        uids = {name: Path(f"/proc/{pid}").stat().st_uid for name, pid in pids(own.config).items()}
        if "all parts run in one account" in own.output.read_text():
            assert len(set(uids.values())) == 1
            return
        accounts = own.config.settings.accounts
        assert (uids["web"], uids["keyholder"], uids["courier"]) == (
            accounts.web,
            accounts.keyholder,
            accounts.courier,
        )
        for part, may in MAY_CONNECT.items():
            assert reached(own.config, uids[part], pids(own.config)[part]) == may, part


def reached(config: Config, uid: int, pid: int) -> set[str]:
    """Return the sockets to which a process in a part's account and groups can connect."""
    groups = next(
        line.split()[1:]
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("Groups:")
    )
    paths = [str(config.socket(name)) for name in SOCKETS]
    tried = subprocess.run(
        [sys.executable, "-c", CONNECT, str(uid), ",".join(groups), *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name for name, code in zip(SOCKETS, tried.stdout.split(), strict=True) if code == "0"}
