"""Looks under orders by way of the web tier: who may not, what cannot be swapped or replayed, what the way tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.location import Found, found_info
from breakseal.kernel.model.orders import look_info
from breakseal.kernel.seal import hpke
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support import signedpapers as pdf
from tests.support.clientparts import ELSEWHERE
from tests.support.clients import NUMBER, body_of
from tests.support.courts import digest
from tests.support.orderdesks import LOOK, ORIGIN, Desk, at_desk
from tests.support.world import Person, software_key

NOBODYS = "+12025550111"


def opened(person: Person, answer: httpx.Response) -> Found:
    said = body_of(answer)
    plain = hpke.open_from(person.opener, canonical.unb64(said["sealed"]), found_info(said["leaf"]))
    return canonical.decode(plain, Found)


def test_the_answer_opens_for_the_officer_who_signed_and_nobody_else(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        answer = await desk.look(await desk.question(order))
        assert answer.status_code == 200
        assert set(body_of(answer)) == {"leaf", "until", "sealed"}
        assert opened(desk.court.officer, answer).answer == "found"
        assert await desk.left(order) == 2
        with pytest.raises(VerificationError):
            opened(Person(), answer)

    at_desk(tmp_path, scene)


def test_another_agencys_officer_gets_nothing_under_this_order(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        await desk.sync(desk.court.enrol, "lake-police", "police", software_key("service"))
        other = await desk.sync(desk.court.let_in, "lake-police")
        await desk.sign_in(other)
        await desk.refused(await desk.question(order, who=other.own), "order-unknown")
        assert await desk.left(order) == 3

    at_desk(tmp_path, scene)


def test_a_session_key_looks_under_no_order(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        await desk.refused(await desk.question(order, who=desk.court.officer.session), "forbidden")
        assert await desk.left(order) == 3

    at_desk(tmp_path, scene)


@pytest.mark.parametrize("role", ["legal-reviewer", "supervising-officer", "duty-reviewer", "call-taker"])
def test_another_role_of_the_agency_has_no_such_page(tmp_path: Path, role: str) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        other = await desk.sync(desk.court.let_in, role=role)
        await desk.sign_in(other)
        await desk.refused(await desk.question(order), "wrong-role")
        await desk.sign_in(desk.court.officer)
        await desk.refused(await desk.question(order, who=other.own), "not-permitted")
        assert await desk.left(order) == 3

    at_desk(tmp_path, scene)


def test_one_digit_changed_opens_nothing_and_costs_no_look(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        for number in (ELSEWHERE, NUMBER[:-1] + "0", NOBODYS):
            await desk.refused(await desk.question(order, number), "order-scope")
        assert await desk.left(order) == 3

    at_desk(tmp_path, scene)


def test_a_number_sealed_for_one_order_is_no_number_of_another(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order, other = await desk.ordered(), await desk.ordered(ELSEWHERE)
        point = await desk.sync(desk.world.ingest_point)
        sealed = canonical.b64(hpke.seal_to(point, NUMBER.encode(), look_info(digest(other))))
        swapped = await desk.question(order, sealed=sealed)
        answer = await desk.look(swapped)
        assert answer.status_code in (400, 403)
        assert (await desk.left(order), await desk.left(other)) == (3, 3)

    at_desk(tmp_path, scene)


def test_a_request_that_was_altered_on_the_way_is_nobodys(tmp_path: Path) -> None:
    """The web tier swaps order or recipient for its own: the officer's key signed neither."""

    async def scene(desk: Desk) -> None:
        order, other = await desk.ordered(), await desk.ordered()
        mine = canonical.b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))
        envelope = (await desk.question(order)).request
        whole, statement = signed.read(envelope)
        for name, value in (
            ("order", digest(other)),
            ("recipient", mine),
            ("max_age", 5),
            ("reason", "mine"),
        ):
            fields = {**_members(statement), name: value}
            forged = canonical.encode({"v": 1, "payload": canonical.b64(canonical.encode(fields)),
                                       "signatures": [_members(one) for one in whole.signatures]})  # fmt: skip
            answer = await desk.look(LocateUnder(request=forged))
            assert answer.status_code == 403
        assert (await desk.left(order), await desk.left(other)) == (3, 3)

    at_desk(tmp_path, scene)


def _members(value: Any) -> dict[str, Any]:
    known: dict[str, Any] = msgspec.to_builtins(value)
    return known


def test_a_look_is_handed_in_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        question = await desk.question(order)
        assert (await desk.look(question)).status_code == 200
        await desk.refused(question, "replayed")
        assert await desk.left(order) == 2

    at_desk(tmp_path, scene)


def test_another_signed_question_has_no_way_in_here(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        officer = desk.court.officer
        hello = desk.world.sign(s.Hello, officer.own, origin=ORIGIN)
        await desk.refused(LocateUnder(request=hello), "wrong-statement", 400)
        assert (await desk.post(LOOK, {"request": "AA"})).status_code == 400

    at_desk(tmp_path, scene)


def test_somebodys_number_reads_as_nobodys(tmp_path: Path) -> None:
    """Status, members, headers and length are alike whether the phone has a record or not, found or not."""

    async def scene(desk: Desk) -> None:
        await desk.sync(desk.world.resident, NUMBER)
        shapes = {}
        for number in (NUMBER, ELSEWHERE, NOBODYS):
            order = await desk.ordered(number, precision="1km")
            answer = await desk.look(await desk.question(order, number))
            shapes[number] = (
                answer.status_code, tuple(sorted(body_of(answer))), len(answer.content), tuple(sorted(answer.headers)),
            )  # fmt: skip
            known = opened(desk.court.officer, answer)
            assert (known.answer, known.source) == (
                ("unknown", "") if number == NOBODYS else ("found", "carrier")
            )
        assert shapes[NUMBER] == shapes[ELSEWHERE]
        assert shapes[NUMBER][0] == shapes[NOBODYS][0]
        assert shapes[NUMBER][3] == shapes[NOBODYS][3]
        stopped = await desk.ordered("+12025550122")
        await desk.place.reply("STOP", "+12025550122")
        said = await desk.look(await desk.question(stopped, "+12025550122"))
        assert len(said.content) == shapes[NOBODYS][2]

    at_desk(tmp_path, scene)


def test_no_look_is_spent_while_the_courier_is_down(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        question = await desk.question(order)
        await desk.place.end("courier")
        answer = await desk.look(question)
        assert answer.status_code == 503
        assert await desk.left(order) == 3

    at_desk(tmp_path, scene)


def test_the_web_tier_writes_no_number_and_no_place_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(desk: Desk) -> None:
        order = await desk.ordered()
        assert (await desk.look(await desk.question(order))).status_code == 200
        await desk.look(await desk.question(order, ELSEWHERE))

    with caplog.at_level("DEBUG", logger="breakseal.web"):
        at_desk(tmp_path, scene)
    written = caplog.text.encode() + b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))
    for secret in (NUMBER, NUMBER[1:], ELSEWHERE[1:], "38.89"):
        assert secret.encode() not in written


def test_a_reviewer_of_the_agency_reads_no_list_of_papers(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.sync(desk.court.enter_line)
        await desk.sync(desk.court.handed_in)
        own = await desk.sync(desk.court.let_in, role="legal-reviewer")
        await desk.sign_in(own)
        asked = desk.world.sign(s.ReadDesk, own.session, desk="orders", recipient=own.recipient)
        answer = await desk.post("/api/desk", {"statement": canonical.b64(asked)})
        assert (answer.status_code, body_of(answer)["reason"]) == (403, "not-reviewer")

    at_desk(tmp_path, scene)


def test_a_papers_check_is_for_officers_who_need_it_and_keeps_nothing(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        data = pdf.signed_by(pdf.stamp_of("Acme Insurance"), pdf.page(pdf.INSURANCE))

        before = await desk.sync(_files, tmp_path)
        answer = await desk.send(data)
        assert answer.status_code == 200
        assert body_of(answer)["readable"] is True
        assert [one["standing"] for one in body_of(answer)["signatures"]] == ["unchanged"]
        assert await desk.sync(_files, tmp_path) == before
        taker = await desk.sync(desk.court.let_in, role="duty-reviewer")
        await desk.sign_in(taker)
        assert body_of(await desk.send(data))["reason"] == "wrong-role"

    at_desk(tmp_path, scene)


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_what_is_said_of_a_paper_opens_nothing(tmp_path: Path) -> None:
    """A look is the keyholder's word: it gives none under a paper that nobody reviewed, whatever its file is."""

    async def scene(desk: Desk) -> None:
        await desk.sync(desk.court.enter_line)
        name = await desk.sync(desk.court.handed_in, NUMBER, scan="whatever")
        await desk.refused(await desk.sync(desk.court.looking_at, name, NUMBER), "order-unreviewed")

    at_desk(tmp_path, scene)
