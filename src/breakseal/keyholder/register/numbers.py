"""Phone numbers: found by a keyed hash only, so that a copy of the store does not tell who is enrolled."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model import canonical
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead
from breakseal.keyholder.store import Store
from breakseal.keyholder.vault import Vault

INDEX_KEY = "index/emergency"
"""Each programme has an index key of its own, so that indexes of two programmes cannot be joined."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumberView:
    """A number as its subject sees it."""

    id: str
    number: str
    bound: int


def check_number(text: str) -> str:
    """Return `text` if it is an E.164 number (ITU-T E.164: up to 15 digits after the plus).

    Raises:
        FormatError: it is not.
    """
    if not _E164.fullmatch(text):
        raise FormatError("not an international number like +15555550100", reason="bad-number")
    return text


class Numbers:
    """The table of numbers."""

    def __init__(self, store: Store, vault: Vault, entropy: Entropy) -> None:
        self._store = store
        self._vault = vault
        self._entropy = entropy

    def index(self, number: str) -> bytes:
        """Return the keyed hash by which a number is found."""
        return hmac.digest(self._vault.get(INDEX_KEY), number.encode("ascii"), hashlib.sha256)

    def holder(self, number: str) -> str | None:
        """Return the handle of the record that a number belongs to."""
        row = self._store.one("SELECT handle FROM numbers WHERE idx = ?", self.index(number))
        return None if row is None else str(row[0])

    def bind(self, handle: str, number: str, now: int) -> str | None:
        """Give a number to `handle`; return the handle that it was taken from, if it was another's.

        The last proof of holding the phone wins: numbers are reassigned.
        """
        idx = self.index(number)
        before = self._store.one("SELECT handle FROM numbers WHERE idx = ?", idx)
        self._store.run("DELETE FROM numbers WHERE idx = ?", idx)
        name = canonical.b64(self._entropy.token(16))
        key = self._vault.get(f"subject/{handle}")
        sealed = aead.seal(key, number.encode("ascii"), aead.context("number", handle, name), self._entropy)
        self._store.run("INSERT INTO numbers VALUES (?, ?, ?, ?, ?)", idx, handle, name, sealed, now)
        return str(before[0]) if before and before[0] != handle else None

    def release(self, handle: str, name: str) -> bool:
        """Take a number off a record; return whether it was on it."""
        return self._store.run("DELETE FROM numbers WHERE handle = ? AND id = ?", handle, name) > 0

    def of(self, handle: str) -> list[NumberView]:
        """Return the numbers of a record."""
        key = self._vault.get(f"subject/{handle}")
        rows = self._store.many(
            "SELECT id, sealed, bound FROM numbers WHERE handle = ? ORDER BY bound", handle
        )
        return [
            NumberView(
                name, aead.open_sealed(key, sealed, aead.context("number", handle, name)).decode(), bound
            )
            for name, sealed, bound in rows
        ]
