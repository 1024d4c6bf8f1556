"""An intruder controls the resident's or officer's page, and has its session key sign whatever they like.

What they can do is written here as a list, and the list is whole: every kind of statement that exists is tried.
"""

from __future__ import annotations

import pytest

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from breakseal.keyholder import protocol as p
from tests.support.cast import KINDS, Cast, Kind
from tests.support.world import Person

SUBJECTS = {
    "hello", "withdraw-grant", "claim-number", "withdraw-number", "wrap", "channels", "freeze", "request-self",
    "read-trail", "read-desk-self", "keep", "withdraw-consent", "pause-location",
}  # fmt: skip
OFFICERS = {"hello", "request-emergency", "read-desk-self"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_residents_stolen_session_can_sign(cast: Cast, kind: Kind) -> None:
    answer = cast.hand_in(kind, cast.make(kind, cast.rosa.session))
    assert (not isinstance(answer, p.Problem)) == (kind.name in SUBJECTS), answer


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_an_officers_stolen_shift_can_sign(cast: Cast, kind: Kind) -> None:
    answer = cast.hand_in(kind, cast.make(kind, cast.kim.session))
    assert (not isinstance(answer, p.Problem)) == (kind.name in OFFICERS), answer


def test_a_stolen_session_ends_after_an_hour(cast: Cast) -> None:
    cast.world.clock.time += 3601
    with pytest.raises(VerificationError):
        cast.world.disclose(cast.rosa)


def test_a_stolen_session_ends_with_the_key_that_let_it_in(cast: Cast) -> None:
    world = cast.world
    world.submit(world.sign(s.RevokeKey, cast.second, key=cast.rosa.own.key.id))
    with pytest.raises(VerificationError):
        world.disclose(cast.rosa)


def test_a_stolen_session_cannot_let_in_another(cast: Cast) -> None:
    world, more = cast.world, Person()
    for session in (cast.rosa.session, cast.kim.session):
        with pytest.raises(RefusedError):
            world.submit(world.sign(s.Session, session, key=more.session.key, until=world.clock.time + 9))


def test_what_a_stolen_session_does_stands_in_the_persons_list(cast: Cast) -> None:
    """The doors that a session may close or move leave their mark, with the key that did it."""
    world = cast.world
    for name in ("withdraw-grant", "withdraw-number", "channels", "freeze"):
        kind = next(one for one in KINDS if one.name == name)
        assert isinstance(cast.hand_in(kind, cast.make(kind)), p.Submitted)
    bodies = verify_trail(world.trail(cast.rosa), world.keyholder.key)
    last = [(body.result, body.party.key) for body in bodies[-5:]]
    session = cast.rosa.session.key.id
    results = ("turned-off", "consent-ended", "phone-removed", "channels-changed", "frozen")
    keys = (session, cast.places.client_id, session, session, session)  # an ended consent names whose it was
    assert last == list(zip(results, keys, strict=True))


def test_a_stolen_session_cannot_fill_the_log_nor_hold_the_person_up(cast: Cast) -> None:
    """A thousand acts an hour is the end for a session; the person's own key still works."""
    world = cast.world
    core = world.engine.core
    with core.store.transaction():
        for _ in range(1_000):
            core.budgets.spend(cast.rosa.session.key.id, "acts", world.clock.time)
    with pytest.raises(RefusedError, match="too much"):
        world.submit(world.sign(s.WithdrawGrant, cast.rosa.session, purpose="emergency-response"))
    world.submit(world.sign(s.WithdrawGrant, cast.rosa.own, purpose="emergency-response"))
