"""What an intruder in the web tier, or with the courier's store, tries against the courier."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.courier.app import Courier
from breakseal.courier.protocol import AnswerCode, StartClaim
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.answers import claim_info
from breakseal.kernel.model.permit import read_permit, sign_permit
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.statements import Hello
from breakseal.kernel.seal import hpke
from tests.support.courier import NOON, NUMBER, Setting, digest_of, make_setting, nonce, play


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


async def refused(answer: Awaitable[object]) -> str:
    with pytest.raises(BreaksealError) as caught:
        await answer
    return caught.value.reason


def changed(setting: Setting, question: StartClaim, **fields: object) -> StartClaim:
    """Return the question with its permit's fields changed, signed again by the keyholder."""
    permit = read_permit(question.permit, setting.keyholder.signer.key)
    again = sign_permit(msgspec.structs.replace(permit, **fields), setting.keyholder.signer)
    return msgspec.structs.replace(question, permit=again)


def test_forged_permit(setting: Setting) -> None:
    mallory = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
    honest = setting.keyholder.claim()
    permit = read_permit(honest.permit, setting.keyholder.signer.key)
    forged = sign_permit(permit, mallory)
    posing = canonical.encode(msgspec.structs.replace(permit, expires=permit.expires + 1))

    async def scene(courier: Courier) -> None:
        for data in (forged, posing):
            question = msgspec.structs.replace(honest, permit=data)
            assert await refused(courier.codes.start(question)) == "not-verified"
        setting.keyholder.due += [forged, posing, b"", b"{}", honest.permit]
        await courier.poll()
        await courier.delivery.deliver_due()
        assert courier.outbox.waiting() == (0, 0)

    play(setting, scene)
    assert setting.shown() == []
    assert setting.keyholder.told == []


def test_replayed_permit(setting: Setting) -> None:
    question = setting.keyholder.claim()

    async def first(courier: Courier) -> None:
        await courier.codes.start(question)
        assert await refused(courier.codes.start(question)) == "permit-used"

    async def after_restart(courier: Courier) -> None:
        assert await refused(courier.codes.start(question)) == "permit-used"
        setting.clock.time += 600
        assert await refused(courier.codes.start(question)) == "permit-expired"
        setting.clock.time += 3 * 86_400
        courier.sweep()
        setting.clock.time = NOON
        assert await refused(courier.codes.start(question)) == "permit-expired"

    play(setting, first)
    play(setting, after_restart)
    assert len(setting.shown()) == 1


def test_a_second_permit_makes_no_second_code_for_a_claim(setting: Setting) -> None:
    question = setting.keyholder.claim()

    async def scene(courier: Courier) -> None:
        await courier.codes.start(question)
        assert await refused(courier.codes.start(changed(setting, question, id=nonce()))) == "claim-used"

    play(setting, scene)


def test_permit_for_another_claim(setting: Setting) -> None:
    mine, theirs = setting.keyholder.claim(), setting.keyholder.claim("+12025550199")

    async def scene(courier: Courier) -> None:
        swapped = StartClaim(claim=mine.claim, permit=theirs.permit)
        assert await refused(courier.codes.start(swapped)) == "permit-for-another-claim"
        other = canonical.b64(hpke.seal_to(setting.keys.point(), b"+12025550199", claim_info("")))
        for fields in ({"to": other}, {"channel": "voice"}):
            question = changed(setting, mine, **fields)
            assert await refused(courier.codes.start(question)) == "permit-for-another-claim"
        assert (
            await refused(courier.codes.start(changed(setting, mine, kind="notice")))
            == "permit-of-another-kind"
        )

    play(setting, scene)
    assert setting.shown() == []


def test_permit_about_a_statement_that_is_no_claim(setting: Setting) -> None:
    person = P256Signer(ec.generate_private_key(ec.SECP256R1()))
    hello = signed.write(
        Hello(issued=NOON, expires=NOON + 60, nonce=nonce(), origin="https://x.example"), person
    )

    async def scene(courier: Courier) -> None:
        question = changed(setting, setting.keyholder.claim(), about=canonical.b64(digest_of(hello)))
        question = msgspec.structs.replace(question, claim=hello)
        assert await refused(courier.codes.start(question)) == "claim-not-verified"

    play(setting, scene)


def test_code_for_another_claim(setting: Setting) -> None:
    mine, theirs = setting.keyholder.claim(), setting.keyholder.claim("+12025550199")

    async def scene(courier: Courier) -> None:
        await courier.codes.start(mine)
        code = setting.last_code()
        await courier.codes.start(theirs)
        answer = AnswerCode(claim=digest_of(theirs.claim), code=code)
        assert await refused(courier.codes.answer(answer)) == "code-wrong"

    play(setting, scene)


def test_a_permit_does_not_pass_to_a_claim_that_copies_its_sealed_number(setting: Setting) -> None:
    """Mallory, who saw the victim's claim on its way, claims the same sealed number for a record of her own."""
    victim = setting.keyholder.claim()
    statement = signed.read(victim.claim)[1]
    mallory = P256Signer(ec.generate_private_key(ec.SECP256R1()))
    copied = signed.write(msgspec.structs.replace(statement, nonce=nonce()), mallory)

    async def scene(courier: Courier) -> None:
        question = msgspec.structs.replace(victim, claim=copied)
        assert await refused(courier.codes.start(question)) == "permit-for-another-claim"

    play(setting, scene)
    assert setting.shown() == []


def test_a_code_moved_in_the_store_to_another_claim(setting: Setting) -> None:
    """Whoever can write the store, but has no key, cannot make their own code answer for another claim."""
    mine, theirs = setting.keyholder.claim(), setting.keyholder.claim("+12025550199")

    async def scene(courier: Courier) -> None:
        await courier.codes.start(theirs)
        setting.clock.time += 1  # the phone shows messages in the order of their seconds
        await courier.codes.start(mine)
        code, digests = setting.last_code(), (digest_of(mine.claim), digest_of(theirs.claim))
        with courier.database.direct() as connection:
            move = (
                "UPDATE claims SET code_mac = (SELECT code_mac FROM claims WHERE digest = ?) WHERE digest = ?"
            )
            connection.execute(move, digests)
        assert await refused(courier.codes.answer(AnswerCode(claim=digests[1], code=code))) == "code-wrong"
        assert (await courier.codes.answer(AnswerCode(claim=digests[0], code=code))).statement

    play(setting, scene)


def test_brute_force_ends_after_five_tries_even_across_restarts(setting: Setting) -> None:
    question = setting.keyholder.claim()
    digest = digest_of(question.claim)

    async def guess(courier: Courier, count: int) -> set[str]:
        code = int(setting.last_code())
        guesses = (
            AnswerCode(claim=digest, code=f"{(code + one) % 1_000_000:06d}") for one in range(1, count + 1)
        )
        return {await refused(courier.codes.answer(one)) for one in guesses}

    async def first(courier: Courier) -> None:
        await courier.codes.start(question)
        assert await guess(courier, 3) == {"code-wrong"}

    async def second(courier: Courier) -> None:
        assert await guess(courier, 2) == {"code-wrong"}
        assert await guess(courier, 20) == {"code-tries-spent"}
        right = AnswerCode(claim=digest, code=setting.last_code())
        assert await refused(courier.codes.answer(right)) == "code-tries-spent"

    play(setting, first)
    play(setting, second)


def test_guesses_at_the_same_time_share_the_five_tries(setting: Setting) -> None:
    question = setting.keyholder.claim()

    async def scene(courier: Courier) -> None:
        await courier.codes.start(question)
        wrong = f"{(int(setting.last_code()) + 1) % 1_000_000:06d}"
        answer = AnswerCode(claim=digest_of(question.claim), code=wrong)
        found = await asyncio.gather(*(refused(courier.codes.answer(answer)) for _ in range(30)))
        assert found.count("code-wrong") == 5

    play(setting, scene)


def test_one_number_gets_three_codes_an_hour_and_ten_a_day(setting: Setting) -> None:
    spellings = ("+12025550143", "(202) 555-0143", "1-202-555-0143")

    async def scene(courier: Courier) -> None:
        made, reasons = 0, set()
        for hour in range(12):
            setting.clock.time = NOON + hour * 3600 + hour
            for one in range(4):
                question = changed(
                    setting, setting.keyholder.claim(spellings[one % 3]), expires=setting.clock.time + 600
                )
                try:
                    await courier.codes.start(question)
                    made += 1
                except BreaksealError as error:
                    reasons.add(error.reason)
        assert made == 10
        assert reasons == {"codes-hour-spent", "codes-day-spent"}

    play(setting, scene)
    assert len(setting.shown()) == 10


def test_number_spraying_ends_at_the_courier_wide_budget(tmp_path: Path) -> None:
    setting = make_setting(tmp_path, codes_per_hour=20)

    async def scene(courier: Courier) -> None:
        found = []
        for last in range(30):
            question = setting.keyholder.claim(f"+120255501{last:02d}")
            try:
                await courier.codes.start(question)
            except BreaksealError as error:
                found.append(error.reason)
        assert found == ["codes-busy"] * 10

    play(setting, scene)


def test_answers_are_the_same_for_every_number(setting: Setting) -> None:
    """The courier keeps nothing that tells an enrolled number from another: after an attestation all goes as before."""

    async def walk(courier: Courier, number: str) -> list[str]:
        question = setting.keyholder.claim(number)
        digest = digest_of(question.claim)
        found = [(await courier.codes.start(question)).state]
        code = setting.last_code()
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        found.append(await refused(courier.codes.answer(AnswerCode(claim=digest, code=wrong))))
        found.append(str(len((await courier.codes.answer(AnswerCode(claim=digest, code=code))).statement)))
        return found

    async def scene(courier: Courier) -> None:
        first = await walk(courier, NUMBER)
        setting.clock.time += 1
        again = await walk(courier, NUMBER)
        setting.clock.time += 1
        assert first == again == await walk(courier, "+12025550199")

    play(setting, scene)


def test_an_attestation_key_that_the_keyholder_did_not_sign_gets_no_number(setting: Setting) -> None:
    question = setting.keyholder.claim()

    async def scene(courier: Courier) -> None:
        await courier.codes.start(question)
        answer = AnswerCode(claim=digest_of(question.claim), code=setting.last_code())
        setting.clock.time += 31
        honest = setting.keyholder.signer
        setting.keyholder.signer = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        assert await refused(courier.codes.answer(answer)) == "ingest-not-verified"
        setting.keyholder.signer = honest
        setting.keyholder.issued = NOON - 2 * 86_400
        setting.clock.time += 31
        assert await refused(courier.codes.answer(answer)) == "ingest-not-verified"

    play(setting, scene)


@pytest.mark.parametrize("processors", [{}, {"demo-phone": NOON + 1}, {"Demo-Phone": 0}])
def test_nothing_goes_to_a_processor_that_is_not_in_the_register(
    setting: Setting, processors: dict[str, int]
) -> None:
    setting.keyholder.processors = processors
    setting.keyholder.notice("sms", NUMBER)
    question = setting.keyholder.claim()

    async def scene(courier: Courier) -> None:
        assert await refused(courier.codes.start(question)) == "processor-not-enrolled"
        await courier.poll()
        await courier.delivery.deliver_due()
        assert setting.shown() == []
        assert courier.channels.states()[0].reason == "processor-not-enrolled"
        setting.keyholder.processors = {"demo-phone": 0}
        setting.clock.time += 31
        assert (await courier.codes.start(question)).state == "sent"
        await courier.delivery.deliver_due()
        assert len(setting.shown()) == 2

    play(setting, scene)


def test_a_copied_store_tells_no_number_code_or_address(setting: Setting) -> None:
    setting.keyholder.notice("mail", "ana@example.org")
    setting.keyholder.processors = {"demo-phone": 0}
    question = setting.keyholder.claim()

    async def scene(courier: Courier) -> None:
        await courier.codes.start(question)
        setting.keyholder.processors.clear()
        setting.clock.time += 31
        await courier.poll()
        await courier.delivery.deliver_due()
        assert courier.outbox.waiting()[0] == 1

    play(setting, scene)
    store = b"".join(path.read_bytes() for path in (setting.folder / "store").iterdir())
    code = setting.last_code().encode()
    digest = digest_of(question.claim)
    plain = [NUMBER.encode(), NUMBER[2:].encode(), code, b"ana@example.org", b"example.org"]
    guessed = [hashlib.sha256(part).digest() for text in plain for part in (text, digest + text)]
    assert [one for one in (*plain, *guessed) if one in store] == []
    assert digest in store  # the search finds what is there


def test_nothing_personal_in_logs_errors_or_file_names(
    setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    setting.keyholder.notice("mail", "ana@example.org")
    question, bad = setting.keyholder.claim(), setting.keyholder.claim("+1900" + NUMBER[5:])
    said: list[str] = []

    async def scene(courier: Courier) -> None:
        await courier.codes.start(question)
        wrong = f"{(int(setting.last_code()) + 1) % 1_000_000:06d}"
        for attempt in (
            courier.codes.start(bad),
            courier.codes.start(question),
            courier.codes.answer(AnswerCode(claim=digest_of(question.claim), code=wrong)),
        ):
            with pytest.raises(BreaksealError) as caught:
                await attempt
            said.extend((str(caught.value), repr(caught.value.__cause__)))
        await courier.poll()
        await courier.delivery.deliver_due()

    play(setting, scene)
    names = [str(path.relative_to(setting.folder)) for path in setting.folder.rglob("*")]
    seen = "\n".join([*said, caplog.text, *names])
    assert "code-made" in seen
    assert len(setting.shown()) == len(setting.shown("mail")) == 1
    for secret in (NUMBER[1:], NUMBER[2:], NUMBER[5:], setting.last_code(), "ana", "example.org"):
        assert secret not in seen
