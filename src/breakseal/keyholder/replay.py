"""Applying again what the log says happened after a backup was made.

The leaves are public and say little; but the keyholder knows each trail's key, so it recognises its own next tag,
and by the reference what was ended. Where the reference matches nothing that is known, the harder reading is
taken: erase all, withdraw all.
"""

from __future__ import annotations

from itertools import combinations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import (
    EnrolCourier,
    EnrolCourtLine,
    EnrolOrganisation,
    EnrolProcessor,
    PolicyRelease,
    Root,
)
from breakseal.kernel.model.leaf import Leaf, read_leaf, trail_ref, trail_tag
from breakseal.kernel.model.words import OWN_CATEGORIES
from breakseal.keyholder.authority import verify_root_signed
from breakseal.keyholder.core import Core
from breakseal.keyholder.exigent.register import called, judged
from breakseal.keyholder.location import consents
from breakseal.keyholder.logport import LogPort
from breakseal.keyholder.statements import root as root_statements
from breakseal.keyholder.trails import DEFERRED_TARGET, KEPT_AFTER_ERASURE

_GRANT = "grant:emergency-response"
_PARTS = {
    f"erase:{','.join(part)}": part
    for size in range(1, len(OWN_CATEGORIES) + 1)
    for part in combinations(sorted(OWN_CATEGORIES), size)
}
"""What the leaf of every erasure of a part can refer to. What is none of them erased the whole record."""


class Replay:
    """One pass over the leaves that the store does not know."""

    def __init__(self, core: Core, log: LogPort) -> None:
        self._core = core
        self._log = log
        self._next: dict[str, tuple[int, int]] = {}
        self.foreign = 0

    def run(self, start: int, now: int) -> None:
        """Apply every leaf from index `start` on; inside a transaction."""
        for trail, n in self._core.store.many("SELECT id, n FROM trails"):
            self._expect(trail, n + 1)
        index = start
        while leaves := self._log.entries(index, index + 1000):
            for data in leaves:
                self._one(data, index, now)
                index += 1

    def _expect(self, trail: int, n: int) -> None:
        try:
            key = self._core.trails.key(trail)
        except RefusedError:
            return
        self._next[canonical.b64(trail_tag(key, n))] = (trail, n)

    def _one(self, data: bytes, index: int, now: int) -> None:
        digest = canonical.digest(data)
        if self._core.store.run("UPDATE entries SET idx = ? WHERE hash = ?", index, digest):
            return
        leaf = read_leaf(data)
        place = self._next.pop(leaf.tag, None)
        if place is None:
            # A trail that was begun after the backup: its key is lost, and with it everything that it could open.
            self.foreign += 1
            return
        trail, n = place
        self._core.trails.end_with(trail, n, digest, data, index)
        self._expect(trail, n + 1)
        self._apply(leaf, digest, trail, n, now)

    def _apply(self, leaf: Leaf, digest: bytes, trail: int, n: int, now: int) -> None:
        row = self._core.store.one("SELECT kind, owner FROM trails WHERE id = ?", trail)
        assert row is not None, "INVARIANT: an expected tag belongs to a trail"  # noqa: S101 # tells the type checker
        kind, owner = str(row[0]), str(row[1])
        if leaf.public:
            self._public(canonical.unb64(leaf.public), now)
        elif kind == "subject":
            self._subject(leaf, trail, n, owner, now)
        elif kind == "organisation" and leaf.type == "revoke":
            self._officer(leaf, trail, n, owner, now)
        elif kind == "organisation" and leaf.type == "basis" and leaf.basis == "exigent":
            self._exigent(leaf, digest, trail, n, owner, now)

    def _exigent(self, leaf: Leaf, digest: bytes, trail: int, n: int, org: str, now: int) -> None:
        """Take over that a request was made, or what a reviewer said of one: the leaf tells of which, not what."""
        core = self._core
        if core.organisations.get(org).kind == "police":
            # What was asked is lost, and that it must be judged is not: it is named by its leaf from now on.
            core.store.run(
                "INSERT INTO exigent VALUES (?, ?, '', ?, ?, 0, 'denied', '', '', x'', ?, '', x'')",
                digest, org, trail, now, now,
            )  # fmt: skip
            return
        for (name,) in core.store.many("SELECT digest FROM exigent WHERE result IN ('', 'upheld')"):
            if self._is(leaf, trail, n, judged(canonical.b64(name))):
                core.store.run(
                    "UPDATE exigent SET state = 'denied', result = 'not-upheld' WHERE digest = ?", name
                )
            elif self._is(leaf, trail, n, called(canonical.b64(name))):
                core.store.run("UPDATE exigent SET state = 'denied' WHERE digest = ?", name)

    def _public(self, envelope: bytes, now: int) -> None:
        verified = verify_root_signed(self._core, envelope)
        statement = verified.statement
        if isinstance(statement, EnrolOrganisation):
            root_statements.organisation_again(self._core, verified, statement, now)
        elif isinstance(statement, EnrolCourier | EnrolProcessor | EnrolCourtLine | PolicyRelease):
            root_statements.keep_again(self._core, verified, statement, now)
        elif isinstance(statement, Root):
            self._core.roots.adopt(envelope)

    def _subject(self, leaf: Leaf, trail: int, n: int, handle: str, now: int) -> None:
        core = self._core
        if core.subjects.get(handle).erased:
            return
        if leaf.type == "erase":
            part = self._erased_part(leaf, trail, n)
            core.subjects.erase(handle, part, now)
            if not part:
                core.trails.let_die(trail, now + KEPT_AFTER_ERASURE)
        elif leaf.type == "basis" and self._is(leaf, trail, n, _GRANT):
            # A newer consent, perhaps a narrower one, is lost with its body: the person turns the record on again.
            core.subjects.withdraw(handle, "emergency-response")
        elif leaf.type == "notice":
            self._notice(leaf, trail, n, handle)
        elif leaf.type == "withdraw":
            self._withdraw(leaf, trail, n, handle, now)
        elif leaf.type == "revoke":
            for key_id in core.holders.ever("subject", handle):
                if self._is(leaf, trail, n, f"key:{key_id}"):
                    core.holders.revoke(key_id, now)

    def _notice(self, leaf: Leaf, trail: int, n: int, handle: str) -> None:
        # What was told late is told again by the next sweep, because the body that told it is lost.
        if not self._is(leaf, trail, n, DEFERRED_TARGET):
            self._core.subjects.drop_channels(handle)

    def _erased_part(self, leaf: Leaf, trail: int, n: int) -> tuple[str, ...]:
        """Return the categories that were erased, held in the copy or not; none if it was the whole record."""
        return next((part for target, part in _PARTS.items() if self._is(leaf, trail, n, target)), ())

    def _withdraw(self, leaf: Leaf, trail: int, n: int, handle: str, now: int) -> None:
        core = self._core
        if self._is(leaf, trail, n, "freeze"):
            core.subjects.set_frozen(handle, now)
            return
        if self._is(leaf, trail, n, "location-paused"):
            consents.pause(core, handle, now)
            return
        if self._is(leaf, trail, n, consents.TARGET):
            return  # every consent is ended by the restore itself
        for number in core.numbers.of(handle):
            if self._is(leaf, trail, n, f"number:{number.id}"):
                core.numbers.release(handle, number.id)
                return
        core.subjects.withdraw(handle, "emergency-response")
        if not self._is(leaf, trail, n, _GRANT):
            for number in core.numbers.of(handle):
                core.numbers.release(handle, number.id)

    def _officer(self, leaf: Leaf, trail: int, n: int, org: str, now: int) -> None:
        for officer in self._core.organisations.officers(org):
            if self._is(leaf, trail, n, officer.officer):
                self._core.organisations.end_officer(officer.officer, now)
                self._core.holders.revoke_all("officer", officer.officer, now)

    def _is(self, leaf: Leaf, trail: int, n: int, target: str) -> bool:
        return leaf.ref == canonical.b64(trail_ref(self._core.trails.key(trail), n, target.encode()))
