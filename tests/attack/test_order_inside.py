"""A court's PDF that carries its order: what comes out of it, and what does not, whatever is done to the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.orders import read_order
from breakseal.keyholder import protocol as p
from breakseal.papers.apart import read_apart
from breakseal.papers.inside import Carried, KnownCourt, carried
from breakseal.papers.reading import read
from breakseal.papers.verdict import Paper, certificate_name
from tests.support import courts
from tests.support import orderpapers as made
from tests.support import signedpapers as pdf
from tests.support.clientparts import ELSEWHERE
from tests.support.clients import NUMBER, body_of
from tests.support.courts import Court, some_order
from tests.support.orderdesks import CHECK, TAKE_OUT, Desk, at_desk
from tests.support.world import World, software_key

STAMP, OTHERS, INSURER = (
    pdf.stamp_of(one) for one in ("Dane County Circuit Court", "Lake County Court", "Acme Insurance")
)
KEY, OTHERS_KEY = software_key("service"), software_key("service")
OTHER = "lake-court"
COURTS = {
    courts.COURT: KnownCourt((KEY.key,), frozenset({certificate_name(STAMP.certificate)})),
    OTHER: KnownCourt((OTHERS_KEY.key,), frozenset({certificate_name(OTHERS.certificate)})),
}
ORDER = some_order(KEY, number=NUMBER)
PAGE = pdf.page(pdf.WARRANT)
WHOLE = made.sealed(STAMP, ORDER)


def taken(data: bytes, reader: Callable[[bytes], Paper] = read) -> Carried:
    return carried(reader(data), COURTS.get)


def refused(data: bytes, reason: str, reader: Callable[[bytes], Paper] = read) -> None:
    with pytest.raises(RefusedError) as error:
        taken(data, reader)
    assert error.value.reason == reason


def test_a_courts_pdf_gives_the_order_that_the_court_put_inside() -> None:
    found = taken(WHOLE, read_apart)
    assert found.text.encode() == ORDER
    assert (found.order.number, found.by.name) == (NUMBER, STAMP.name)


def test_one_digit_changed_in_the_order_inside_gives_nothing() -> None:
    """In the file's own bytes: then the PDF's signature is broken, and the order's too."""
    false = courts.changed(ORDER, number=NUMBER[:-1] + "8")
    assert len(false) == len(ORDER)
    assert WHOLE.count(ORDER) == 1
    refused(WHOLE.replace(ORDER, false), "paper-changed")


def test_an_order_that_was_changed_before_the_court_sealed_the_pdf_gives_nothing() -> None:
    refused(made.sealed(STAMP, courts.changed(ORDER, number=NUMBER[:-1] + "8")), "paper-order-false")
    refused(made.sealed(STAMP, courts.changed(ORDER, key=OTHERS_KEY.key.id)), "paper-order-false")


def test_two_attachments_of_one_name_give_nothing() -> None:
    twice = made.attached(PAGE, (made.NAME, ORDER), (made.NAME, some_order(KEY, number=ELSEWHERE)))
    refused(pdf.signed_by(STAMP, twice), "paper-orders")
    refused(pdf.signed_by(STAMP, made.in_kids(PAGE, ORDER, ORDER)), "paper-orders")


def test_an_attachment_with_another_content_for_other_readers_gives_nothing() -> None:
    two = made.two_contents(PAGE, ORDER, some_order(KEY, number=ELSEWHERE))
    refused(pdf.signed_by(STAMP, two), "paper-order-unfit")


def test_an_attachment_added_after_the_signature_gives_nothing() -> None:
    """Nor one that takes the place of the court's own."""
    plain = pdf.signed_by(STAMP, PAGE)
    refused(made.attached(plain, (made.NAME, ORDER)), "paper-changed")
    refused(made.attached(WHOLE, (made.NAME, some_order(KEY, number=ELSEWHERE))), "paper-changed")
    refused(pdf.altered(WHOLE), "paper-changed")


def test_an_attachment_that_somebody_else_added_and_signed_gives_nothing() -> None:
    late = pdf.signed_by(INSURER, made.attached(pdf.signed_by(STAMP, PAGE), (made.NAME, ORDER)), "Signature2")
    refused(late, "paper-changed")


@pytest.mark.parametrize("mebibytes", [8, 64])
def test_a_compressed_bomb_for_an_order_gives_nothing(mebibytes: int) -> None:
    refused(pdf.signed_by(STAMP, made.bomb(PAGE, mebibytes)), "paper-order-unfit", read_apart)


def test_an_encrypted_pdf_gives_nothing() -> None:
    refused(made.encrypted(made.attached(PAGE, (made.NAME, ORDER))), "paper-unreadable", read_apart)


def test_the_order_of_another_court_in_a_validly_signed_pdf_gives_nothing() -> None:
    theirs = some_order(OTHERS_KEY, court=OTHER)
    refused(made.sealed(STAMP, theirs), "paper-by-another")
    assert taken(made.sealed(OTHERS, theirs)).order.court == OTHER


def test_an_order_that_only_names_the_court_that_sealed_the_pdf_gives_nothing() -> None:
    """Signed by the other court's key, in the first one's name and PDF."""
    refused(made.sealed(STAMP, some_order(OTHERS_KEY)), "paper-order-false")


def test_a_courts_order_in_somebody_elses_pdf_gives_nothing() -> None:
    refused(made.sealed(INSURER, ORDER), "paper-by-another")
    refused(made.attached(PAGE, (made.NAME, ORDER)), "paper-unsigned")


def test_an_order_of_a_court_that_nobody_enrolled_gives_nothing() -> None:
    refused(made.sealed(STAMP, some_order(KEY, court="no-court")), "paper-no-court")


def test_a_certificate_that_was_not_valid_then_gives_nothing() -> None:
    old = pdf.stamp_of("Dane County Circuit Court", pdf.IN_2010)
    known = KnownCourt((KEY.key,), frozenset({certificate_name(old.certificate)}))
    with pytest.raises(RefusedError) as error:
        carried(read(made.sealed(old, ORDER)), lambda _: known)
    assert error.value.reason == "paper-unsound"


@pytest.mark.parametrize("signed", [False, True])
def test_an_insurance_policy_as_a_pdf_gives_nothing(signed: bool) -> None:
    policy = pdf.page(pdf.INSURANCE)
    refused(pdf.signed_by(INSURER, policy) if signed else policy, "paper-without-order")
    refused(b"%PDF-1.7\n(Homeowner's insurance policy HO-3)\n%%EOF\n", "paper-unreadable")


def test_a_page_that_says_another_number_opens_what_the_order_inside_says() -> None:
    """No program can compare them; what is shown and opened is the order inside, and never the page."""
    found = taken(made.sealed(STAMP, ORDER, pdf.page(f"ORDER to locate {ELSEWHERE}")))
    assert found.order.number == NUMBER


def test_what_came_out_is_no_more_than_what_a_court_signed(world: World) -> None:
    """The keyholder believes no PDF: the order that came out is checked as any, one changed digit and it is none."""
    bench = Court(world)
    order = bench.order(NUMBER)
    out = read(made.sealed(STAMP, order)).order.encode()
    bench.refused(bench.lodging(courts.changed(out, number=ELSEWHERE)), "not-an-order")
    bench.refused(bench.lodging(canonical.b64(made.sealed(STAMP, order))), "not-an-order")
    bench.world.ask(bench.lodging(out), p.Submitted)
    bench.refused(bench.lodging(out), "order-known")
    assert bench.number_in(bench.permit(bench.look(out, NUMBER))) == NUMBER


def registered(desk: Desk, *stamps: pdf.Stamp) -> None:
    """Enter the court's certificates in the register, anew."""
    desk.court.enter_line(certificates=tuple(certificate_name(one.certificate) for one in stamps))
    desk.world.clock.time += 10  # the web tier asks for what is public every few seconds


def desk_scene(folder: Path, scene: Callable[[Desk], Any]) -> None:
    async def entered(desk: Desk) -> None:
        await desk.sync(registered, desk, STAMP)
        await scene(desk)

    at_desk(folder, entered)


def test_by_way_of_the_desk_a_courts_pdf_opens_exactly_its_scope(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = desk.court.order(NUMBER, looks=1)
        answer = await desk.send(made.sealed(STAMP, order), TAKE_OUT)
        assert answer.status_code == 200
        assert (body_of(answer)["order"], body_of(answer)["signer"]) == (order.decode(), STAMP.name)
        await desk.sync(desk.court.lodge, body_of(answer)["order"].encode())
        await desk.refused(await desk.question(order, ELSEWHERE), "order-scope")
        assert (await desk.look(await desk.question(order))).status_code == 200
        await desk.refused(await desk.question(order), "order-used-up")

    desk_scene(tmp_path, scene)


def test_by_way_of_the_desk_no_other_file_gives_an_order(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        order = desk.court.order(NUMBER)
        whole = made.sealed(STAMP, order)
        false = courts.changed(order, number=ELSEWHERE)
        files = {
            "paper-changed": whole.replace(order, false),
            "paper-order-false": made.sealed(STAMP, false),
            "paper-by-another": made.sealed(INSURER, order),
            "paper-no-court": made.sealed(STAMP, desk.court.order(NUMBER, court="dane-police")),
            "paper-without-order": pdf.signed_by(INSURER, pdf.page(pdf.INSURANCE)),
            "paper-unreadable": b"%PDF-",
        }
        for reason, data in files.items():
            answer = await desk.send(data, TAKE_OUT)
            assert (answer.status_code, body_of(answer)["reason"]) == (403, reason)
            assert "." not in body_of(answer).get("order", "")
            assert NUMBER not in answer.text

    desk_scene(tmp_path, scene)


def test_a_certificate_that_left_the_register_gives_no_order_any_more(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        data = made.sealed(STAMP, desk.court.order(NUMBER))
        assert (await desk.send(data, TAKE_OUT)).status_code == 200
        await desk.sync(registered, desk, OTHERS)
        assert body_of(await desk.send(data, TAKE_OUT))["reason"] == "paper-by-another"

    desk_scene(tmp_path, scene)


def test_a_reviewer_and_other_roles_get_no_order_out_of_a_pdf(tmp_path: Path) -> None:
    """A reviewer is to hear docket and number from the clerk."""

    async def scene(desk: Desk) -> None:
        data = made.sealed(STAMP, desk.court.order(NUMBER))
        reviewer = (await desk.sync(desk.court.reviewers, 1))[0]
        await desk.sign_in(reviewer)
        assert body_of(await desk.send(data, TAKE_OUT))["reason"] == "wrong-role"
        said = await desk.send(data, CHECK)
        assert (body_of(said)["inside"], body_of(said)["order"]) == ("one", "")
        assert NUMBER not in said.text
        taker = await desk.sync(desk.court.let_in, role="duty-reviewer")
        await desk.sign_in(taker)
        assert body_of(await desk.send(data, TAKE_OUT))["reason"] == "wrong-role"

    desk_scene(tmp_path, scene)


def test_the_web_tier_keeps_nothing_of_a_pdf_and_writes_no_number_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def files() -> list[str]:
        return sorted(path.name for path in tmp_path.rglob("*"))

    async def scene(desk: Desk) -> None:
        before = await desk.sync(files)
        order = desk.court.order(NUMBER)
        assert (await desk.send(made.sealed(STAMP, order), TAKE_OUT)).status_code == 200
        await desk.send(made.sealed(INSURER, order), TAKE_OUT)
        assert await desk.sync(files) == before
        orders.append(order)

    orders: list[bytes] = []
    with caplog.at_level("DEBUG", logger="breakseal.web"):
        desk_scene(tmp_path, scene)
    read, known = read_order(orders[0])
    written = caplog.text.encode() + b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))
    for secret in (NUMBER[1:], known.docket, canonical.b64(read.digest), orders[0].decode()[-40:]):
        assert secret.encode() not in written
