"""The next root statement: the last one with named changes, signed by the thresholds of both. Values in, values out."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from breakseal.kernel.errors import FormatError, RequestError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import Door, Root
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.leaf import MAX_LEAF, Leaf
from breakseal.kernel.model.signed import MAX_SIGNATURES, Signature, Signed
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.oversight import founding
from breakseal.oversight.founding import Stamp

LEAST_OVERSEERS = 3
"""With two, one lost key would freeze the root for ever."""
SHORTEST_NAME = 8
"""Characters of a key's name that say which key is meant."""
_HASH = canonical.b64(bytes(32))
_SIGNATURE = canonical.b64(bytes(64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the next root changes; `dropped` are names of keys, or how they begin. What is none stays."""

    added: tuple[PublicKey, ...] = ()
    dropped: tuple[str, ...] = ()
    threshold: int | None = None
    witnesses: str | None = None
    door: Door | None = None


def next_root(last: Root, changes: Changes, stamp: Stamp) -> Root:
    """Return root statement n+1 with 30 days to sign it.

    Raises:
        RequestError: it changes nothing, or a keyholder would refuse it.
        FormatError: the witness policy is none.
    """
    made = msgspec.structs.replace(
        last,
        oversight=_overseers(last, changes),
        threshold=last.threshold if changes.threshold is None else changes.threshold,
        witnesses=last.witnesses if changes.witnesses is None else changes.witnesses,
        door=changes.door or last.door,
    )
    if made == last:
        raise RequestError("the next root changes nothing: name what it changes, see --help")
    _check_threshold(made)
    _check_witnesses(last, made)
    made = msgspec.structs.replace(made, **stamp(), version=last.version + 1)
    needed = signatures_needed(last, made)
    if needed > MAX_SIGNATURES:
        raise RequestError(
            f"it would need {needed} signatures, and a statement has at most {MAX_SIGNATURES}: "
            "change fewer overseers at once"
        )
    sample = Signature(key=_HASH, sig=_SIGNATURE)
    check_fits(Signed(payload=canonical.b64(canonical.encode(made)), signatures=(sample,) * needed))
    return made


def signatures_needed(last: Root, made: Root) -> int:
    """Return with how few signatures the thresholds of both can be reached; who oversees in both counts in both."""
    both = {key.id for key in last.oversight} & {key.id for key in made.oversight}
    return last.threshold + made.threshold - min(len(both), last.threshold, made.threshold)


def check_fits(signed: Signed) -> None:
    """Check that the statement with its signatures fits into its log entry, where it stands whole.

    Raises:
        RequestError: it does not.
    """
    public = canonical.b64(canonical.encode(signed))
    leaf = Leaf(
        type="policy", day="2000-01-01", set="set-1", tag=_HASH, ref=_HASH, commitment=_HASH, public=public,
        by=_HASH, sig=_SIGNATURE,
    )  # fmt: skip
    over = len(canonical.encode(leaf)) - MAX_LEAF
    if over > 0:
        raise RequestError(
            f"with {len(signed.signatures)} signatures it is {over} bytes too long for a log entry: "
            "name less in it, or have fewer people sign"
        )


def read_next(data: bytes, last: Root) -> tuple[Root, Signed]:
    """Return the root in the envelope `data`, which must follow `last`, signed by the thresholds of both.

    Raises:
        FormatError: not a root statement.
        VerificationError: not the next version, or not signed so.
    """
    statement, signed = founding.read_draft(data)
    if not isinstance(statement, Root):
        raise FormatError("not a root statement")
    if statement.version != last.version + 1:
        raise VerificationError("not the next version of the root", reason="root-version")
    for root in (last, statement):
        founding.check_signed(signed, root)
    return statement, signed


def _overseers(last: Root, changes: Changes) -> tuple[PublicKey, ...]:
    dropped = {_named(last, name).id for name in changes.dropped}
    kept = [key for key in last.oversight if key.id not in dropped]
    machines = {one.sign.spki for one in last.keyholders}
    for key in changes.added:
        if key.spki in machines:
            raise RequestError("an oversight key is a person's, and none a machine's")
        if key.spki in {one.spki for one in kept}:
            raise RequestError(f"the key `{key.id}` is an overseer's already")
        kept.append(key)
    return tuple(kept)


def _named(last: Root, name: str) -> PublicKey:
    found = [key for key in last.oversight if key.id.startswith(name)]
    if len(name) < SHORTEST_NAME or len(found) != 1:
        raise RequestError(
            f"`{name}` names no overseer: give the key's name as `breakseal root state` shows it, "
            f"or its first {SHORTEST_NAME} characters"
        )
    return found[0]


def _check_threshold(made: Root) -> None:
    count = len(made.oversight)
    if count < LEAST_OVERSEERS:
        raise RequestError(
            f"{count} overseers would be left: at least {LEAST_OVERSEERS}, or one lost key freezes the root"
        )
    if not 2 <= made.threshold <= count:
        raise RequestError(
            f"a threshold of {made.threshold} does not go with {count} overseers: from 2 to {count}"
        )


def _check_witnesses(last: Root, made: Root) -> None:
    kept = parse_policy(made.witnesses.encode()).logs
    if any(log not in kept for log in parse_policy(last.witnesses.encode()).logs):
        raise RequestError("the witness policy leaves out the log's key: keep its `log` line as it is")
