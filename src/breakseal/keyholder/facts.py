"""What is public about this keyholder."""

from __future__ import annotations

from collections import Counter

import msgspec

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import EnrolProcessor, NamedKey
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.signed import read
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.note import parse_note
from breakseal.keyholder.core import Core
from breakseal.keyholder.logport import LogPort
from breakseal.keyholder.protocol import Facts, OrganisationFact, ProcessorFact
from breakseal.keyholder.statements.root import court_line, enrolled_ids
from breakseal.keyholder.store import Store

_COUNTED = "public-counts"


class _Counted(msgspec.Struct, frozen=True):
    size: int = 0
    counts: dict[str, int] = {}


class PublicCounts:
    """Counts of published leaves by type, kept up as the published view moves, and kept for the next start.

    Else the first question after a start would read the whole log, and an emergency would wait for it.
    """

    def __init__(self, log: LogPort, store: Store) -> None:
        self._log = log
        self._store = store
        kept = msgspec.json.decode(store.meta(_COUNTED) or b"{}", type=_Counted)
        self._size, self._counts = kept.size, Counter(kept.counts)

    def upto(self, size: int) -> dict[str, int]:
        """Return the number of leaves of each type among the first `size`; inside a transaction."""
        if size < self._size:  # the log is an older copy than the store
            self._size, self._counts = 0, Counter()
        before = self._size
        while self._size < size:
            leaves = self._log.entries(self._size, min(size, self._size + 1000))
            if not leaves:
                break
            self._counts.update(read_leaf(leaf).type for leaf in leaves)
            self._size += len(leaves)
        if self._size != before:
            self._store.set_meta(_COUNTED, msgspec.json.encode(_Counted(self._size, dict(self._counts))))
        return dict(self._counts)


def facts(core: Core, log: LogPort, counts: PublicCounts, state: tuple[str, str], now: int) -> Facts:
    """Return the facts; `state` is what the keyholder does now, and why."""
    root = core.roots.root
    published = log.published()
    size = parse_checkpoint(parse_note(published).text).size
    organisations = tuple(
        OrganisationFact(
            org=o.org, name=o.name, kind=o.kind, places=tuple(sorted(o.places)), active_from=o.active_from,
            roster_until=o.roster_until, proved_until=o.proved_until,
            clients=tuple(NamedKey(name=h.label, key=h.key) for h in core.holders.of("client", o.org, now)),
            certificates=_certificates(core, o.org, now) if o.kind == "court" else (),
        )
        for o in core.organisations.all()
    )  # fmt: skip
    return Facts(
        root=core.roots.envelope,
        ingest=_ingest(core, now),
        courier=courier_enrolment(core, now),
        keyholder=root.keyholders[0].id,
        log_vkey=_log_key(root.witnesses),
        checkpoint=published,
        policy=canonical.b64(core.policy.digest),
        organisations=organisations,
        processors=_processors(core),
        counts=counts.upto(size),
        state=state[0],
        reason=state[1],
    )


def _ingest(core: Core, now: int) -> bytes:
    try:
        return core.ingest.statement(now)
    except RefusedError:
        return b""  # the epoch keys are missing after a restore; the other facts say why nothing works


def courier_enrolment(core: Core, now: int) -> bytes:
    """Return the enrolment of the courier that was enrolled last, of those that are active; empty if there is none."""
    active = [row for row in enrolled_ids(core, "courier") if row[2] <= now]
    return max(active, key=lambda row: row[2])[1] if active else b""


def _processors(core: Core) -> tuple[ProcessorFact, ...]:
    found = []
    for _, envelope, active in enrolled_ids(core, "processor"):
        _, statement = read(envelope)
        if isinstance(statement, EnrolProcessor):
            found.append(
                ProcessorFact(
                    processor=statement.processor,
                    name=statement.name,
                    does=statement.does,
                    active_from=active,
                )
            )
    return tuple(found)


def _certificates(core: Core, court: str, now: int) -> tuple[str, ...]:
    return ((line := court_line(core, court, now)) and line.certificates) or ()


def _log_key(policy: str) -> str:
    """Return the log's verifier key from the witness policy (C2SP tlog-policy: `log <vkey> [url]`)."""
    for line in policy.splitlines():
        words = line.split()
        if words[:1] == ["log"]:
            return words[1]
    return ""
