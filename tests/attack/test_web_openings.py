"""An intruder with the web process's memory and socket tries to have a record opened that should stay shut.

They see every request and call event, choose what the keyholder and the board get to see, and may keep back what
they like. They have no officer's, callgate's or resident's key.
"""

from __future__ import annotations

import hashlib

import pytest

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.answers import OPENED_INFO, caller_info
from breakseal.kernel.model.body import verify_trail
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from tests.support.cast import OTHER_NUMBER, Cast
from tests.support.world import NUMBER, Person, software_key

MEDICAL = "emergency.medical"


def test_swap_the_basis_so_that_a_call_of_a_opens_b(cast: Cast) -> None:
    """The board's request names the call's hash: put another call beside it, and nothing opens."""
    world = cast.world
    of_a, of_b = world.call(NUMBER, call="a"), world.call(OTHER_NUMBER, call="b")
    request = world.request(cast.kim, of_a)
    with pytest.raises(VerificationError, match="another basis"):
        world.ask(p.Disclose(request=request, basis=of_b), p.Disclosed)
    with pytest.raises((VerificationError, FormatError)):
        world.ask(p.Disclose(request=request), p.Disclosed)


def test_swap_the_number_inside_a_call_event(cast: Cast) -> None:
    """Anybody can seal a caller to the ingest key; nobody can put it under the callgate's signature."""
    world = cast.world
    envelope, statement = signed.read(world.call(NUMBER))
    caller = canonical.encode(s.Caller(number=OTHER_NUMBER))
    sealed = canonical.b64(hpke.seal_to(world.ingest_point(), caller, caller_info("cedar", "c1")))
    members = {name: getattr(statement, name) for name in statement.__struct_fields__} | {"caller": sealed}
    members.pop("v")
    payload = canonical.encode(s.CallEvent(**members))
    swapped = canonical.encode(signed.Signed(payload=canonical.b64(payload), signatures=envelope.signatures))
    with pytest.raises(VerificationError):
        world.disclose(cast.kim, swapped)


def test_swap_the_recipient_so_that_the_keys_come_to_the_intruder(cast: Cast) -> None:
    """The recipient stands under the officer's signature, and the answer opens for nobody else."""
    world, mallory = cast.world, Person()
    event = world.call()
    answer = world.disclose(cast.kim, event)
    with pytest.raises(VerificationError):
        hpke.open_from(mallory.opener, answer.sealed, OPENED_INFO)
    forged = world.request(Person(session=cast.stranger), event, recipient=mallory.recipient)
    with pytest.raises(VerificationError):
        world.ask(p.Disclose(request=forged, basis=event), p.Disclosed)


def test_serve_b_s_ciphertext_for_a_s_call(cast: Cast) -> None:
    """The reader checks hash, handle, category and version: nothing else of anybody opens with this key."""
    world = cast.world
    opened = world.opened(cast.kim, world.disclose(cast.kim, world.call(NUMBER)))
    right = cast.rosa.written[MEDICAL][1]
    assert b"penicillin" in world.read_record(opened, MEDICAL, right)
    for false in (
        cast.other.written[MEDICAL][1],
        cast.rosa.written["emergency.home"][1],
        right[:-1] + b"\x00",
    ):
        with pytest.raises((AssertionError, VerificationError)):
            world.read_record(opened, MEDICAL, false)


def test_serve_an_older_version_of_the_record(cast: Cast) -> None:
    """After a new version the older one's key is gone, so the old ciphertext is noise to everybody."""
    world, old = cast.world, cast.rosa.written[MEDICAL][1]
    world.write(cast.rosa, MEDICAL, b'{"fields":{"allergies":"none"}}')
    opened = world.opened(cast.kim, world.disclose(cast.kim, world.call(NUMBER)))
    key = next(one for one in opened.keys if one.category == MEDICAL)
    assert key.version == 2
    assert key.sha256 != canonical.b64(hashlib.sha256(old).digest())
    with pytest.raises((AssertionError, VerificationError)):
        world.read_record(opened, MEDICAL, old)


def test_answer_with_another_handle(cast: Cast) -> None:
    """The handle beside the answer is only for fetching; the one that the reader uses is sealed."""
    world = cast.world
    opened = world.opened(cast.kim, world.disclose(cast.kim, world.call(NUMBER)))
    assert opened.subject == cast.rosa.handle != cast.other.handle


def test_keep_a_withdrawal_back_and_replay_the_older_grant(cast: Cast) -> None:
    """What the keyholder has taken stands; an older grant in the intruder's memory does not come back."""
    world = cast.world
    grant = world.sign(
        s.Grant,
        cast.rosa.own,
        purpose="emergency-response",
        categories=EMERGENCY_CATEGORIES,
        anywhere=True,
        places=(),
    )
    world.submit(grant)
    world.submit(world.sign(s.WithdrawGrant, cast.rosa.session, purpose="emergency-response"))
    for later in (0, 200, 400, 86_400):
        world.clock.time += later
        with pytest.raises((RefusedError, VerificationError)):
            world.submit(grant)
    world.shift(cast.kim, "7")
    assert world.disclose(cast.kim, world.call(call="z")).handle == ""


def test_keep_the_end_of_a_call_back(cast: Cast) -> None:
    """Without the end event a call is over four hours after it began, whatever its events say."""
    world, event = cast.world, cast.event()
    world.disclose(cast.kim, event)
    world.clock.time += 4 * 3600 + 1
    with pytest.raises(RefusedError):
        world.disclose(cast.kim, event)
    with pytest.raises(RefusedError):
        world.disclose(cast.kim, world.call(seq=2, event="transferred"))


def test_use_a_call_event_after_the_call(cast: Cast) -> None:
    """Forty-five minutes after the end the event in the intruder's memory opens nothing."""
    world, event = cast.world, cast.event()
    world.disclose(cast.kim, event)
    world.submit(world.call(seq=2, event="ended"))
    world.clock.time += 45 * 60 - 1
    assert world.disclose(cast.kim, event).handle == cast.rosa.handle
    world.clock.time += 60
    with pytest.raises(RefusedError, match="45 minutes"):
        world.disclose(cast.kim, event)


def test_bring_a_call_to_life_again_after_it_ended(cast: Cast) -> None:
    world, event = cast.world, cast.event()
    world.disclose(cast.kim, event)
    world.submit(world.call(seq=2, event="ended"))
    with pytest.raises(RefusedError, match="ended"):
        world.disclose(cast.kim, world.call(seq=3))


def test_use_the_event_of_before_a_transfer(cast: Cast) -> None:
    world, event = cast.world, cast.event()
    world.disclose(cast.kim, event)
    world.submit(world.call(seq=2, event="transferred", position="9"))
    with pytest.raises(RefusedError, match="later event"):
        world.disclose(cast.kim, event)


def test_open_with_a_call_that_another_centre_answered(cast: Cast) -> None:
    """Pine's officer sits at a position of the same name; the call is Cedar's."""
    with pytest.raises(RefusedError, match="not of your organisation"):
        cast.world.disclose(cast.pine_officer, cast.event())


def test_open_with_a_call_event_that_another_centre_signed(cast: Cast) -> None:
    with pytest.raises(VerificationError, match="call centre"):
        cast.world.disclose(cast.kim, cast.world.call(signer=cast.pine_gate))


@pytest.mark.parametrize("kind", ["police", "company", "court", "research"])
def test_make_calls_as_an_organisation_that_takes_none(cast: Cast, kind: str) -> None:
    world = cast.world
    sponsor, gate = software_key(), software_key("service")
    world.organisation("agency", kind=kind, sponsor=sponsor.key, client=gate.key)
    mine, world.sponsor = world.sponsor, sponsor
    officer = world.officer("7", role="call-taker", org="agency")
    world.sponsor = mine
    with pytest.raises(RefusedError):
        world.disclose(officer, world.call(org="agency", signer=gate))


@pytest.mark.parametrize(
    "purpose", ["investigation", "immigration", "advertising", "litigation", "eligibility", "research"]
)
def test_open_an_emergency_record_for_something_else(cast: Cast, purpose: str) -> None:
    """A real officer with a real live call, for a purpose that is not the call's."""
    with pytest.raises(RefusedError):
        cast.world.disclose(cast.kim, cast.event(), purpose=purpose)


def test_ask_for_what_no_emergency_opens(cast: Cast) -> None:
    world = cast.world
    with pytest.raises(RefusedError):
        world.disclose(cast.kim, cast.event(), categories=("account.channels", "trail"))
    with pytest.raises(FormatError):
        world.disclose(cast.kim, cast.event(), categories=("emergency.medical", "emergency.medical"))
    with pytest.raises(FormatError):
        world.disclose(cast.kim, cast.event(), categories=("everything",))


def test_erase_freeze_and_withdraw_between_prepare_and_open(cast: Cast) -> None:
    """In one batch the opening is prepared, then everything is erased: no key leaves."""
    world = cast.world
    event = cast.event()
    request = world.request(cast.kim, event)
    erase = world.sign(s.Erase, cast.rosa.own, categories=())
    first, second = world.engine.answer(
        [p.Disclose(request=request, basis=event), p.Submit(statements=(erase,))]
    )
    assert isinstance(second, p.Submitted)
    assert isinstance(first, p.Problem) or world.opened(cast.kim, first).keys == ()  # type: ignore[arg-type]


def test_read_somebody_else_s_list(cast: Cast) -> None:
    """A list goes to the signer's own record only: there is no field that says whose."""
    world = cast.world
    mine = verify_trail(world.trail(cast.other), world.keyholder.key)
    assert {body.party.key for body in mine} <= {
        cast.other.own.key.id,
        cast.other.session.key.id,
        world.courier.key.id,
    }
    with pytest.raises(RefusedError):
        world.trail(cast.kim)


def test_read_the_overseers_cases_through_an_officer_of_ones_own_sponsor(cast: Cast) -> None:
    """A sponsor calls one of their officers an overseer; only an oversight body has any."""
    world = cast.world
    leaf = world.disclose(cast.kim, cast.event()).leaf
    world.submit(world.sign(s.Freeze, cast.rosa.session, leaf=canonical.b64(leaf)))
    false = world.officer("9", role="oversight")
    for signer in (false.own, false.session):
        with pytest.raises(RefusedError):
            world.desk(false, "oversight-cases", signer)


def test_make_the_victims_list_unreadable_by_signing_something_huge(cast: Cast) -> None:
    """Whatever an officer signs, the person's list stays within what a reader takes."""
    world = cast.world
    with pytest.raises(FormatError):
        world.disclose(cast.kim, cast.event(), reason="x" * 1_001)
    with pytest.raises(FormatError):
        world.disclose(cast.kim, cast.event(), recipient="A" * 40_000)
    world.disclose(cast.kim, cast.event(), reason="\U0001f6a8" * 1_000)
    places = tuple(f"{n:05}" for n in range(2_900))
    world.submit(
        world.sign(
            s.Grant,
            cast.rosa.own,
            purpose="emergency-response",
            categories=EMERGENCY_CATEGORIES,
            anywhere=False,
            places=places,
        )
    )
    verify_trail(world.trail(cast.rosa), world.keyholder.key)
