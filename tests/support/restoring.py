"""Backups of a test world put back, in every mixture, and released by its root keys."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.note import parse_note
from breakseal.keyholder import protocol as p
from tests.support.world import World


def cold_copy(world: World, target: Path) -> Path:
    """Copy the files of a keyholder as an intruder or a disk image would: no mark says that it is a copy."""
    target.mkdir()
    for name in ("keyholder.db", "log.db"):
        with (
            closing(sqlite3.connect(world.folder / name)) as source,
            closing(sqlite3.connect(target / name)) as to,
        ):
            source.backup(to)
    shutil.copytree(world.folder / "epochs", target / "epochs")
    return target


def put_back(world: World, source: Path, *names: str) -> None:
    """Stop the keyholder, put `names` of the copy back in place of what is there, and start again."""
    world.close()
    for name in names:
        place = world.folder / name
        if place.is_dir():
            shutil.rmtree(place)
        for suffix in ("", "-wal", "-shm"):
            place.with_name(name + suffix).unlink(missing_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, place)
        else:
            shutil.copy(source / name, place)
    world.engine = world.open()


def checkpoint(world: World) -> tuple[int, bytes]:
    """Return size and root hash of the log's latest checkpoint, as a witness keeps it."""
    point = parse_checkpoint(parse_note(world.log.checkpoint()).text)
    return point.size, point.root


def release(world: World, size: int, root: bytes, *signers: int) -> p.Submitted:
    """Have root keys (0 and 1 if none are named) name the log's size and root hash."""
    keys = [world.oversight[n] for n in signers or (0, 1)]
    return world.submit(world.sign(enrolments.RestoreRelease, *keys, size=size, root=canonical.b64(root)))


def state(world: World) -> str:
    return world.ask(p.Administer(task="state"), p.Done).detail
