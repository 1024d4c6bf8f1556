"""Backups of the stores, and putting one back.

A backup holds the three stores and what is public. It holds no key: neither the services' keys nor
the epoch keys, so it opens nothing by itself, and what was erased stays erased once its epoch key is
gone (35 days at the latest). Those keys need copies of their own, kept elsewhere.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from breakseal.config import Config
from breakseal.courier.app import STORE as COURIER_STORE
from breakseal.kernel.errors import BreaksealError, ConfigError, RequestError, UnavailableError
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.protocol import Administer, Done
from breakseal.keyholder.restore import MARK
from breakseal.keyholder.store import Store
from breakseal.log.local import copy_store

REGISTER, LOG, RECORDS, CALLS, OUTBOX = "keyholder.db", "log.db", "web.db", "calls.db", "courier.db"
PATIENCE = 600.0
"""Seconds; copying a large store takes a while."""
RESTORED = "a backup was put back: older keys and consents may have come back with it"


@dataclass(frozen=True, slots=True)
class Copied:
    """One store of a backup: its file's name there, and its place here."""

    name: str
    place: Path


def stores(config: Config) -> tuple[Copied, ...]:
    """Return the stores of an installation."""
    return (
        Copied(REGISTER, config.register),
        Copied(LOG, config.log_store),
        Copied(RECORDS, config.records),
        Copied(CALLS, config.calls),
        Copied(OUTBOX, config.folder("courier") / COURIER_STORE),
    )


def back_up(config: Config, target: Path) -> list[Path]:
    """Copy the stores of a running installation to the new folder `target`; return the files.

    The keyholder copies register and log between two batches, so that both fit each other.

    Raises:
        RequestError: the folder exists.
        UnavailableError: the keyholder does not answer, or a copy fails.
    """
    try:
        target.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise RequestError(f"cannot make `{target}`: {error.strerror}") from error
    _by_keyholder(config, target)
    for one in stores(config)[2:]:
        if one.place.is_file():
            copy_store(one.place, target / one.name)
    shutil.copytree(config.folder("public"), target / "public")
    shutil.copy(config.path, target / config.path.name)
    return sorted(path for path in target.rglob("*") if path.is_file())


def _by_keyholder(config: Config, target: Path) -> None:
    """Have the keyholder write into its own folder, since it may write nowhere else, and move that out."""
    passing = config.folder("keyholder") / "backup"
    shutil.rmtree(passing, ignore_errors=True)
    passing.mkdir(mode=0o700)
    owner = config.folder("keyholder").stat()
    os.chown(passing, owner.st_uid, owner.st_gid)
    try:
        asyncio.run(_ask(config, Administer(task="backup", path=str(passing))))
        for name in (REGISTER, LOG):
            shutil.move(passing / name, target / name)
            (target / name).chmod(0o600)
    except OSError as error:
        raise UnavailableError(f"cannot move the copies to `{target}`: {error.strerror}") from error
    finally:
        shutil.rmtree(passing, ignore_errors=True)


async def _ask(config: Config, question: Administer) -> Done:
    client = KeyholderClient(str(config.socket("admin")), timeout=PATIENCE)
    try:
        return await client.ask(question, Done)
    finally:
        await client.close()


def put_back(config: Config, source: Path, *, only: tuple[str, ...] = ()) -> list[str]:
    """Put the stores of the backup in `source` back (those named `only`, if any), and close the keyholder.

    The stores that are replaced stay beside, as `*.before-restore`. Return the names put back.

    Raises:
        RequestError: there is no backup, or a file of it is damaged.
        ConfigError: the installation runs, or the disk refuses.
    """
    chosen = [
        one for one in stores(config) if (source / one.name).is_file() and (not only or one.name in only)
    ]
    if not chosen:
        raise RequestError(f"there is no backup in `{source}`: name a folder that `breakseal backup` made")
    for one in chosen:
        _check_whole(source / one.name)
    _check_stopped(config)
    try:
        for one in chosen:
            _replace(source / one.name, one.place)
    except OSError as error:
        raise ConfigError(f"cannot put `{source}` back: {error.strerror}") from error
    _close_keyholder(config)
    return [one.name for one in chosen]


def _check_whole(path: Path) -> None:
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            whole = connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise RequestError(f"`{path}` is not a store: take another backup") from error
    if not whole:
        raise RequestError(f"`{path}` is damaged: take another backup")


def _check_stopped(config: Config) -> None:
    with socket.socket(socket.AF_UNIX) as trial:
        if trial.connect_ex(str(config.socket("admin"))) == 0:
            raise ConfigError("the installation runs: stop it first")


def _replace(source: Path, place: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        old = place.with_name(place.name + suffix)
        if old.exists():
            old.rename(old.with_name(f"{old.name}.before-restore"))
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(source, place)
    place.chmod(0o600)
    owner = place.parent.stat()
    os.chown(place, owner.st_uid, owner.st_gid)


def _close_keyholder(config: Config) -> None:
    """Mark the register, so that nothing opens before the root keys say up to where the log must be replayed."""
    if not config.register.is_file():
        return
    try:
        store = Store(config.register)
        with store.transaction():
            if not store.meta(MARK):
                store.set_meta(MARK, RESTORED.encode())
        store.close()
    except BreaksealError as error:
        raise ConfigError(f"cannot close the keyholder after the restore: {error}") from error
