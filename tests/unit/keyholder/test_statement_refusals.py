"""What the keyholder refuses of people who are enrolled and sign rightly: each sentence, and nothing changed."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.kernel.model import answers, canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.statements import numbers, subject
from tests.support.world import NUMBER, Person, World, refused, software_key


def person(world: World) -> Person:
    return world.resident()


def test_a_record_begins_with_a_passkey_and_a_session_key(world: World) -> None:
    service = software_key("service")
    refused("needs-passkey", lambda: world.submit(world.sign(s.EnrolSubject, service, key=service.key)))
    own = software_key()
    envelope = world.sign(s.EnrolSubject, own, key=own.key, session=software_key().key)
    refused("bad-key", lambda: world.submit(envelope))


def test_no_more_records_in_an_hour_than_the_log_bears(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "NEW_RECORDS_AN_HOUR", 0)
    own = software_key()
    refused("too-many", lambda: world.submit(world.sign(s.EnrolSubject, own, key=own.key)))


def test_no_key_is_added_too_many_unnamed_or_of_another_use(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa = person(world)

    def add(use: str = "demo", label: str = "phone") -> None:
        key = software_key(use)
        world.submit(world.sign(s.AddKey, rosa.own, key, key=key.key, label=label))

    refused("needs-passkey", lambda: add("service"))
    refused("label", lambda: add(label=""))
    refused("label", lambda: add(label="x" * 61))
    monkeypatch.setattr(subject, "MAX_KEYS", 1)
    refused("too-many", add)


def test_the_only_key_and_a_stranger_s_key_are_not_ended(world: World) -> None:
    rosa = person(world)
    for key, reason in ((rosa.own.key.id, "last-key"), (b64(bytes(32)), "not-yours")):
        refused(reason, lambda key=key: world.submit(world.sign(s.RevokeKey, rosa.own, key=key)))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"purpose": "investigation"}, "purpose"),
        ({"categories": ()}, "category"),
        ({"categories": ("trail",)}, "category"),
        ({"places": ("5507",)}, "place"),
        ({"places": ("5507x",)}, "place"),
    ],
)
def test_a_consent_to_what_there_is_not(world: World, change: dict[str, Any], reason: str) -> None:
    rosa = person(world)
    given = {
        "purpose": "emergency-response",
        "categories": ("emergency.home",),
        "anywhere": True,
        "places": (),
    }
    envelope = world.sign(s.Grant, rosa.own, **(given | change))
    refused(reason, lambda: world.submit(envelope))


def test_only_a_court_defers_a_notice(world: World) -> None:
    rosa = person(world)
    channel = {"address": b64(b"sealed"), "timing": "deferred", "words": "neutral", "language": "en"}
    refused("timing", lambda: world.submit(world.sign(s.Channels, rosa.session, **channel)))


def test_a_complaint_about_somebody_else_s_entry_makes_no_case(world: World) -> None:
    rosa = person(world)
    world.submit(world.sign(s.Freeze, rosa.session, leaf=b64(bytes(32))))
    assert world.engine.core.subjects.get(rosa.handle).frozen
    assert world.engine.core.store.many("SELECT id FROM cases") == []


def test_erasing_what_is_not_held(world: World) -> None:
    rosa = person(world)
    refused(
        "category", lambda: world.submit(world.sign(s.Erase, rosa.own, categories=("emergency.photo-x",)))
    )


def test_phones_too_many_and_of_an_erased_record(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rosa = person(world)
    claim = claimed(world, rosa)
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    refused("claim-over", lambda: world.submit(world.attest(claim, "+15555550118")))
    ida = world.resident(number="")
    monkeypatch.setattr(numbers, "MAX_NUMBERS", 0)
    other = claimed(world, ida)
    refused("too-many", lambda: world.submit(world.attest(other, "+15555550118")))


def claimed(world: World, who: Person) -> bytes:
    sealed = hpke.seal_to(
        hpke.point_of(world.courier_opener.public_key()),
        b"+15555550118",
        answers.claim_info(who.session.key.id),
    )
    claim = world.sign(s.ClaimNumber, who.session, key=who.session.key.id, number=b64(sealed), channel="sms")
    world.submit(claim)
    return claim


def test_codes_are_asked_for_only_so_often(world: World) -> None:
    rosa = person(world)
    for _ in range(numbers.CLAIMS_AN_HOUR - 1):
        claimed(world, rosa)
    refused("too-many", lambda: claimed(world, rosa))


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"set": "set-9"}, "key-set"), ({"share": 2}, "key-set"), ({"category": "trail"}, "category")],
)
def test_a_write_to_another_set_or_category(world: World, change: dict[str, object], reason: str) -> None:
    rosa = person(world)
    right = signed.read(world.wrap_statement(rosa, "emergency.home", 9, b"text", bytes(32)))[1]
    lie = msgspec.structs.replace(right, **change)
    refused(reason, lambda: world.submit(signed.write(lie, rosa.session)))


def test_a_data_key_of_another_length(world: World) -> None:
    rosa = person(world)
    wrapped = world.wrap_statement(rosa, "emergency.home", 9, b"text", bytes(16))
    with pytest.raises(BreaksealError):
        world.submit(wrapped)


# -- organisations ----------------------------------------------------------------------------------------


def test_offers_of_keys_that_cannot_be(world: World) -> None:
    def offer(use: str = "demo", name: str = "Kim", org: str = "cedar") -> None:
        key = software_key(use)
        world.submit(world.sign(enrolments.OfferKey, key, org=org, name=name, key=key.key))

    refused("needs-passkey", lambda: offer("service"))
    refused("name", lambda: offer(name="  "))
    refused("name", lambda: offer(name="k" * 81))
    refused("organisation-unknown", lambda: offer(org="nowhere"))


def test_a_sponsor_s_mistakes(world: World) -> None:
    kim = world.officer()
    own, other = world.sponsor, software_key()
    world.organisation("birch", sponsor=other.key, client=software_key("service").key)
    officer = {"org": "cedar", "officer": b64(bytes(16)), "name": "Lee", "role": "call-taker"}
    stranger = software_key()
    refused(
        "not-offered",
        lambda: world.submit(world.sign(enrolments.EnrolOfficer, own, **officer, key=stranger.key)),
    )
    mine = {"org": "birch", "officer": kim.handle}
    refused("not-yours", lambda: world.submit(world.sign(enrolments.RevokeOfficer, other, **mine)))
    his = {"org": "cedar", "officer": kim.handle}
    refused("not-sponsor", lambda: world.submit(world.sign(enrolments.RevokeOfficer, other, **his)))
    unknown = {"org": "cedar", "officers": (b64(bytes(16)),)}
    refused("officer-unknown", lambda: world.submit(world.sign(enrolments.Roster, own, **unknown)))


def test_a_roster_ends_who_is_not_on_it(world: World) -> None:
    kim, lee = world.officer("7"), world.officer("8")
    world.submit(world.sign(enrolments.Roster, world.sponsor, org="cedar", officers=(kim.handle,)))
    core = world.engine.core
    assert core.organisations.officer(kim.handle).org == "cedar"
    refused("officer-unknown", lambda: core.organisations.officer(lee.handle))
    refused("unknown-key", lambda: world.shift(lee, "8"))


def test_a_shift_that_cannot_begin(world: World) -> None:
    kim = world.officer()
    until = world.clock.now() + 3600

    def begin(by: signed.Signer, use: str = "session", position: str = "7") -> None:
        key = software_key(use).key
        world.submit(world.sign(s.Session, by, key=key, until=until, position=position))

    refused("needs-own-key", lambda: begin(kim.own, "demo"))
    refused("needs-own-key", lambda: begin(kim.session))
    refused("position", lambda: begin(kim.own, position="x" * 41))


@pytest.mark.parametrize(("name", "sponsors"), [("Bad Name", 1), ("x", 1), ("fine", 0)])
def test_organisations_that_cannot_be(world: World, name: str, sponsors: int) -> None:
    keys = tuple(enrolments.NamedKey(name="day", key=software_key().key) for _ in range(sponsors))
    made = world.sign(
        enrolments.EnrolOrganisation, *world.oversight[:2], org=name, name="X", kind="police", places=(),
        sponsors=keys, clients=(),
    )  # fmt: skip
    refused("bad-id" if sponsors else "sponsor", lambda: world.submit(made))


# -- what is asked ---------------------------------------------------------------------------------------


def test_answers_to_senseless_questions(world: World) -> None:
    refused("unknown-task", lambda: world.ask(p.Administer(task="sweep"), p.Done))
    refused("no-entry", lambda: world.ask(p.Prove(leaf=bytes(32)), p.Proved))
    refused("wrong-door", lambda: world.submit(request(world)))
    refused("bad-format", world.submit)
    refused("bad-format", lambda: world.submit(*[request(world)] * 5))
    refused("keyholder-unavailable", lambda: world.ask(p.AskFacts(), p.Done))


def request(world: World) -> bytes:
    return world.request(world.resident(number=""))


def test_an_event_of_a_call_that_another_statement_is(world: World) -> None:
    world.resident()
    kim = world.officer()
    event = world.call()
    no_call = world.sign(enrolments.Roster, world.sponsor, org="cedar", officers=(kim.handle,))
    for basis, asked in ((no_call, no_call), (event, no_call)):
        with pytest.raises(BreaksealError):
            world.ask(p.Disclose(request=world.request(kim, asked), basis=basis), p.Disclosed)


def test_a_caller_not_on_earth(world: World) -> None:
    kim = world.officer()
    for where in ({"lat": 90_000_001}, {"lon": -180_000_001}, {"radius": -1}, {"radius": 1_000_001}):
        caller = canonical.encode(s.Caller(number=NUMBER, **where))
        sealed = hpke.seal_to(world.ingest_point(), caller, answers.caller_info("cedar", "c1"))
        event = world.sign(
            s.CallEvent, world.callgate, org="cedar", call="c1", seq=1, event="answered", caller=b64(sealed),
            position="7", officer="",
        )  # fmt: skip
        refused("position", lambda event=event: world.disclose(kim, event))  # type: ignore[misc]


def test_an_end_of_a_call_opens_nothing(world: World) -> None:
    world.resident()
    kim = world.officer()
    refused("call-ended", lambda: world.disclose(kim, world.call(event="ended")))


def test_one_refusal_undoes_nothing_of_its_neighbours(world: World) -> None:
    rosa = world.resident()
    right = p.Submit(statements=(world.sign(s.Freeze, rosa.session, leaf=""),))
    wrong = p.Submit(statements=(b"rubbish",))
    answered = world.engine.answer([wrong, right, p.AskFacts()])
    assert [type(one) for one in answered] == [p.Problem, p.Submitted, p.Facts]
    assert world.engine.core.subjects.get(rosa.handle).frozen


def test_an_unexpected_fault_is_refused_and_undone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    rosa = world.resident()
    monkeypatch.setattr(world.engine.core.subjects, "set_frozen", broken, raising=False)
    answer = world.engine.answer([p.Submit(statements=(world.sign(s.Freeze, rosa.session, leaf=""),))])[0]
    assert isinstance(answer, p.Problem)
    assert (answer.family, answer.reason) == ("UnavailableError", "internal")
    monkeypatch.undo()
    assert not world.engine.core.subjects.get(rosa.handle).frozen


def test_a_refusal_that_cannot_be_noted_is_a_refusal(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    world.resident()
    other = world.officer("8")
    monkeypatch.setattr("breakseal.keyholder.engine.note_refusal", broken)
    with pytest.raises(RefusedError, match="not answered by you"):
        world.disclose(other, world.call(position="7"))


def test_a_digest_is_of_the_payload(world: World) -> None:
    """A request names its basis by SHA-256 of what was signed, or it is another basis."""
    world.resident()
    kim = world.officer()
    event = world.call()
    other = b64(hashlib.sha256(b"other").digest())
    refused("basis-mismatch", lambda: world.disclose(kim, event, basis=other))
