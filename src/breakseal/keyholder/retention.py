"""Retention: how old what is held may become. The days come from the policy, and from nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.body import NO_LINK, Party
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.policy.request import whole_days
from breakseal.kernel.policy.words import Category
from breakseal.keyholder.core import Core
from breakseal.keyholder.trails import SECOND_LOOK, Happening, NewEntry
from breakseal.keyholder.vault import DAY, gone_for_good

REMIND_BEFORE = 30 * DAY
"""Seconds before the end at which the person is told, once for each version that is written or kept."""
_NEAR = 7 * DAY
MOST_A_SWEEP = 100
"""Keys destroyed, and reminders sent, for each category in one sweep; the next sweep goes on."""


def age_days(written: int, now: int) -> int:
    """Return the age of what was written at `written`, as the policy counts it.

    SAFETY: a time ahead of our clock by more than the skew is not true, and may hide something old; taken as 0 it
    would keep that open. It counts as 1970: what has a retention does not open, and no sweep destroys it for that.
    """
    return whole_days(now - written if written <= now + SKEW else now)


def opens_until(policy: Policy, category: str, written: int) -> int:
    """Return the last Unix second at which `category`, written at `written`, opens; 0 if no age ends it."""
    days = policy.retention_days(Category(category))
    return 0 if days is None else written + days * DAY


def is_past(policy: Policy, category: str, written: int, now: int) -> bool:
    """Tell whether `category`, written at `written`, is past its retention."""
    days = policy.retention_days(Category(category))
    return days is not None and age_days(written, now) > days


def end(core: Core, now: int) -> tuple[NewEntry, ...]:
    """Destroy the keys of what an earlier sweep found past its retention, and mark what is found now.

    INVARIANT: two sweeps an hour apart must agree on this very version; one look at a wrong clock destroys nothing.
    """
    over: dict[str, list[str]] = {}
    for category, oldest in _oldest(core, now):
        rows = core.store.many(
            "SELECT handle FROM records WHERE category = ? AND written < ? AND past > written AND past <= ?"
            " ORDER BY written LIMIT ?",
            category, oldest, now - SECOND_LOOK, MOST_A_SWEEP,
        )  # fmt: skip
        for (handle,) in rows:
            over.setdefault(handle, []).append(category)
        core.store.run(
            "UPDATE records SET past = ? WHERE category = ? AND written < ? AND past <= written",
            now, category, oldest,
        )  # fmt: skip
    return tuple(entry for handle, gone in over.items() for entry in _ended(core, handle, tuple(gone), now))


def remind(core: Core, now: int) -> None:
    """Plan a message to each person of whom something ends soon, where they said that they want messages."""
    for category, oldest in _oldest(core, now):
        rows = core.store.many(
            "SELECT handle FROM records WHERE category = ? AND written BETWEEN ? AND ? AND reminded != written LIMIT ?",
            category, oldest, oldest + REMIND_BEFORE, MOST_A_SWEEP,
        )  # fmt: skip
        for (handle,) in rows:
            _remind(core, handle, now)
            core.store.run(
                "UPDATE records SET reminded = written WHERE handle = ? AND category = ?", handle, category
            )


def _oldest(core: Core, now: int) -> Iterator[tuple[str, int]]:
    """Yield each category that has an end, and the earliest time of writing that still opens."""
    for category in Category:
        days = core.policy.retention_days(category)
        if days is not None:
            yield category.value, now - days * DAY


def _ended(core: Core, handle: str, gone: tuple[str, ...], now: int) -> list[NewEntry]:
    """Destroy the keys, and write it down category by category, so that a replay finds each again."""
    party = Party(key=core.signer.key.id)
    try:
        with core.store.savepoint():
            core.subjects.erase(handle, gone, now)
            trail = core.subjects.get(handle).trail
            return [
                core.trails.append(
                    trail,
                    Happening(
                        type="erase", party=party, result="retention-over", categories=(category,),
                        until=gone_for_good(now), target=f"erase:{category}",
                    ),
                    now,
                )
                for category in gone
            ]  # fmt: skip
    except RefusedError:
        core.forget()  # a key that is gone already must not keep the sweep from all others
        return []


def _remind(core: Core, handle: str, now: int) -> None:
    """Plan one message for all that ends in the same days; it is about no entry, and says so by zeros."""
    near = core.store.one(
        "SELECT 1 FROM permits WHERE handle = ? AND call = '' AND about = ? AND due > ?",
        handle, NO_LINK, now - _NEAR,
    )  # fmt: skip
    if near is None:
        try:
            core.permits.plan(handle, bytes(32), "", now)
        except RefusedError:
            return  # the address went with its key
