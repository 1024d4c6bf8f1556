"""Enrolled keys, and who holds them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.keys import PublicKey
from breakseal.keyholder.store import Row, Store

HolderKind = Literal["subject", "officer", "sponsor", "client", "oversight", "courier"]
NO_END = 1 << 52
_MAX_CACHED = 10_000

_SPEC = msgspec.json.Decoder(PublicKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A key that is active now, and whose it is. `parent` is the key that let a session key in."""

    key: PublicKey
    kind: HolderKind
    id: str
    org: str
    label: str
    position: str
    parent: str
    until: int

    @property
    def is_session(self) -> bool:
        """Whether this is a session key, with a session's narrow rights."""
        return self.key.use == "session"


class Holders:
    """The table of keys."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[str, tuple[Holder, int]] = {}

    def forget(self) -> None:
        """Drop the copies in memory: after every write here, and after a transaction that was undone."""
        self._rows.clear()

    def find(self, key_id: str, now: int) -> Holder:
        """Return the holder of the active key `key_id`.

        Raises:
            VerificationError: unknown, revoked, not yet or no longer active; the same for all, so that
                nobody learns which keys exist.
        """
        found = self._rows.get(key_id) or self._load(key_id)
        if found is None or not found[1] <= now < found[0].until:
            raise VerificationError("the key is not enrolled, or not active now", reason="unknown-key")
        return found[0]

    def seen(self, key_id: str) -> PublicKey | None:
        """Return a key that was found lately, whether it is active still or not; for any thread."""
        found = self._rows.get(key_id)
        return None if found is None else found[0].key

    def _load(self, key_id: str) -> tuple[Holder, int] | None:
        # Whoever ends a key ends the sessions that it let in (`revoke`), so a session's row speaks for itself.
        row = self._store.one(
            "SELECT id, kind, holder, org, spec, label, position, parent, until, active_from FROM keys"
            " WHERE id = ? AND revoked = 0",
            key_id,
        )  # fmt: skip
        if row is None:
            return None
        if len(self._rows) >= _MAX_CACHED:
            self._rows.clear()
        found = self._rows[key_id] = (_holder(row), int(row[9]))
        return found

    def add(self, holder: Holder, active_from: int) -> None:
        """Enrol a key.

        Raises:
            RefusedError: a key with this id is or was enrolled; ids are never used again.
        """
        if self._store.one("SELECT 1 FROM keys WHERE id = ?", holder.key.id):
            raise RefusedError("a key with this id was enrolled before", reason="key-known")
        self.forget()
        self._store.run(
            "INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            holder.key.id, holder.kind, holder.id, holder.org, canonical.encode(holder.key), holder.label,
            holder.position, holder.parent, active_from, holder.until,
        )  # fmt: skip

    def revoke(self, key_id: str, now: int) -> None:
        """End a key and the sessions that it let in."""
        self.forget()
        self._store.run(
            "UPDATE keys SET revoked = ? WHERE (id = ? OR parent = ?) AND revoked = 0", now, key_id, key_id
        )

    def revoke_all(self, kind: HolderKind, holder: str, now: int) -> None:
        """End every key of a holder."""
        self.forget()
        self._store.run(
            "UPDATE keys SET revoked = ? WHERE kind = ? AND holder = ? AND revoked = 0", now, kind, holder
        )

    def of(self, kind: HolderKind, holder: str, now: int) -> list[Holder]:
        """Return the active keys of a holder."""
        rows = self._store.many(
            "SELECT id, kind, holder, org, spec, label, position, parent, until FROM keys"
            " WHERE kind = ? AND holder = ? AND revoked = 0 AND active_from <= ? AND until > ?",
            kind, holder, now, now,
        )  # fmt: skip
        return [_holder(row) for row in rows]

    def ever(self, kind: HolderKind, holder: str) -> list[str]:
        """Return the ids of every key that a holder ever had."""
        return [
            row[0]
            for row in self._store.many("SELECT id FROM keys WHERE kind = ? AND holder = ?", kind, holder)
        ]

    def sweep(self, now: int) -> int:
        """Drop session keys whose time was over a day ago; return how many."""
        self.forget()
        return self._store.run("DELETE FROM keys WHERE parent != '' AND until < ?", now - 86_400)


def _holder(row: Row) -> Holder:
    return Holder(
        key=_SPEC.decode(row[4]), kind=row[1], id=row[2], org=row[3], label=row[5], position=row[6], parent=row[7],
        until=row[8],
    )  # fmt: skip
