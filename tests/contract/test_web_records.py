"""Storing sealed records: nothing half-written, nothing lost, whatever fails on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.model import statements as s
from breakseal.kernel.model.canonical import b64, digest
from breakseal.kernel.model.signers import P256Signer
from breakseal.web.api.records import DAY
from tests.support.webapp import WebWorld, in_web, payload_of

HOME = "emergency.home"


def test_a_version_becomes_current_and_the_older_one_goes(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        for version, ciphertext in ((2, b"two" * 20), (3, b"three" * 20)):
            assert (await web.put_record(person, HOME, version, ciphertext)).status_code == 200
        stored = await web.store.records(person.handle, (HOME,))
        assert [(one.version, one.pending, one.ciphertext) for one in stored] == [(3, False, b"three" * 20)]
        lines = (await web.http.get("/api/records")).json()
        assert lines == [{"category": HOME, "version": 3, "updated": web.world.clock.now()}]

    in_web(tmp_path, work)


def test_a_refused_version_leaves_the_current_one_as_it_was(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        await web.put_record(person, HOME, 2, b"two" * 20)
        refused = await web.put_record(person, HOME, 7, b"seven" * 20)
        assert (refused.status_code, refused.json()["reason"]) == (403, "version-conflict")
        taken = await web.put_record(person, HOME, 2, b"other" * 20)
        assert (taken.status_code, taken.json()["reason"]) == (400, "version-taken")
        stored = await web.store.records(person.handle, (HOME,))
        assert [(one.version, one.pending, one.ciphertext) for one in stored] == [(2, False, b"two" * 20)]

    in_web(tmp_path, work)


@pytest.mark.parametrize(("cut", "truth"), [("before", 2), ("after", 3)])
def test_a_version_whose_storing_was_cut_short_is_offered_until_it_is_settled(
    tmp_path: Path, cut: str, truth: int
) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        await web.put_record(person, HOME, 2, b"two" * 20)
        web.keyholder.cut = cut
        assert (await web.put_record(person, HOME, 3, b"three" * 20)).status_code == 503
        web.keyholder.cut = ""
        request = web.world.request(person, categories=(HOME,))
        opened = (await web.post("/api/disclose", {"request": b64(request)})).json()
        assert opened["records"] == {HOME: b64(b"two" * 20)}
        assert opened["pending"] == {HOME: b64(b"three" * 20)}
        record = next(one for one in web.world.desk(person).records if one.category == HOME)  # type: ignore[attr-defined]
        assert record.version == truth
        await web.post(f"/api/records/{HOME}/settle", {"version": truth})
        assert (await web.put_record(person, HOME, truth + 1, b"next" * 20)).status_code == 200
        stored = await web.store.records(person.handle, (HOME,))
        assert [one.version for one in stored] == [truth + 1]

    in_web(tmp_path, work)


def test_the_same_wrap_sent_again_after_a_cut_loses_nothing(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        wrap = web.world.wrap_statement(person, HOME, 2, b"two" * 20, bytes(32))
        web.keyholder.cut = "after"
        assert (await web.put_wrap(HOME, wrap, b"two" * 20)).status_code == 503
        web.keyholder.cut = ""
        await web.put_wrap(HOME, wrap, b"two" * 20)
        stored = await web.store.records(person.handle, (HOME,))
        assert [one.ciphertext for one in stored] == [b"two" * 20]

    in_web(tmp_path, work)


def test_what_does_not_belong_together_is_not_stored(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        wrap = web.world.wrap_statement(person, HOME, 2, b"two" * 20, bytes(32))
        swapped = await web.put_wrap(HOME, wrap, b"other" * 20)
        elsewhere = await web.put_wrap("emergency.medical", wrap, b"two" * 20)
        unknown = await web.put_wrap("account.secret", wrap, b"two" * 20)
        large = await web.put_wrap(HOME, wrap, bytes(70_000))
        assert [answer.status_code for answer in (swapped, elsewhere, unknown, large)] == [400, 400, 400, 413]
        assert await web.store.records(person.handle, (HOME, "emergency.medical")) == []

    in_web(tmp_path, work)


def test_one_person_cannot_write_into_anothers_record(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        one, other = web.world.resident(granted=False), web.world.resident("+15555550188", granted=False)
        await web.hello(one)
        await web.put_record(one, HOME, 2, b"own" * 20)
        # the wrap is the other's own, so the keyholder takes it; its ciphertext is kept under nobody's name
        answer = await web.put_record(other, HOME, 3, b"forged" * 20)
        assert (answer.status_code, answer.json()["reason"]) == (403, "version-conflict")
        answer = await web.put_record(other, HOME, 2, b"forged" * 20)
        assert (answer.status_code, answer.json()["reason"]) == (400, "version-taken")
        answer = await web.put_record(other, "emergency.medical", 2, b"forged" * 20)
        assert (answer.status_code, answer.json()["reason"]) == (403, "not-yours")
        assert await web.store.records(other.handle, (HOME, "emergency.medical")) == []
        stored = await web.store.records(one.handle, (HOME, "emergency.medical"))
        assert [(record.category, record.ciphertext) for record in stored] == [(HOME, b"own" * 20)]

    in_web(tmp_path, work)


def test_only_what_a_session_key_may_sign_is_carried(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident()
        await web.hello(person)
        asked = len(web.keyholder.asked)
        erase = web.world.sign(s.Erase, person.own, categories=())
        answer = await web.post("/api/submit", {"statements": [b64(erase)]})
        assert (answer.status_code, answer.json()["reason"]) == (400, "wrong-statement")
        assert len(web.keyholder.asked) == asked
        withdraw = web.world.sign(s.WithdrawGrant, person.session, purpose="emergency-response")
        done = await web.post("/api/submit", {"statements": [b64(withdraw)]})
        assert done.json()["leaves"]

    in_web(tmp_path, work)


def test_a_phone_is_proved_and_taken_off(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(number="", granted=False)
        await web.hello(person)
        mine = person.session
        claim = web.world.sign(s.ClaimNumber, mine, key=mine.key.id, number=b64(b"sealed"), channel="sms")
        assert (await web.post("/api/numbers/start", {"claim": b64(claim)})).json() == {"state": "sent"}
        named = b64(digest(payload_of(claim)))
        bad = await web.post("/api/numbers/code", {"claim": named, "code": "abc"})
        assert (bad.status_code, bad.json()["reason"]) == (400, "wrong-code")
        assert (await web.post("/api/numbers/code", {"claim": named, "code": "123 456"})).status_code == 200
        (number,) = web.world.desk(person).numbers  # type: ignore[attr-defined]
        assert number.number == "+15555550142"
        off = web.world.sign(s.WithdrawNumber, person.session, number=number.id)
        assert (await web.post("/api/submit", {"statements": [b64(off)]})).status_code == 200
        assert web.world.desk(person).numbers == ()  # type: ignore[attr-defined]

    in_web(tmp_path, work)


async def forgets(web: WebWorld, leaf: str, signer: P256Signer, **fields: str) -> tuple[int, str]:
    probe = web.world.sign(s.WithdrawNumber, signer, **({"number": ""} | fields))
    answer = await web.post("/api/forget", {"leaf": leaf, "statement": b64(probe)})
    return answer.status_code, answer.json().get("reason", "")


def test_the_ciphertexts_go_only_with_an_erasure(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person, gone = web.world.resident(granted=False), web.world.resident("+15555550188", granted=False)
        await web.hello(person)
        assert (await web.put_record(person, HOME, 2, b"two" * 20)).status_code == 200
        grant = web.world.sign(s.WithdrawGrant, person.session, purpose="emergency-response")
        other = (await web.post("/api/submit", {"statements": [b64(grant)]})).json()["leaves"][0]
        assert await forgets(web, other, person.session) == (400, "wrong-statement")
        # another's erasure, with the keys of either of them: nothing of this record goes
        foreign = b64(web.world.submit(web.world.sign(s.Erase, gone.own, categories=())).leaves[0])
        assert await forgets(web, foreign, person.session) == (403, "not-erased")
        assert await forgets(web, foreign, gone.session) == (403, "not-yours")
        assert len(await web.store.record_lines(person.handle)) == 1
        own = b64(web.world.submit(web.world.sign(s.Erase, person.own, categories=())).leaves[0])
        assert await forgets(web, own, person.session, number="x") == (400, "wrong-statement")
        assert await forgets(web, own, person.session) == (200, "")
        assert await web.store.record_lines(person.handle) == []

    in_web(tmp_path, work)


def test_an_erased_part_is_no_reason_to_drop_the_rest(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        for category in (HOME, "emergency.medical"):
            assert (await web.put_record(person, category, 2, b"two" * 20)).status_code == 200
        part = web.world.submit(web.world.sign(s.Erase, person.own, categories=(HOME,))).leaves[0]
        assert await forgets(web, b64(part), person.session) == (403, "not-erased")
        assert len(await web.store.record_lines(person.handle)) == 2

    in_web(tmp_path, work)


def test_settling_on_no_version_drops_what_was_never_taken_and_nothing_else(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        await web.put_record(person, HOME, 2, b"two" * 20)
        web.keyholder.cut = "before"
        assert (await web.put_record(person, HOME, 3, b"three" * 20)).status_code == 503
        web.keyholder.cut = ""
        await web.post(f"/api/records/{HOME}/settle", {"version": 0})
        stored = await web.store.records(person.handle, (HOME,))
        assert [(one.version, one.pending) for one in stored] == [(2, False)]

    in_web(tmp_path, work)


def test_a_first_version_can_be_written_anew_after_its_key_was_destroyed(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person, category = web.world.resident(granted=False), "emergency.languages"
        await web.hello(person)
        assert (await web.put_record(person, category, 1, b"one" * 20)).status_code == 200
        web.world.submit(web.world.sign(s.Erase, person.own, categories=(category,)))
        web.world.clock.time += 2 * DAY
        web.world.sign_in(person)
        await web.hello(person)
        again = await web.put_record(person, category, 1, b"anew" * 20)
        assert (again.status_code, again.json()["reason"]) == (400, "version-taken")
        await web.post(f"/api/records/{category}/settle", {"version": 0})
        assert (await web.put_record(person, category, 1, b"anew" * 20)).status_code == 200
        stored = await web.store.records(person.handle, (category,))
        assert [(one.version, one.ciphertext) for one in stored] == [(1, b"anew" * 20)]

    in_web(tmp_path, work)
