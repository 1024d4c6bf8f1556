"""The one thread through which everything passes: batches of questions, one durable transaction each.

For each batch: check and prepare all (one commit), have the entries logged (one commit of the log), then open.
What fails is answered with its own problem; it undoes nothing of its neighbours. An entry that was prepared
but not logged, because the log failed or the process died, is handed to the log again before anything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breakseal.kernel.errors import (
    BreaksealError,
    FormatError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from breakseal.kernel.model.enrolments import RestoreRelease
from breakseal.kernel.model.signed import read as read_signed
from breakseal.keyholder import deferred, grounds
from breakseal.keyholder import protocol as p
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.opening import open_
from breakseal.keyholder.disclosure.prepare import prepare
from breakseal.keyholder.disclosure.record import Recorded, record
from breakseal.keyholder.facts import PublicCounts, facts
from breakseal.keyholder.housekeeping import sweep
from breakseal.keyholder.location import answering as location
from breakseal.keyholder.location import looking, telling, watching
from breakseal.keyholder.location.messages import AskConsent, Locate, LocationQuestion, Watch
from breakseal.keyholder.logport import LogEyes, LogPort
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.keyholder.reading import identify, read
from breakseal.keyholder.refusals import note_refusal
from breakseal.keyholder.restore import MARK, RestoreGate
from breakseal.keyholder.steadyclock import SteadyClock
from breakseal.keyholder.store import StoreFailedError
from breakseal.keyholder.submission import submit
from breakseal.keyholder.trails import NewEntry

_LOG = logging.getLogger("breakseal.keyholder")
_FAMILIES = (FormatError, VerificationError, RefusedError, UnavailableError)

Finish = Callable[[dict[bytes, Recorded]], p.Message]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question whose entries must be in the log before `finish` may answer it."""

    entries: tuple[NewEntry, ...]
    finish: Finish


@dataclass(slots=True)
class Engine:
    """Answers questions in batches; for one thread."""

    core: Core
    log: LogPort
    eyes: LogEyes
    clock: SteadyClock
    gate: RestoreGate
    counts: PublicCounts
    _unlogged: list[NewEntry] = field(default_factory=list)
    _placed: list[tuple[int, int]] = field(default_factory=list)

    def start(self) -> None:
        """Look for signs of a restore, and find the entries that the log has not confirmed."""
        with self.core.store.transaction():
            self.gate.begin()
        rows = self.core.store.many("SELECT hash, leaf, id FROM entries WHERE idx IS NULL ORDER BY id")
        self._unlogged = [NewEntry(bytes(h), bytes(leaf), row) for h, leaf, row in rows]
        if not self.gate.reason:
            self.sweep()

    def state(self) -> tuple[str, str]:
        """Return what the keyholder does now, and why not more."""
        reason = self.gate.reason
        return ("quarantine", reason) if reason else ("open", "")

    def answer(self, questions: Sequence[p.Message]) -> list[p.Message]:
        """Return the answers in order; never raises but for a failed store, after which the process must end."""
        now = self.clock.now()
        begun: list[Waiting | p.Message] = []
        try:
            with self.core.store.transaction():
                self._keep_places()
                begun = [self._begin_safely(question, now) for question in questions]
                self.clock.keep()
        except StoreFailedError:
            raise
        except BreaksealError as error:
            self.core.forget()
            return [problem(error) for _ in questions]
        self._placed = []
        return self._finish(begun)

    def sweep(self) -> None:
        """Do the housekeeping that is due; none in quarantine, which must not keep alive what a replay will erase."""
        if self.gate.reason:
            return
        now = self.clock.now()
        try:
            with self.core.store.transaction():
                ended = sweep(self.core, now)
                self.clock.keep()
        except BreaksealError:
            self.core.forget()
            raise
        self._unlogged += ended
        self.core.vault.retire(now)
        self.core.store.truncate_journal()
        self._record([])
        self._join(now)
        self._record([])
        with self.core.store.transaction():  # before the anchor: it must never be ahead of the store
            self._keep_places()
        self._placed = []
        self.log.publish()
        self.gate.anchor()

    def _join(self, now: int) -> None:
        """Join to their lists the entries whose time it is, apart from the rest, which needs no log."""
        try:
            with self.core.store.transaction():
                self._keep_places()
                joined = deferred.join(self.core, self.log, now)
        except BreaksealError:
            self.core.forget()
            raise
        self._placed = []
        self._unlogged += joined

    def _begin_safely(self, question: p.Message, now: int) -> Waiting | p.Message:
        try:
            with self.core.store.savepoint():
                return self._begin(question, now)
        except StoreFailedError:
            raise
        except BreaksealError as error:
            self.core.forget()
            return self._refused(question, error, now)
        except Exception:  # noqa: BLE001 # refuse, whatever failed
            # SAFETY: whatever failed to be evaluated is refused; the trace names code, never data.
            _LOG.exception("question failed")
            self.core.forget()
            return problem(UnavailableError("the keyholder could not judge this", reason="internal"))

    def _begin(self, question: p.Message, now: int) -> Waiting | p.Message:
        if isinstance(question, p.AskFacts):
            return facts(self.core, self.log, self.counts, self.state(), now)
        if self.gate.reason:
            return self._in_quarantine(question, now)
        if isinstance(question, p.Disclose):
            prepared = prepare(self.core, question, now)
            return Waiting(
                (prepared.entry,), lambda done: open_(self.core, prepared, done[prepared.entry.hash])
            )
        if isinstance(question, p.Submit):
            return self._submit(question, now)
        if isinstance(question, p.Read):
            sealed, entries = read(self.core, self.log, question, now)
            return Waiting(entries, lambda _done: sealed)
        return self._begin_other(question, now)

    def _begin_other(self, question: p.Message, now: int) -> Waiting | p.Message:
        if isinstance(question, p.Identify):
            return identify(self.core, question.statement, now)
        if isinstance(question, p.Prove):
            return self._prove(question)
        if isinstance(question, p.TakePermits):
            return self._permits(question, now)
        if isinstance(question, p.PermitDone):
            self.core.permits.done(question.permit, question.outcome)
            looking.done(self.core, question.permit, question.outcome)
            telling.done(self.core, question.permit, question.outcome, now)
            return p.Done()
        if isinstance(question, LocationQuestion | LocateUnder):
            return self._locate(question, now)
        if isinstance(question, p.Administer):
            return self._administer(question)
        raise FormatError("not a question")

    def _permits(self, question: p.TakePermits, now: int) -> Waiting:
        limit = min(question.limit, 200)
        looking.settle(self.core, now)
        notices = self.core.permits.take(limit, now)
        texts = telling.take(
            self.core, max(limit - len(notices), 10), now
        )  # no crowd of notices holds all up
        planned = watching.plan(self.core, now)
        return Waiting(
            tuple(one.entry for one in planned if one.entry),
            lambda done: p.Permits(
                permits=(*notices, *texts, *watching.release(self.core, planned, done, now))
            ),
        )

    def _locate(self, question: LocationQuestion | LocateUnder, now: int) -> Waiting:
        if not isinstance(question, LocateUnder):
            return Waiting(*location.begin(self.core, question, now))
        look = grounds.prepare(self.core, question, now)
        return Waiting(
            (look.entry,), lambda done: grounds.release(self.core, look, done[look.entry.hash], now)
        )

    def _submit(self, question: p.Submit, now: int) -> Waiting:
        outcome = submit(self.core, question, now)
        leaves = tuple(entry.hash for entry in outcome.entries)
        answer = p.Submitted(handle=outcome.handle, leaves=leaves, permit=outcome.permit)
        return Waiting(outcome.entries, lambda _done: answer)

    def _in_quarantine(self, question: p.Message, now: int) -> Waiting | p.Message:
        alone = (
            question.statements[0]
            if isinstance(question, p.Submit) and len(question.statements) == 1
            else b""
        )
        if alone and isinstance(read_signed(alone)[1], RestoreRelease):
            entry = self.gate.release(alone, now)
            return Waiting((entry,), lambda _done: p.Submitted(leaves=(entry.hash,)))
        if isinstance(question, p.Administer):
            return self._administer(question)
        raise UnavailableError(f"nothing opens: {self.gate.reason}", reason="quarantine")

    def _prove(self, question: p.Prove) -> p.Message:
        row = self.core.store.one("SELECT leaf, idx FROM entries WHERE hash = ?", question.leaf)
        if row is None or row[1] is None:
            raise RefusedError("there is no such entry in the log", reason="no-entry")
        return p.Proved(leaf=row[0], proof=self.log.proof(row[1]))

    def _administer(self, question: p.Administer) -> p.Message:
        if question.task == "state":
            state, reason = self.state()
            return p.Done(detail=f"{state} {reason}".strip())
        raise RefusedError("there is no such task inside a batch", reason="unknown-task")

    def backup(self, folder: Path) -> None:
        """Write copies of this store and of the log's to `folder`; between batches.

        The copy says itself that it is one, so that it opens nothing by whatever way it is put back.
        """
        if self.gate.reason:
            raise RefusedError("nothing is copied before the restore is released", reason="quarantine")
        self.core.store.backup(
            folder / "keyholder.db", MARK, b"the keyholder's store is a backup that was put back"
        )
        self.log.backup(str(folder / "log.db"))

    def _refused(self, question: p.Message, error: BreaksealError, now: int) -> Waiting | p.Message:
        answer = problem(error)
        if not isinstance(error, RefusedError) or self.gate.reason:
            return answer
        try:
            with self.core.store.savepoint():
                entry = self._note_refusal(question, error.reason, now)
        except StoreFailedError:
            raise
        except Exception:  # noqa: BLE001 # a refusal that cannot be noted undoes nothing of its neighbours
            _LOG.exception("refusal not noted")
            self.core.forget()
            return answer
        return answer if entry is None else Waiting((entry,), lambda _done: answer)

    def _note_refusal(self, question: p.Message, reason: str, now: int) -> NewEntry | None:
        if isinstance(question, p.Disclose | LocateUnder):
            return note_refusal(self.core, question.request, reason, now)
        if isinstance(question, p.Submit):
            return note_refusal(self.core, question.statements[0], reason, now)
        if isinstance(question, AskConsent | Locate | Watch):
            return location.note_refusal(self.core, question, reason, now)
        return None

    def _finish(self, begun: list[Waiting | p.Message]) -> list[p.Message]:
        entries = [entry for one in begun if isinstance(one, Waiting) for entry in one.entries]
        try:
            done = self._record(entries)
        except BreaksealError as error:
            return [
                problem(error) if isinstance(one, Waiting) and one.entries else _now(one) for one in begun
            ]
        return [self._finish_one(one, done) for one in begun]

    def _finish_one(self, one: Waiting | p.Message, done: dict[bytes, Recorded]) -> p.Message:
        if not isinstance(one, Waiting):
            return one
        try:
            return one.finish(done)
        except BreaksealError as error:
            return problem(error)

    def _record(self, entries: list[NewEntry]) -> dict[bytes, Recorded]:
        """Have everything that waits logged and proved."""
        self._unlogged += entries
        if not self._unlogged or self.gate.reason:
            return {}
        done = record(self.log, self.eyes, list({entry.hash: entry for entry in self._unlogged}.values()))
        self._placed += [(one.entry.row, one.index) for one in done.values()]
        self._unlogged = []
        return done

    def _keep_places(self) -> None:
        """Write down where the last batch went; if the process dies before, the log is asked again."""
        if self._placed:
            self.core.trails.place(self._placed)
            self.eyes.keep()


def problem(error: BreaksealError) -> p.Problem:
    """Return an error as the message that carries it."""
    family = next((kind.__name__ for kind in _FAMILIES if isinstance(error, kind)), "RequestError")
    return p.Problem(family=family, reason=error.reason, detail=str(error))


def _now(one: Waiting | p.Message) -> p.Message:
    return one.finish({}) if isinstance(one, Waiting) else one
