"""An intruder has a copy of the keyholder's files (without the epoch keys), or of everything the web tier stores."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import permutations
from pathlib import Path

import pytest

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model import statements as s
from breakseal.rootkeys.file import FileRootBackend
from tests.support.world import NUMBER, Person, World

REASON = "the caller shouts and hangs up"
ADDRESS = b'{"kind":"mail","to":"rosa@resident.example"}'
PLAIN = b"penicillin"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Person]:
    """A keyholder that did all its work once, stopped without cleaning up."""
    world = World(tmp_path_factory.mktemp("lived") / "kh")
    world.found()
    rosa, boss = world.resident(), world.officer("7", role="call-supervisor")
    world.submit(world.channels(rosa, ADDRESS, words="plain", language="es"))
    opened = world.opened(boss, world.disclose(boss, world.call(), reason=REASON))
    rosa.written["keys"] = (b"", b"".join(canonical.unb64(one.key) for one in opened.keys))
    world.disclose(rosa)
    return world, rosa


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every byte beside the epoch keys: stores, their write-ahead logs and shared memory."""
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield path.name, path.read_bytes()


def spellings(secret: bytes) -> set[bytes]:
    """A secret as bytes, hex and base64 at each offset (its middle, which does not depend on what stands around)."""
    found = {secret, secret.hex().encode(), secret.hex().upper().encode()}
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(b"\x00" * shift + secret)[4:-4])
    return {one for one in found if len(one) >= 6}


def absent(folder: Path, what: str, secret: bytes) -> None:
    for name, data in files(folder):
        for spelled in spellings(secret):
            assert spelled not in data, f"{what} stands in {name}"


def test_the_search_finds_what_is_there(lived: tuple[World, Person]) -> None:
    """The search is not blind: public leaves and key ids are found, in the write-ahead log too."""
    world, rosa = lived
    names = {name for name, data in files(world.folder) if rosa.own.key.id.encode() in data}
    assert names & {"keyholder.db", "keyholder.db-wal"}
    with pytest.raises(AssertionError):
        absent(world.folder, "a key's id", canonical.unb64(rosa.own.key.id))


@pytest.mark.parametrize("what", ["number", "digits", "profile", "address", "reason", "agency in a body"])
def test_no_personal_text_stands_in_the_files(lived: tuple[World, Person], what: str) -> None:
    world, _rosa = lived
    secrets = {
        "number": NUMBER.encode(), "digits": NUMBER[2:].encode(), "profile": PLAIN,
        "address": b"rosa@resident.example", "reason": REASON.encode(), "agency in a body": b"org_name",
    }  # fmt: skip
    absent(world.folder, what, secrets[what])


def test_no_key_stands_in_the_files(lived: tuple[World, Person]) -> None:
    """Data keys, subject keys, trail keys, index key, ingest keys, epoch keys, and everybody's signing keys."""
    world, rosa = lived
    core = world.engine.core
    keys = {"data keys": rosa.written["keys"][1][:32], "data keys 2": rosa.written["keys"][1][32:]}
    for (name,) in core.store.many("SELECT name FROM vault"):
        keys[name] = core.vault.get(name)
    assert len(keys) >= 7
    for path in (world.folder / "epochs").glob("*.key"):
        keys[path.name] = path.read_bytes()
    for what, key in keys.items():
        assert len(key) == 32
        absent(world.folder, what, key)


def test_no_body_and_no_event_stands_in_the_files(lived: tuple[World, Person]) -> None:
    """The call event with its sealed caller is not kept at all, nor any body in clear."""
    world, _rosa = lived
    for needle in (b'"link":"', b'"result":"opened"', b'"caller":"', b"call-event"):
        for name, data in files(world.folder):
            assert needle not in data, f"{needle!r} in {name}"


def test_a_copy_does_not_open_without_the_epoch_keys(lived: tuple[World, Person], tmp_path: Path) -> None:
    world, _rosa = lived
    with closing(sqlite3.connect(world.folder / "keyholder.db")) as db:
        rows = db.execute("SELECT name, epoch, wrapped FROM vault").fetchall()
    assert rows
    false = FileRootBackend(tmp_path / "epochs", SystemEntropy())
    for name, epoch, wrapped in rows:
        with pytest.raises(RefusedError):
            false.unwrap(epoch, wrapped, name.encode())


def test_a_wrapped_key_moved_to_another_name_does_not_open(lived: tuple[World, Person]) -> None:
    """Somebody who can write the store swaps two wrapped keys: neither opens in the other's place."""
    world, _rosa = lived
    store, backend = world.engine.core.store, FileRootBackend(world.folder / "epochs", SystemEntropy())
    rows = store.many("SELECT name, epoch, wrapped FROM vault")
    for (name, epoch, wrapped), (other, _, _) in permutations(rows, 2):
        assert name != other
        with pytest.raises(VerificationError):
            backend.unwrap(epoch, wrapped, other.encode())


def test_after_erasure_the_files_keep_no_wrapped_key_of_it(world: World) -> None:
    """Not in the store, not in its write-ahead log, once the sweep has folded it in."""
    rosa = world.resident()
    store = world.engine.core.store
    (wrapped,) = store.one("SELECT wrapped FROM vault WHERE name = ?", f"subject/{rosa.handle}") or (b"",)
    (sealed,) = store.one("SELECT sealed FROM numbers WHERE handle = ?", rosa.handle) or (b"",)
    rows = [bytes(row[0]) for row in store.many("SELECT wrapped FROM records WHERE handle = ?", rosa.handle)]
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    world.engine.sweep()
    for secret in (bytes(wrapped), bytes(sealed), *rows):
        assert len(secret) > 30
        for name, data in files(world.folder):
            assert secret not in data, name
