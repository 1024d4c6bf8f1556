"""What the public page says of this installation: facts turned into values, no judgement of the page's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from breakseal.kernel.model.enrolments import Root
from breakseal.keyholder.protocol import Facts
from breakseal.web.facts import root_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Who holds keys, who watches, what the log says. `day` of the checkpoint is not told: tiles move daily."""

    root: Root
    witnesses: tuple[str, ...]
    one_operator: bool
    checkpoint: str
    size: int
    counts: tuple[tuple[str, int], ...]
    facts: Facts
    proved: dict[str, tuple[bool, str]]
    """Of each company whether its clients may ask where phones are now, and the day (UTC) on which that ends or did."""


def standing(facts: Facts, now: int) -> Standing:
    """Return the standing that the keyholder's facts tell at Unix second `now`."""
    root = root_of(facts)
    witnesses = _witnesses(root.witnesses)
    checkpoint = facts.checkpoint.decode("utf-8", "replace")
    return Standing(
        root=root,
        witnesses=witnesses,
        one_operator=len(root.keyholders) < 2 or not witnesses,
        checkpoint=checkpoint,
        size=_size(checkpoint),
        counts=tuple(sorted(facts.counts.items())),
        facts=facts,
        proved={
            one.org: (
                now < one.proved_until,
                datetime.fromtimestamp(one.proved_until, UTC).date().isoformat(),
            )
            for one in facts.organisations
            if one.kind == "company"
        },
    )


def _witnesses(policy: str) -> tuple[str, ...]:
    """Return the names in the `witness` lines of a C2SP tlog-policy."""
    words = [line.split() for line in policy.splitlines()]
    return tuple(line[1] for line in words if len(line) >= 3 and line[0] == "witness")


def _size(checkpoint: str) -> int:
    lines = checkpoint.splitlines()
    return int(lines[1]) if len(lines) > 1 and lines[1].isdecimal() else 0
