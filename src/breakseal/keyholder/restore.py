"""After a restore: nothing opens until the root keys name the log's size, and everything up to there is applied again.

Three signs tell that the store is older than it should be: the anchor beside the epoch keys is ahead of it,
the log is shorter than it saw, or the log holds entries of this keyholder that it does not know. A copy of
the whole machine, epoch keys and log included, cannot be told from the machine itself; only an outside
witness could.
"""

from __future__ import annotations

import msgspec

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import RestoreRelease
from breakseal.kernel.tlog.merkle import verify_consistency
from breakseal.keyholder.authority import MAX_ROOT_LIFE, RELEASED, check_time, consume, verify_root_signed
from breakseal.keyholder.core import Core
from breakseal.keyholder.logport import LogEyes, LogPort
from breakseal.keyholder.replay import Replay
from breakseal.keyholder.statements.root import public_entry
from breakseal.keyholder.trails import NewEntry
from breakseal.keyholder.vault import RootBackend

MARK = "quarantine"


class _Anchor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often the keyholder was started, and the log's size that it last saw."""

    generation: int
    size: int


class RestoreGate:
    """Knows whether this store may be trusted to be the newest."""

    def __init__(self, core: Core, log: LogPort, eyes: LogEyes, backend: RootBackend) -> None:
        self._core = core
        self._log = log
        self._eyes = eyes
        self._backend = backend

    @property
    def reason(self) -> str:
        """Why nothing opens now; empty if it may."""
        return (self._core.store.meta(MARK) or b"").decode()

    def begin(self) -> None:
        """Look for the signs at start, and count the start; inside a transaction."""
        store = self._core.store
        generation = int.from_bytes(store.meta("generation") or b"", "big")
        why = self._signs(generation)
        if why and not self.reason:
            store.set_meta(MARK, why.encode())
        store.set_meta("generation", (generation + 1).to_bytes(8, "big"))

    def anchor(self) -> None:
        """Keep generation and log size beside the epoch keys; after a commit, and never while in doubt."""
        if self.reason:
            return
        generation = int.from_bytes(self._core.store.meta("generation") or b"", "big")
        self._backend.set_anchor(canonical.encode(_Anchor(generation, self._eyes.seen[0])))

    def release(self, envelope: bytes, now: int) -> NewEntry:
        """Replay the log as far as the root keys say it goes, and open again; inside a transaction.

        Raises:
            VerificationError: not signed by the root keys, or the log here is another than they name.
            RefusedError: the log here is shorter than they say: bring the rest of it first.
        """
        verified = verify_root_signed(self._core, envelope)
        statement = verified.statement
        if not isinstance(statement, RestoreRelease) or not self.reason:
            raise RefusedError("nothing waits for a release", reason="not-restored")
        check_time(statement, now, MAX_ROOT_LIFE)
        consume(self._core, verified.digest, statement.expires)
        self._check_log(statement)
        Replay(self._core, self._log).run(self._first_unknown(), now)
        self._core.store.run("DELETE FROM meta WHERE name = ?", MARK)
        self._core.store.set_meta(RELEASED, now.to_bytes(8, "big"))
        # Whether a call of the copy's time lives, only a new event of its callgate can say.
        self._core.store.run("DELETE FROM calls")
        # Consents widen, and which of them ended since the copy was made, their leaves do not say: all are over.
        self._core.store.run("DELETE FROM location_consents")
        self._core.store.run("DELETE FROM location_asks")
        return public_entry(self._core, "root", envelope, now)

    def _signs(self, generation: int) -> str:
        if generation and not self._backend.epochs():
            return "the epoch keys are missing: put their own copy back, without it nothing can open"
        kept = self._backend.anchor()
        anchor = canonical.decode(kept, _Anchor) if kept else _Anchor(0, 0)
        seen = self._eyes.seen[0]
        if generation < anchor.generation or seen < anchor.size:
            return "the keyholder's store is older than its epoch keys: it was restored from a backup"
        if self._log.size() < seen:
            return "the log is shorter than the keyholder saw it: it was restored from a backup"
        if self._has_unknown():
            return "the log holds entries that the keyholder's store does not know: it was restored from a backup"
        return ""

    def _has_unknown(self) -> bool:
        at = self._first_unknown()
        mine = self._core.signer.key.id
        while leaves := self._log.entries(at, at + 1000):
            for leaf in leaves:
                if f'"by":"{mine}"'.encode() in leaf and not self._knows(leaf):
                    return True
            at += len(leaves)
        return False

    def _knows(self, leaf: bytes) -> bool:
        return (
            self._core.store.one("SELECT 1 FROM entries WHERE hash = ?", canonical.digest(leaf)) is not None
        )

    def _first_unknown(self) -> int:
        row = self._core.store.one("SELECT coalesce(max(idx) + 1, 0) FROM entries")
        return 0 if row is None else int(row[0])

    def _check_log(self, statement: RestoreRelease) -> None:
        size = self._log.size()
        if size < statement.size:
            raise RefusedError(
                "the log here is shorter than named: bring the rest of it first", reason="log-short"
            )
        root = canonical.unb64(statement.root, 32)
        current = self._eyes.check_size(size)
        if statement.size <= 0:
            raise VerificationError("name the log's size and root hash")
        verify_consistency(statement.size, size, self._log.consistency(statement.size, size), root, current)
