"""The one oracle of the keyholder's fault tests: after whatever failed, is everything still told and provable?"""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import cast

from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.kernel.model.leaf import read_leaf, verify_leaf
from breakseal.kernel.tlog import proof
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.keyholder import protocol as p
from breakseal.keyholder import reading
from breakseal.keyholder.authority import Verified
from tests.support.world import World


def check_keyholder(world: World, acknowledged: Iterable[bytes] = ()) -> dict[str, tuple[Body, ...]]:
    """Check all trails against the log, and that each acknowledged leaf hash is there; return bodies by handle.

    Every entry has a place; the leaf at that place is the entry's; no leaf stands twice; none of the log is
    unknown to the store; numbers run without gaps; each subject's list verifies complete, each proof too.
    """
    world.engine.sweep()
    world.ask(p.AskFacts(), p.Facts)
    store, log = world.engine.core.store, world.log
    assert store.one("PRAGMA integrity_check") == ("ok",)
    leaves = log.entries(0, 1 << 40)
    assert len(set(leaves)) == len(leaves) == log.size()
    rows = store.many("SELECT hash, trail, n, leaf, idx FROM entries ORDER BY trail, n")
    assert {row[4] for row in rows} == set(range(len(leaves)))
    for digest, _trail, _n, leaf, index in rows:
        assert leaves[index] == leaf
        assert canonical.digest(leaf) == digest
        verify_leaf(read_leaf(leaf), world.keyholder.key)
    for trail, count in store.many("SELECT id, n FROM trails"):
        assert [row[2] for row in rows if row[1] == trail] == list(range(1, count + 1))
    assert set(acknowledged) <= {bytes(row[0]) for row in rows}
    opened = {bytes(row[0]) for row in store.many("SELECT hash FROM openings")}
    assert opened <= {bytes(row[0]) for row in rows}
    return {handle: _subject(world, handle) for (handle,) in store.many("SELECT handle FROM subjects")}


def _subject(world: World, handle: str) -> tuple[Body, ...]:
    core, now = world.engine.core, world.clock.time
    holder = core.holders.of("subject", handle, now)[0]
    verified = SimpleNamespace(signer=holder, digest=bytes(32))
    trail = reading._trail(core, world.log, cast("Verified", verified), now)
    policy = parse_policy(core.roots.root.witnesses.encode())
    for entry in trail.entries:
        proof.verify(entry.proof.encode(), canonical.unb64(entry.leaf), policy)
    return verify_trail(trail, world.keyholder.key)
