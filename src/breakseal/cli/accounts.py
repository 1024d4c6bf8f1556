"""Separate accounts for the parts: who owns which folder, and whether this machine can keep them apart."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from breakseal.config import PARTS, Config, PartName
from breakseal.kernel.errors import ConfigError


class PopenArguments(TypedDict, total=False):
    """What `subprocess` takes to run a program in another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A numeric user, its group of the same number, and groups to which it may give its sockets."""

    uid: int
    groups: tuple[int, ...] = ()

    def arguments(self) -> PopenArguments:
        """Return the arguments of `subprocess` for a process in this account, and in no other group."""
        return {"user": self.uid, "group": self.uid, "extra_groups": list(self.groups)}


def accounts(config: Config) -> dict[PartName, Account]:
    """Return each part's account.

    The keyholder is in the groups of its two neighbours, so that it can give each its socket. The courier
    is in no other's group: its socket folder hands down the web tier's group (set-group-ID).
    """
    named = config.settings.accounts
    if len({named.web, named.keyholder, named.courier, 0}) != 4:
        raise ConfigError("the accounts of the parts must be three different numbers, none of them 0")
    return {
        "keyholder": Account(named.keyholder, (named.web, named.courier)),
        "courier": Account(named.courier),
        "web": Account(named.web),
    }


def why_shared(config: Config) -> str:
    """Return why the parts cannot have accounts of their own here; empty if they can."""
    if os.geteuid() != 0:
        return "not started as root"
    for account in accounts(config).values():
        try:
            trial = subprocess.run(
                [sys.executable, "-P", "-c", "import breakseal.bootstrap.serving"],
                capture_output=True,
                timeout=60,
                check=False,
                cwd="/",
                **account.arguments(),
            )
        except (OSError, subprocess.SubprocessError):
            return f"other accounts cannot run `{sys.executable}` (a folder above it is closed to them)"
        if trial.returncode != 0:
            return "other accounts cannot read the program's files (a folder above them is closed to them)"
    return "" if _passable(config.data) else f"other accounts cannot reach `{config.data}`"


def _passable(folder: Path) -> bool:
    return all(one.stat().st_mode & 0o001 for one in (folder, *folder.parents) if one.exists())


def lay_out(config: Config, *, apart: bool) -> None:
    """Make every part's folder and socket folder, closed to others, and give them to the parts' accounts.

    Raises:
        ConfigError: the disk refuses.
    """
    owners = {name: account.uid for name, account in accounts(config).items()}
    run = config.data / "run"
    try:
        config.data.mkdir(mode=0o755, parents=True, exist_ok=True)
        config.folder("public").mkdir(mode=0o755, exist_ok=True)
        run.mkdir(mode=0o711, exist_ok=True)
        for part in PARTS:
            folder = config.folder(part)
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
            if apart:
                _give(folder, owners[part])
        for part in ("keyholder", "courier"):
            folder = run / part
            folder.mkdir(mode=0o711, exist_ok=True)
            if apart:
                _give(folder, owners[part])
        if apart:
            os.chown(run / "courier", owners["courier"], owners["web"])
            (run / "courier").chmod(0o2711)
    except OSError as error:
        raise ConfigError(f"cannot lay out `{config.data}`: {error.strerror}") from error


def _give(folder: Path, uid: int) -> None:
    """Give `folder` and all in it to the account `uid`; follows no link."""
    os.chown(folder, uid, uid)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, uid, uid, follow_symlinks=False)
