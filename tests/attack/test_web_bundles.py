"""An intruder with the web process's socket hands in statements that do not belong there, or not together."""

from __future__ import annotations

import pytest

from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model import statements as s
from breakseal.keyholder import protocol as p
from tests.support.cast import KINDS, Cast


def test_take_the_ingest_key_statement_for_something_else(standing: Cast) -> None:
    """The keyholder's own signed ingest key is public; it works nowhere."""
    facts = standing.world.ask(p.AskFacts(), p.Facts)
    for door in (
        p.Submit(statements=(facts.ingest,)),
        p.Read(statement=facts.ingest),
        p.Identify(statement=facts.ingest),
        p.Disclose(request=facts.ingest),
    ):
        assert isinstance(standing.world.engine.answer([door])[0], p.Problem)


def test_release_a_restore_that_never_was(standing: Cast) -> None:
    """Root keys that sign a release while all is well change nothing."""
    release = standing.world.sign(
        enrolments.RestoreRelease, *standing.world.oversight[:2], size=1, root=canonical.b64(bytes(32))
    )
    answer = standing.world.engine.answer([p.Submit(statements=(release,))])[0]
    assert isinstance(answer, p.Problem)
    assert answer.reason == "wrong-door"


def test_hand_in_a_right_and_a_false_one_together(cast: Cast) -> None:
    """All that is handed in together is taken, or none: the right one can be handed in again."""
    grant = next(kind for kind in KINDS if kind.type is s.WithdrawGrant)
    right = cast.make(grant)
    before = cast.state()
    answer = cast.world.engine.answer([p.Submit(statements=(right, b"{}"))])[0]
    assert isinstance(answer, p.Problem)
    assert cast.state() == before
    assert isinstance(cast.hand_in(grant, right), p.Submitted)


def test_hand_in_a_new_root_with_rubbish_so_that_it_rules_without_a_mark(cast: Cast) -> None:
    """A root that was undone with its neighbours must not rule: nothing in the log would say so."""
    kind = next(one for one in KINDS if one.type is enrolments.Root)
    root = cast.make(kind)
    answer = cast.world.engine.answer([p.Submit(statements=(root, b"{}"))])[0]
    assert isinstance(answer, p.Problem)
    assert cast.world.engine.core.roots.root.version == 1
    assert isinstance(cast.hand_in(kind, root), p.Submitted)
    assert cast.world.engine.core.roots.root.version == 2


@pytest.mark.parametrize("count", [0, 5, 200])
def test_hand_in_too_many_together(standing: Cast, count: int) -> None:
    kind = next(one for one in KINDS if one.type is s.Freeze)
    envelopes = tuple(standing.make(kind) for _ in range(count))
    before = standing.state()
    answer = standing.world.engine.answer([p.Submit(statements=envelopes)])[0]
    assert isinstance(answer, p.Problem)
    assert standing.state() == before
