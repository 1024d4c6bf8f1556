"""Trails: each party's numbered, linked list of entries, whose public leaves do not show whose they are."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import msgspec

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import NO_LINK, Body, Entry, Head, Party, sign_head
from breakseal.kernel.model.leaf import Leaf, commit, seal_leaf, trail_ref, trail_tag
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.words import BasisKind, LeafType, NoticeTiming, Purpose
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead
from breakseal.keyholder.store import Store
from breakseal.keyholder.vault import Vault

KEPT_AFTER_ERASURE = 3 * 365 * 86_400
"""Seconds for which the person can still see and prove who looked, after all data was erased."""
SECOND_LOOK = 3600
"""Seconds at least between the sweep that finds a trail's time over and the one that destroys its key."""
DEFERRED_TARGET = "deferred"
"""What the leaf that joins a deferred entry to its list refers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What an entry is to say: the public words of its leaf, and what only its body holds."""

    type: LeafType
    party: Party
    result: str
    purpose: Purpose | str = ""
    basis: BasisKind | str = ""
    basis_digest: str = ""
    notice: NoticeTiming = "none"
    call: str = ""
    categories: tuple[str, ...] = ()
    precision: str = ""
    until: int = 0
    policy: tuple[str, ...] = ()
    reason: str = ""
    marks: tuple[str, ...] = ()
    signed: bytes = b""
    target: str = ""
    public: bytes = b""
    joined: Entry | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry that is stored and waits for its place in the log."""

    hash: bytes
    leaf: bytes
    row: int


class Trails:
    """Writes entries and reads them back; inside the caller's transaction."""

    def __init__(self, store: Store, vault: Vault, entropy: Entropy, signer: Signer, key_set: str) -> None:
        self._store = store
        self._vault = vault
        self._entropy = entropy
        self._signer = signer
        self._set = key_set

    def begin(self, kind: str, owner: str, now: int) -> int:
        """Begin the trail of `owner` and return its number."""
        self._store.run("INSERT INTO trails (kind, owner, n, link) VALUES (?, ?, 0, ?)", kind, owner, NO_LINK)
        trail = self.of(kind, owner)
        self._vault.make(f"trail/{trail}", now)
        return trail

    def of(self, kind: str, owner: str) -> int:
        """Return the number of the trail of `owner`.

        Raises:
            RefusedError: there is none.
        """
        row = self._store.one("SELECT id FROM trails WHERE kind = ? AND owner = ?", kind, owner)
        if row is None:
            raise RefusedError("there is no such trail", reason="no-trail")
        return int(row[0])

    def append(self, trail: int, what: Happening, now: int) -> NewEntry:
        """Allot the trail's next number, and build, sign and store leaf and body.

        INVARIANT: from the commit on the leaf is never withdrawn; `engine` sees to it that it is logged.
        """
        last, link = self._end(trail)
        n = last + 1
        key = self._vault.get(f"trail/{trail}")
        salt = self._entropy.token(32)
        body = canonical.encode(_body(what, n, link, now))
        data = seal_leaf(self._leaf(what, key, n, commit(salt, body), now), self._signer)
        digest = canonical.digest(data)
        sealed = aead.seal(_body_key(key), salt + body, digest, self._entropy)
        row = self.end_with(trail, n, digest, data)
        self._store.run("INSERT INTO bodies VALUES (?, ?)", row, sealed)
        return NewEntry(digest, data, row)

    def end_with(self, trail: int, n: int, digest: bytes, leaf: bytes, index: int | None = None) -> int:
        """Make `leaf` number `n` and last of its trail; return its row. `index` is its place in the log if known."""
        row = self._store.insert(
            "INSERT INTO entries (hash, trail, n, leaf, idx) VALUES (?, ?, ?, ?, ?)", digest, trail, n, leaf, index
        )  # fmt: skip
        self._store.run("UPDATE trails SET n = ?, link = ? WHERE id = ?", n, canonical.b64(digest), trail)
        return row

    def place(self, placed: Iterable[tuple[int, int]]) -> None:
        """Write down which row of `entries` stands where in the log: (id, index), most often all in a row."""
        # Where rows and indexes go up together, both differ from the position by the same all the while.
        together = groupby(enumerate(sorted(placed)), lambda one: (one[1][0] - one[0], one[1][1] - one[0]))
        for (first, shift), stretch in together:
            rows = [row for _, (row, _) in stretch]
            self._store.run(
                "UPDATE entries SET idx = id + ? WHERE id BETWEEN ? AND ?", shift - first, rows[0], rows[-1]
            )

    def _leaf(self, what: Happening, key: bytes, n: int, commitment: bytes, now: int) -> Leaf:
        return Leaf(
            type=what.type,
            day=datetime.fromtimestamp(now, UTC).date().isoformat(),
            org=what.party.org,
            purpose=what.purpose,  # type: ignore[arg-type] # the reader of statements admits only these words
            basis=what.basis,  # type: ignore[arg-type] # set from our own literals
            notice=what.notice,
            set=self._set,
            tag=canonical.b64(trail_tag(key, n)),
            ref=canonical.b64(trail_ref(key, n, what.target.encode())),
            commitment=canonical.b64(commitment),
            public=canonical.b64(what.public),
            by="",
        )

    def body(self, digest: bytes) -> tuple[int, bytes, bytes]:
        """Return the trail's number, the salt and the canonical body of the entry with this leaf hash.

        Salt and body are empty where a restore lost them.
        """
        row = self._store.one(
            "SELECT trail, sealed FROM entries LEFT JOIN bodies ON entry = id WHERE hash = ?", digest
        )
        if row is None:
            raise RefusedError("there is no such entry", reason="no-entry")
        trail = int(row[0])
        if row[1] is None:
            return trail, b"", b""
        plain = aead.open_sealed(_body_key(self._vault.get(f"trail/{trail}")), row[1], digest)
        return trail, plain[:32], plain[32:]

    def let_die(self, trail: int, when: int) -> None:
        """Keep K_trail until `when` (Unix seconds) only; from then on the trail's leaves are noise."""
        self._store.run("UPDATE trails SET die = ? WHERE id = ?", when, trail)

    def sweep(self, now: int) -> None:
        """Destroy the keys of the trails that an earlier sweep found past their time, and mark those found now.

        `die` is minus the time at which a sweep found it over; 0 for a trail that lives or is dead for good.
        INVARIANT: two sweeps an hour apart must agree; one look at a wrong clock destroys nothing.
        """
        for (trail,) in self._store.many(
            "SELECT id FROM trails WHERE die BETWEEN ? AND -1", SECOND_LOOK - now
        ):
            self._vault.destroy(f"trail/{trail}")
            self._store.run("UPDATE trails SET die = 0 WHERE id = ?", trail)
        self._store.run("UPDATE trails SET die = -? WHERE die > 0 AND die <= ?", now, now)

    def key(self, trail: int) -> bytes:
        """Return K_trail."""
        return self._vault.get(f"trail/{trail}")

    def head(self, trail: int, now: int, request: str) -> Head:
        """Return the head, signed for the question `request`."""
        n, link = self._end(trail)
        tag = canonical.b64(trail_tag(self.key(trail), 0))
        told = self._store.one("SELECT count(*) FROM deferred WHERE trail = ? AND joined != 0", trail)
        late = told[0] if told else 0
        head = Head(trail=tag, n=n, link=link, deferred=late, at=now, request=request, by="")
        return sign_head(head, self._signer)

    def subject(self, trail: int) -> str:
        """Return the handle of the record whose trail it is, or nothing where it is no person's."""
        row = self._store.one("SELECT owner FROM trails WHERE id = ? AND kind = 'subject'", trail)
        return "" if row is None else str(row[0])

    def length(self, trail: int) -> int:
        """Return how many entries the trail has."""
        return self._end(trail)[0]

    def rows(self, trail: int, first: int, most: int) -> list[tuple[bytes, bytes, int | None]]:
        """Return hash, leaf and log index of up to `most` entries from number `first` on, in order."""
        found = self._store.many(
            "SELECT hash, leaf, idx FROM entries WHERE trail = ? AND n >= ? ORDER BY n LIMIT ?",
            trail, first, most,
        )  # fmt: skip
        return [(bytes(h), bytes(leaf), idx) for h, leaf, idx in found]

    def _end(self, trail: int) -> tuple[int, str]:
        row = self._store.one("SELECT n, link FROM trails WHERE id = ?", trail)
        if row is None:
            raise RefusedError("there is no such trail", reason="no-trail")
        return int(row[0]), str(row[1])

    def entry(self, digest: bytes, leaf: bytes, proof: bytes) -> Entry:
        """Return an entry as its subject gets it."""
        _, salt, body = self.body(digest)
        return Entry(
            leaf=canonical.b64(leaf),
            body=canonical.b64(body),
            salt=canonical.b64(salt),
            proof=proof.decode("utf-8"),
        )


def _body(what: Happening, n: int, link: str, now: int) -> Body:
    return Body(
        type=what.type,
        n=n,
        link=link,
        at=now,
        party=what.party,
        purpose=what.purpose,
        basis=what.basis_digest,
        call=what.call,
        categories=what.categories,
        result=what.result,
        precision=what.precision,
        until=what.until,
        policy=what.policy,
        reason=what.reason,
        marks=what.marks,
        signed=canonical.b64(what.signed),
        joined=what.joined,
    )


def _body_key(trail_key: bytes) -> bytes:
    """Return the key under which bodies are sealed: another than K_trail, which tags the leaves (RFC 5869 expand)."""
    return hmac.digest(trail_key, b"breakseal/body-key/v1\x01", hashlib.sha256)
