"""An intruder has the courier's signing key: what can be bound without its owner, and what not."""

from __future__ import annotations

import pytest

from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.kernel.model import location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.answers import caller_info
from breakseal.kernel.model.body import verify_trail
from tests.support.cast import KINDS, OTHER_NUMBER, Cast, Kind
from tests.support.world import NUMBER

ATTESTED = {s.NumberAttested, location.ConsentAnswered, location.ConsentStopped}
"""What the courier's key is for."""


def test_attest_a_consent_that_nobody_gave(cast: Cast) -> None:
    """It can say yes for anybody, but only to a live ask that a client signed; roughly, for a day, and it is listed."""
    places, world = cast.places, cast.world
    places.attest(places.answered(cast.asked.ask, OTHER_NUMBER))
    given = places.take(cast.asked.ask)
    body = verify_trail(world.trail(cast.other), world.keyholder.key)[-1]
    assert (body.result, body.party.key, body.precision) == ("consent-given", places.client_id, "1km")
    assert body.until == world.clock.time + 86_400
    assert places.permit(places.locate(given)).precision == "1km"
    with pytest.raises(RefusedError, match="no such ask"):
        places.attest(places.answered(bytes(16), OTHER_NUMBER))


def test_attest_a_number_that_nobody_claimed(cast: Cast) -> None:
    """There is no claim with this hash: nothing is bound, to nobody."""
    world = cast.world
    mine = cast.rosa.session
    unclaimed = world.sign(s.ClaimNumber, mine, key=mine.key.id, number=cast.claim_number(), channel="sms")
    with pytest.raises(RefusedError, match="no such claim"):
        world.submit(world.attest(unclaimed, "+15555550119"))


def test_attest_a_claim_twice(cast: Cast) -> None:
    world = cast.world
    world.submit(world.attest(cast.claim, "+15555550119"))
    with pytest.raises(RefusedError, match="no such claim"):
        world.submit(world.attest(cast.claim, "+15555550120"))


def test_attest_for_another_channel_than_claimed(cast: Cast) -> None:
    kind = next(one for one in KINDS if one.type is s.NumberAttested)
    for channel in ("voice", "desk"):
        answer = cast.hand_in(kind, cast.make(kind, channel=channel))
        assert answer.reason == "claim-over"  # type: ignore[attr-defined]


def test_attest_a_claim_after_its_time(cast: Cast) -> None:
    cast.world.clock.time += 15 * 60
    with pytest.raises(RefusedError, match="over"):
        cast.world.submit(cast.world.attest(cast.claim, "+15555550119"))


def test_attest_somebody_s_claim_to_another_subject(cast: Cast) -> None:
    """The claim says whose it is: the attestation names no subject, so the phone comes to the claimant only."""
    world = cast.world
    answer = world.submit(world.attest(cast.claim, "+15555550119"))
    assert answer.handle == cast.rosa.handle


def test_attest_a_claim_of_an_erased_record(cast: Cast) -> None:
    world = cast.world
    world.submit(world.sign(s.Erase, cast.rosa.own, categories=()))
    with pytest.raises(RefusedError):
        world.submit(world.attest(cast.claim, "+15555550119"))


@pytest.mark.parametrize("number", ["5555550119", "+1", "", "+1555555011\u0669", "+15555550119 "])
def test_attest_something_that_is_no_number(cast: Cast, number: str) -> None:
    with pytest.raises(BreaksealError):
        cast.world.submit(cast.world.attest(cast.claim, number))


def test_attest_with_a_number_sealed_for_another_purpose(cast: Cast) -> None:
    """What was sealed as a caller or to the courier does not open as an attested number."""
    kind = next(one for one in KINDS if one.type is s.NumberAttested)
    for sealed in (cast.sealed(b"+15555550119", caller_info("cedar", "c1")), cast.claim_number(), "AAAA"):
        answer = cast.hand_in(kind, cast.make(kind, number=sealed))
        assert answer.reason in ("ingest-key", "not-verified", "bad-format")  # type: ignore[attr-defined]


def test_taking_a_phone_away_is_seen_by_who_had_it(cast: Cast) -> None:
    """They can move a number to a subject of their own: its owner's list says so, and calls open only the new one."""
    world = cast.world
    world.bind(cast.other, NUMBER)
    bodies = verify_trail(world.trail(cast.rosa), world.keyholder.key)
    assert bodies[-1].result == "phone-moved-away"
    assert bodies[-1].type == "withdraw"
    assert world.disclose(cast.kim, world.call(NUMBER)).handle == cast.other.handle
    assert world.disclose(cast.kim, world.call(OTHER_NUMBER, call="b")).handle == cast.other.handle


@pytest.mark.parametrize("kind", [one for one in KINDS if one.type not in ATTESTED], ids=lambda k: k.name)
def test_the_couriers_key_signs_nothing_else(standing: Cast, kind: Kind) -> None:
    before = standing.state()
    answer = standing.hand_in(kind, standing.make(kind, standing.world.courier))
    if kind.name != "read-desk-self":  # its own name and key, and nothing else
        assert type(answer).__name__ == "Problem"
    assert standing.state() == before
