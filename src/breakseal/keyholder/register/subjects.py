"""Subjects: their state, grants, records and channels."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.answers import address_bound
from breakseal.kernel.model.statements import Channels, Grant
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead
from breakseal.keyholder.store import Store
from breakseal.keyholder.vault import Vault

_WORDS = msgspec.json.Decoder(tuple[str, ...])


@dataclass(frozen=True, slots=True)
class Subject:
    """A person with a record. `erased` is when they had it erased, or 0."""

    handle: str
    trail: int
    frozen: bool
    erased: int
    created: int


@dataclass(frozen=True, slots=True)
class Granted:
    """A live grant."""

    categories: frozenset[str]
    anywhere: bool
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a subject has to say on being opened for one purpose; `written` as `Subjects.written` returns it."""

    handle: str
    trail: int
    frozen: bool
    granted: Granted | None
    written: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """The current version of one category, its data key still wrapped."""

    category: str
    version: int
    sha256: str
    wrapped: bytes
    written: int


@dataclass(frozen=True, slots=True)
class Told:
    """Where, when and how a subject is told; `address` is sealed to the courier, tied to `bound`."""

    address: str
    bound: str
    timing: str
    words: str
    language: str


class Subjects:
    """The tables about subjects. Data keys are wrapped under the subject's own key in the vault."""

    def __init__(self, store: Store, vault: Vault, entropy: Entropy) -> None:
        self._store = store
        self._vault = vault
        self._entropy = entropy

    def add(self, handle: str, trail: int, now: int) -> None:
        """Begin a record."""
        self._vault.make(f"subject/{handle}", now)
        self._store.run("INSERT INTO subjects VALUES (?, ?, 0, 0, ?)", handle, trail, now)

    def get(self, handle: str) -> Subject:
        """Return a subject.

        Raises:
            RefusedError: there is none.
        """
        row = self._store.one(
            "SELECT handle, trail, frozen, erased, created FROM subjects WHERE handle = ?", handle
        )
        if row is None:
            raise RefusedError("there is no such record", reason="no-record")
        return Subject(row[0], row[1], bool(row[2]), row[3], row[4])

    def set_frozen(self, handle: str, frozen: int) -> None:
        """Freeze (the time) or unfreeze (0) a record."""
        self._store.run("UPDATE subjects SET frozen = ? WHERE handle = ?", frozen, handle)

    def grant(self, handle: str, grant: Grant, now: int) -> None:
        """Keep a grant in place of the last for the same purpose."""
        self._store.run(
            "INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET categories = excluded.categories,"
            " anywhere = excluded.anywhere, places = excluded.places, granted = excluded.granted",
            handle, grant.purpose, msgspec.json.encode(grant.categories).decode(), int(grant.anywhere),
            msgspec.json.encode(grant.places).decode(), now,
        )  # fmt: skip

    def granted(self, handle: str, purpose: str) -> Granted | None:
        """Return the live grant for a purpose."""
        row = self._store.one(
            "SELECT categories, anywhere, places FROM grants WHERE handle = ? AND purpose = ?",
            handle,
            purpose,
        )
        return None if row is None else _granted(*row)

    def standing(self, handle: str, purpose: str) -> Standing:
        """Return how a subject stands to a purpose, read at once.

        Raises:
            RefusedError: there is no such subject.
        """
        rows = self._store.many(
            "SELECT trail, frozen, g.categories, anywhere, places, r.category, written FROM subjects AS s"
            " LEFT JOIN grants AS g ON g.handle = s.handle AND purpose = ?"
            " LEFT JOIN records AS r ON r.handle = s.handle WHERE s.handle = ? ORDER BY r.category",
            purpose, handle,
        )  # fmt: skip
        if not rows:
            raise RefusedError("there is no such record", reason="no-record")
        trail, frozen, *grant = rows[0][:5]
        return Standing(
            handle,
            trail,
            bool(frozen),
            None if grant[0] is None else _granted(*grant),
            tuple((category, at) for *_, category, at in rows if category is not None),
        )

    def withdraw(self, handle: str, purpose: str) -> bool:
        """End the grant for a purpose; return whether there was one."""
        return self._store.run("DELETE FROM grants WHERE handle = ? AND purpose = ?", handle, purpose) > 0

    def write(self, handle: str, record: Record, data_key: bytes, writer: str) -> None:
        """Make a version current; the key of the older one is destroyed with its row.

        Raises:
            RefusedError: it is not newer than the current version.
        """
        old = self.record(handle, record.category)
        if record.version != (old.version if old else 0) + 1:
            raise RefusedError(
                "another version was written meanwhile: read it first", reason="version-conflict"
            )
        context = aead.record_context(handle, record.category, record.version)
        wrapped = aead.seal(self._vault.get(f"subject/{handle}"), data_key, context, self._entropy)
        self._store.run(
            "INSERT INTO records (handle, category, version, sha256, wrapped, writer, written)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version,"
            " sha256 = excluded.sha256, wrapped = excluded.wrapped, writer = excluded.writer,"
            " written = excluded.written",
            handle, record.category, record.version, record.sha256, wrapped, writer, record.written,
        )  # fmt: skip

    def record(self, handle: str, category: str) -> Record | None:
        """Return the current version of a category."""
        row = self._store.one(
            "SELECT category, version, sha256, wrapped, written FROM records WHERE handle = ? AND category = ?",
            handle, category,
        )  # fmt: skip
        return None if row is None else Record(*row)

    def records(self, handle: str) -> list[Record]:
        """Return the current versions of all categories."""
        rows = self._store.many(
            "SELECT category, version, sha256, wrapped, written FROM records WHERE handle = ? ORDER BY category",
            handle,
        )
        return [Record(*row) for row in rows]

    def written(self, handle: str) -> list[tuple[str, int]]:
        """Return each category held and when it was written or said to be right still (Unix seconds)."""
        rows = self._store.many(
            "SELECT category, written FROM records WHERE handle = ? ORDER BY category", handle
        )
        return [(category, at) for category, at in rows]

    def keep(self, handle: str, category: str, now: int) -> None:
        """Count the current version of a category as written at `now`: the person said that it is still right."""
        self._store.run(
            "UPDATE records SET written = ? WHERE handle = ? AND category = ?", now, handle, category
        )

    def data_key(self, handle: str, record: Record) -> bytes:
        """Return the data key of a record.

        Raises:
            RefusedError: the subject's key was erased.
        """
        context = aead.record_context(handle, record.category, record.version)
        return aead.open_sealed(self._vault.get(f"subject/{handle}"), record.wrapped, context)

    def set_channels(self, handle: str, channels: Channels, signer: str) -> None:
        """Keep where the subject is told, as the key with id `signer` said.

        The address stays sealed to the courier, and is sealed once more here with what it is tied to.
        """
        key = self._vault.get(f"subject/{handle}")
        where = f"{address_bound(signer, channels.nonce)} {channels.address}".encode()
        sealed = aead.seal(key, where, aead.context("channels", handle), self._entropy)
        self._store.run(
            "INSERT INTO channels VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed,"
            " timing = excluded.timing, words = excluded.words, language = excluded.language",
            handle, sealed, channels.timing, channels.words, channels.language,
        )  # fmt: skip

    def drop_channels(self, handle: str) -> None:
        """Forget where the subject is told."""
        self._store.run("DELETE FROM channels WHERE handle = ?", handle)

    def channels(self, handle: str) -> Told | None:
        """Return where the subject is told, or None if nothing was chosen."""
        row = self._store.one("SELECT sealed, timing, words, language FROM channels WHERE handle = ?", handle)
        if row is None:
            return None
        key = self._vault.get(f"subject/{handle}")
        where = aead.open_sealed(key, row[0], aead.context("channels", handle)).decode()
        # What was kept before addresses were tied has no `bound`: the courier opens it for nobody.
        bound, _, address = where.rpartition(" ")
        return Told(address, bound, row[1], row[2], row[3])

    def renew(self, handle: str, now: int) -> None:
        """Give the subject a new key and put what is held under it.

        So what was overwritten or taken away stays closed in older copies of this store too, once their epoch keys die.
        """
        old = self._vault.get(f"subject/{handle}")
        self._vault.destroy(f"subject/{handle}")
        new = self._vault.make(f"subject/{handle}", now)

        def again(sealed: bytes, context: bytes) -> bytes:
            return aead.seal(new, aead.open_sealed(old, sealed, context), context, self._entropy)

        for record in self.records(handle):
            wrapped = again(record.wrapped, aead.record_context(handle, record.category, record.version))
            self._store.run(
                "UPDATE records SET wrapped = ? WHERE handle = ? AND category = ?",
                wrapped,
                handle,
                record.category,
            )
        for name, sealed in self._store.many("SELECT id, sealed FROM numbers WHERE handle = ?", handle):
            fresh = again(sealed, aead.context("number", handle, name))
            self._store.run("UPDATE numbers SET sealed = ? WHERE id = ?", fresh, name)
        for (sealed,) in self._store.many("SELECT sealed FROM channels WHERE handle = ?", handle):
            fresh = again(sealed, aead.context("channels", handle))
            self._store.run("UPDATE channels SET sealed = ? WHERE handle = ?", fresh, handle)
        for name, sealed in self._store.many(
            "SELECT w.id, w.sealed FROM location_watches AS w JOIN location_consents AS c ON c.id = w.consent"
            " WHERE c.handle = ?",
            handle,
        ):
            fresh = again(sealed, aead.context("watch", handle, name))
            self._store.run("UPDATE location_watches SET sealed = ? WHERE id = ?", fresh, name)

    def erase(self, handle: str, categories: tuple[str, ...], now: int) -> None:
        """Destroy the keys of `categories`, or all that the subject has."""
        if categories:
            for category in categories:
                self._store.run("DELETE FROM records WHERE handle = ? AND category = ?", handle, category)
            self.renew(handle, now)
            return
        self._vault.destroy(f"subject/{handle}")
        for sql in (
            "DELETE FROM records WHERE handle = ?",
            "DELETE FROM grants WHERE handle = ?",
            "DELETE FROM numbers WHERE handle = ?",
            "DELETE FROM channels WHERE handle = ?",
            "DELETE FROM claims WHERE handle = ?",
            "DELETE FROM openings WHERE handle = ?",
            "DELETE FROM location_consents WHERE handle = ?",
            "DELETE FROM location_paused WHERE handle = ?",
        ):
            self._store.run(sql, handle)
        self._store.run("UPDATE subjects SET erased = ? WHERE handle = ?", now, handle)


def _granted(categories: str, anywhere: int, places: str) -> Granted:
    return Granted(frozenset(_WORDS.decode(categories)), bool(anywhere), frozenset(_WORDS.decode(places)))
