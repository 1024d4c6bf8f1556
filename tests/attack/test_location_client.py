"""A client, or whoever carries its requests, tries to locate a phone whose holder did not agree to just that."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.location import ask_info
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from tests.support.locating import Locating, compact
from tests.support.world import NUMBER, Person, World, software_key


def _no_token() -> m.TokenGiven:
    return m.TokenGiven(token=bytes(32), expires=0, purpose="", precision="1km", consent=bytes(16), handle="")


def _claims(places: Locating) -> dict[str, Any]:
    now = places.world.clock.now()
    return {
        "iss": places.client_id,
        "sub": places.client_id,
        "aud": places.origin,
        "exp": now + 60,
        "jti": "j1",
    }


def test_a_client_asserts_the_consent_itself(places: Locating) -> None:
    """It signs the courier's attestation, a consent, a request: nothing that a client signs is a consent."""
    world, asked = places.world, places.ask()
    unknown = places.answered(asked.ask, signer=places.client)
    places.refused(m.Attest(statement=unknown), "not-courier")
    own = places.consent(world.resident(), places.client, number="x")
    places.refused(p.Submit(statements=(own,)), "not-yours")
    request = world.sign(
        s.Request, places.client, purpose="location-consented", basis="", categories=("location.fix",),
        recipient=canonical.b64(places.looking(_no_token()).recipient),
    )  # fmt: skip
    assert isinstance(world.engine.answer([p.Disclose(request=request)])[0], p.Problem)
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "authorization-pending")


def test_a_token_of_another_client_is_used(places: Locating, rival: Locating) -> None:
    given = places.agree()
    places.refused(rival.looking(given), "no-token")
    assert places.locate(given).permit


def test_an_ask_of_another_client_is_collected(places: Locating, rival: Locating) -> None:
    asked = places.ask()
    places.attest(places.answered(asked.ask))
    places.refused(m.TakeToken(ask=asked.ask, assertion=rival.assertion()), "expired-token")
    assert places.take(asked.ask).token


def test_a_token_of_the_same_companys_other_client_is_used(places: Locating, world: World) -> None:
    """Requester and recipient read alike; the key is another, and the person agreed to one."""
    twin = Locating(world, org=places.org, recipient=places.recipient, enrol=False)
    world.submit(
        world.sign(
            enrolments.EnrolOrganisation, *world.oversight[:2], org=places.org, name=places.org.title(), kind="company",
            places=(), sponsors=(enrolments.NamedKey(name="sponsor", key=places.sponsor.key),),
            clients=tuple(
                enrolments.NamedKey(name=places.recipient, key=one.client.key) for one in (places, twin)
            ),
        )
    )  # fmt: skip
    given = places.agree()
    assert twin.locate(twin.agree(purpose="CustomerCare")).permit
    twin.refused(twin.looking(given), "no-token")
    assert places.locate(given).permit


def test_somebody_else_than_a_client_asks(places: Locating) -> None:
    """Sponsors, callgates, couriers and people have enrolled keys too: none of them is a company's client."""
    world, rosa = places.world, places.world.resident()
    for signer in (world.sponsor, rosa.own, rosa.session, world.courier, world.callgate):
        alg = "EdDSA" if isinstance(signer, Ed25519Signer) else "ES256"
        claims = _claims(places) | {"iss": signer.key.id, "sub": signer.key.id}
        assertion = compact(signer, {"alg": alg}, claims)
        reason = "not-permitted" if signer is world.callgate else "invalid-client"
        places.refused(places.asking(assertion=assertion), reason)


@pytest.mark.parametrize(
    "kind", ["police", "court", "supervision", "research", "oversight-body", "call-centre"]
)
def test_a_client_of_the_police_asks(world: World, kind: str) -> None:
    """Nor of any other class than a company; and where a company becomes one of them, its consents are dead."""
    other = Locating(world, org="metro-pd", recipient="Metro detectives", kind=kind)
    other.refused(other.asking(), "not-permitted")
    places = Locating(world)
    given = places.agree()
    places.enrol(kind)
    places.refused(places.looking(given), "not-permitted")


def test_a_client_whose_key_was_ended_looks(places: Locating) -> None:
    given = places.agree()
    old, places.client = places.client, software_key("service")
    places.enrol()
    places.client = old
    places.refused(places.looking(given), "no-token")
    places.refused(places.asking(), "invalid-client")


@pytest.mark.parametrize(
    "purpose",
    ["investigation", "Investigation", "immigration", "advertising", "DirectMarketing", "LawEnforcement",
     "dpv:RequestedServiceProvision", "requestedserviceprovision", "RequestedServiceProvision Advertising"],
)  # fmt: skip
def test_a_client_asks_for_an_investigation(places: Locating, purpose: str) -> None:
    places.refused(places.asking(purpose=purpose), "purpose")


def test_requester_recipient_and_purpose_are_swapped_by_the_web(places: Locating, rival: Locating) -> None:
    """It asks in the name of one and wants the consent for another: the text says what the list will say."""
    rosa = places.world.resident()
    asked = rival.world.ask(
        msgspec.structs.replace(rival.asking(), purpose="CustomerCare"), m.ConsentAsked
    )  # the web changed the purpose: nothing stops it, but the person reads it
    terms = read_permit(asked.permit, places.world.keyholder.key).terms
    assert terms is not None
    places.attest(places.answered(asked.ask))
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "expired-token")
    given = rival.take(asked.ask)
    rival.locate(given)
    bodies = _bodies(places.world, rosa)
    for body in bodies[-2:]:
        said = (body.party.org_name, body.party.name, body.party.key, body.reason)
        assert said == (terms.requester, terms.recipient, terms.client, terms.purpose)
    assert given.purpose == terms.purpose == "CustomerCare"


def _bodies(world: World, person: Person) -> list[Body]:
    return list(verify_trail(world.trail(person), world.keyholder.key))


def test_a_number_sealed_by_one_client_is_asked_about_by_another(places: Locating, rival: Locating) -> None:
    """The sealed number is bound to the client's key in its info, and the permit says whose terms they are."""
    mine = places.asking()
    stolen = rival.world.ask(rival.asking(), m.ConsentAsked)
    swapped = rival.world.ask(msgspec.structs.replace(mine, assertion=rival.assertion()), m.ConsentAsked)
    permit = read_permit(swapped.permit, places.world.keyholder.key)
    assert permit.terms is not None
    assert permit.terms.client == rival.client_id != places.client_id
    with pytest.raises(VerificationError):
        _courier_opens(rival, permit)
    _courier_opens(rival, read_permit(stolen.permit, places.world.keyholder.key))


def _courier_opens(places: Locating, permit: Permit) -> bytes:
    assert permit.terms is not None
    info = ask_info(permit.terms.client)
    return hpke.open_from(places.world.courier_opener, canonical.unb64(permit.to), info)


@pytest.mark.parametrize("changed", [{"name": "Metro Police"}, {"recipient": "Metro detectives"}])
def test_a_company_is_enrolled_by_another_name_after_the_yes(
    places: Locating, changed: dict[str, str]
) -> None:
    given = places.agree()
    places.enrol(**changed)
    if (
        "recipient" in changed
    ):  # a key keeps the name that it was enrolled with: another recipient is another key
        assert places.locate(given).permit
        terms = read_permit(places.ask().permit, places.world.keyholder.key).terms
        assert terms is not None
        assert terms.recipient == places.recipient
        return
    places.refused(places.looking(given), "no-token")
    places.enrol()
    assert places.locate(given).permit


def test_more_looks_than_agreed(places: Locating) -> None:
    given = places.agree(rate=3)
    for _ in range(3):
        places.locate(given)
    places.refused(places.looking(given), "too-many")


def test_looks_of_one_batch_go_beyond_the_rate(places: Locating) -> None:
    given = places.agree(rate=2)
    answers = places.world.engine.answer([places.looking(given) for _ in range(5)])
    assert sum(isinstance(one, m.Located) for one in answers) == 2


def test_more_tokens_make_no_more_looks(places: Locating) -> None:
    asked = places.ask(rate=2)
    places.attest(places.answered(asked.ask))
    tokens = [places.take(asked.ask) for _ in range(4)]
    answers = places.world.engine.answer([places.looking(given) for given in tokens])
    assert sum(isinstance(one, m.Located) for one in answers) == 2


def test_one_answer_is_taken_twice(places: Locating) -> None:
    """Twice in one batch, twice in turn, with a second token: one permit goes out."""
    asked = places.ask(lasting="once", rate=60)
    places.attest(places.answered(asked.ask))
    first, second = places.take(asked.ask), places.take(asked.ask)
    answers = places.world.engine.answer(
        [places.looking(first), places.looking(second), places.looking(first)]
    )
    assert [type(one).__name__ for one in answers] == ["Located", "Problem", "Problem"]
    places.refused(places.looking(second), "no-token")


def test_a_token_is_used_after_the_end_of_the_consent(places: Locating) -> None:
    world = places.world
    asked = places.ask(lasting="once")
    places.attest(places.answered(asked.ask))
    world.clock.time += 3600 - 30
    given = places.take(asked.ask)
    assert given.expires == world.clock.now() + 30
    world.clock.time += 30
    places.refused(places.looking(given), "no-token")


def test_guessing_tokens_and_ids_tells_nothing_apart(places: Locating, rival: Locating) -> None:
    """Never there, somebody else's, expired, ended, used up: one answer, word for word."""
    never = _no_token()
    theirs = rival.agree("+15555550118")
    ended = places.agree()
    places.stop()
    used = places.agree(lasting="once")
    places.done(places.locate(used))
    old = places.agree()
    places.world.clock.time += 600
    questions = [places.looking(one) for one in (never, theirs, ended, used, old)]
    assert len({str(places.refused(one, "no-token")) for one in questions}) == 1


def test_the_recipient_is_another_than_the_client_meant(places: Locating) -> None:
    """Who carries the proof chooses this one look's recipient (docs/spec/location.md says so), and no second."""
    question = places.looking(places.agree())
    world = places.world
    first = world.ask(question, m.Located)
    permit = places.permit(first)
    assert canonical.unb64(permit.recipient) == question.recipient
    other = software_key().key
    places.refused(msgspec.structs.replace(question, recipient=_point(other)), "no-token")
    assert NUMBER not in str(permit)


def _point(key: PublicKey) -> bytes:
    parsed = key.check()
    assert isinstance(parsed, ec.EllipticCurvePublicKey)
    return hpke.point_of(parsed)
