"""Orders of courts as people see them: the clerk, the investigator, two legal reviewers, and Rosa's own list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from breakseal.papers.reading import read
from tests.support import courts
from tests.support import signedpapers as pdf
from tests.support.browser import windows_of_their_own
from tests.support.demotown import DemoTown
from tests.support.orderpapers import NAME, attached
from tests.support.orderwindows import at_desk, be, clean, decoded, heard, sign_here

PHONE = "+15415550117"
STRANGER = "+15415550188"
CHOICES = {"Sign": "Sign it with", "Inside": "Sign a PDF", "Write": "Write it"}
LOCATED = "Your phone was located under a court's order"


@pytest.fixture
def windows(browser: Browser) -> Iterator[list[Page]]:
    with windows_of_their_own(browser, 4) as opened:
        yield opened


def as_rosa(page: Page, town: DemoTown) -> None:
    be(page, town, "Rosa")
    page.goto(f"{town.web}/sign-in")
    page.locator("main button").first.click()
    page.get_by_role("button", name="Sign with this demo key").click()
    page.wait_for_url(f"{town.web}/home*")
    expect(page.locator("#looked li").first).to_be_visible()


def ordered(
    clerk: Page, town: DemoTown, folder: Path, kind: str, phone: str = "Rosa Delgado"
) -> tuple[str, Path]:
    """Have the clerk make an order; return its docket and the file."""
    clerk.goto(town.courthouse)
    clerk.locator("label", has_text=phone).click()
    clerk.get_by_role("button", name=CHOICES[kind]).click()
    expect(clerk.locator("#state")).to_contain_text("Made: docket")
    newest = clerk.locator("#made > li").first
    docket = newest.get_attribute("data-docket") or ""
    with clerk.expect_download() as saving:
        newest.get_by_role("button", name="Save the").click()
    file = folder / saving.value.suggested_filename
    saving.value.save_as(file)
    return docket, file


def hand_in(vera: Page, town: DemoTown, file: Path) -> None:
    vera.get_by_role("button", name="Go to the door to hand it in").click()
    vera.locator("#file").set_input_files(file)
    vera.get_by_role("button", name="Read it, and show what it says").click()
    expect(vera.locator("#card")).to_contain_text("may learn where the phone")
    sign_here(vera)


def copy_paper(vera: Page, docket: str, number: str, file: Path) -> None:
    vera.get_by_role("button", name="Go to the door to hand it in").click()
    vera.locator("label", has_text="A paper, or a PDF").click()
    vera.get_by_label("Docket", exact=True).fill(docket)
    vera.get_by_label("Judge, as the paper names them").fill("Hon. Alma Perez")
    vera.get_by_label("The one phone").fill(number)
    today = vera.evaluate("new Date().toLocaleDateString('sv')")
    for field in ("Issued on", "First day"):
        vera.get_by_label(field).fill(today)
    vera.get_by_label("Last day").fill(
        vera.evaluate("new Date(Date.now() + 5 * 86400000).toLocaleDateString('sv')")
    )
    vera.locator("#scan").set_input_files(file)


def look(vera: Page, docket: str, number: str) -> None:
    vera.locator("#grounds > li", has_text=docket).get_by_role("button", name="Look").click()
    vera.get_by_label("The phone's number").fill(number)
    vera.get_by_label("Your reason").fill("missing since noon")
    vera.get_by_role("button", name="Go on to the door and sign").click()
    expect(vera.locator("#card")).to_contain_text("It counts as one of its looks")
    sign_here(vera)


def numbers_at_door(vera: Page, town: DemoTown, docket: str) -> None:
    """Read, with the own key and at the door only, which phone an order names."""
    vera.get_by_role("link", name="Which phone each order names").click()
    sign_here(vera)
    expect(vera.locator("#orders > li", has_text=docket)).to_contain_text(PHONE)
    clean(vera)
    vera.goto(f"{town.web}/orders")
    expect(vera.locator("#grounds > li", has_text=docket)).to_be_visible()


def test_a_signed_order_is_handed_in_used_and_read_by_the_person(
    windows: list[Page], town: DemoTown, tmp_path: Path
) -> None:
    clerk, vera, rosa, _ = windows
    asked, visited = heard(vera)
    docket, file = ordered(clerk, town, tmp_path, "Sign")
    clean(clerk)
    at_desk(vera, town, "Vera Stahl", "/orders")
    expect(vera.get_by_role("navigation").get_by_role("link", name="Orders")).to_be_visible()
    clean(vera)
    hand_in(vera, town, file)
    vera.wait_for_url(f"{town.web}/orders")
    expect(vera.locator("#done")).to_contain_text("Handed in")
    row = vera.locator("#grounds > li", has_text=docket)
    expect(row).to_contain_text("3 of 3 looks left, to the very place")
    expect(row).to_contain_text("Open until")
    assert PHONE not in vera.content()
    numbers_at_door(vera, town, docket)
    look(vera, docket, "541 555 0117")
    expect(vera.locator("#map[data-drawn]")).to_be_visible(timeout=20_000)
    for text in ("told by the phone's carrier", "Opened until", "Lane County, OR"):
        expect(vera.locator("#answer")).to_contain_text(text)
    expect(row).to_contain_text("2 of 3 looks left")
    clean(vera)
    look(vera, docket, PHONE[:-1] + "8")
    expect(vera.locator("#trouble")).to_contain_text("it names another phone")
    expect(row).to_contain_text("2 of 3 looks left")
    expect(vera.locator("#answer")).to_be_hidden()
    # The number itself stood in no address, and in nothing that went to the web tier.
    assert not [url for url in visited if "5550117" in url or "5550117" in decoded(url)]
    assert not [one for one in asked if one.startswith(town.web) and "5550117" in one]
    as_rosa(rosa, town)
    for text in (LOCATED, "Vera Stahl", "Cedar Lake Police (demo)", "missing since noon"):
        expect(rosa.locator("#looked")).to_contain_text(text)
    clerk.get_by_role("button", name=f"End this order: {docket}").click()
    expect(clerk.locator("#state")).to_contain_text("was ended")
    vera.reload()
    expect(row).to_contain_text("Ended: by the court")
    expect(row.get_by_role("button")).to_have_count(0)


def take_out(vera: Page, file: Path) -> None:
    vera.get_by_label("Order file (.pdf or .jws)").set_input_files(file)
    vera.get_by_role("button", name="Send it, and take the order out").click()


def saved(vera: Page, folder: Path) -> Path:
    with vera.expect_download() as saving:
        vera.get_by_role("button", name="Save the order (.jws)").click()
    file = folder / saving.value.suggested_filename
    saving.value.save_as(file)
    return file


def test_a_courts_pdf_that_carries_its_order_opens_exactly_its_scope(
    windows: list[Page], town: DemoTown, tmp_path: Path
) -> None:
    clerk, vera, *_ = windows
    docket, file = ordered(clerk, town, tmp_path, "Inside")
    assert file.suffix == ".pdf"
    clean(clerk)
    at_desk(vera, town, "Vera Stahl", "/orders")
    take_out(vera, file)
    says = vera.locator("#inside-says")
    for text in (docket, PHONE, "Hon. Alma Perez", "Cedar Lake Police (demo)", "3 in all, to the very place"):
        expect(says).to_contain_text(text, timeout=20_000)
    expect(vera.locator("#inside")).to_contain_text("signed this PDF, and the order inside. Unchanged since.")
    expect(vera.locator("#inside")).to_contain_text("whatever the page says")
    clean(vera)
    order = saved(vera, tmp_path)
    assert order.name == f"order-{docket}.jws"
    expect(vera.locator("#inside")).to_contain_text("Go to the door and choose it there")
    _, visited = heard(vera)
    hand_in(vera, town, order)
    vera.wait_for_url(f"{town.web}/orders")
    row = vera.locator("#grounds > li", has_text=docket)
    expect(row).to_contain_text("3 of 3 looks left, to the very place")
    assert PHONE not in vera.content()
    look(vera, docket, PHONE[:-1] + "8")
    expect(vera.locator("#trouble")).to_contain_text("it names another phone")
    look(vera, docket, PHONE)
    expect(vera.locator("#answer")).to_contain_text("told by the phone's carrier", timeout=20_000)
    expect(row).to_contain_text("2 of 3 looks left", timeout=20_000)
    assert not [url for url in visited if "5550117" in url or "5550117" in decoded(url)]
    clerk.get_by_role("button", name=f"End this order: {docket}").click()
    expect(clerk.locator("#state")).to_contain_text("was ended")


def false_files(data: bytes) -> dict[str, bytes]:
    """Return what may not pass for the court's PDF `data`, by what the page must say of it."""
    order = read(data).order.encode()
    page = pdf.page(pdf.WARRANT)
    return {
        "changed after it was signed": data.replace(order, courts.changed(order, number=PHONE[:-1] + "8")),
        "Somebody else signed this PDF": pdf.signed_by(pdf.stamp_of("Acme"), page, order=order),
        "nobody signed the PDF": attached(page, (NAME, order)),
        "Several files inside": pdf.signed_by(
            pdf.stamp_of("Acme"), attached(page, (NAME, order), (NAME, order))
        ),
        "no PDF that can be read here": b"%PDF-1.7 scan",
        "There is no order inside this PDF": pdf.page(pdf.INSURANCE),
    }


def test_a_pdf_whose_order_was_changed_or_that_has_none_gives_nothing(
    windows: list[Page], town: DemoTown, tmp_path: Path
) -> None:
    clerk, vera, *_ = windows
    _, file = ordered(clerk, town, tmp_path, "Inside")
    at_desk(vera, town, "Vera Stahl", "/orders")
    bad = tmp_path / "bad.pdf"
    for says, data in false_files(file.read_bytes()).items():
        bad.write_bytes(data)
        take_out(vera, bad)
        expect(vera.locator("#inside")).to_contain_text(says, timeout=20_000)
        expect(vera.locator("#inside")).to_contain_text("This file opens nothing")
        expect(vera.get_by_role("button", name="Save the order")).to_have_count(0)
    clean(vera)
    order = read(file.read_bytes()).order.encode()
    false = tmp_path / "false.jws"
    false.write_bytes(courts.changed(order, number=PHONE[:-1] + "8"))
    vera.get_by_label("Order file (.pdf or .jws)").set_input_files(false)
    expect(vera.locator("#inside")).to_contain_text("It is not sent to this site")
    expect(vera.get_by_role("button", name="Send it, and take the order out")).to_be_hidden()
    take_out(vera, bad)
    vera.get_by_role("button", name="Copy the paper at the door").click()
    vera.locator("#file").set_input_files(false)
    vera.get_by_role("button", name="Read it, and show what it says").click()
    sign_here(vera)
    expect(vera.locator("#problem")).to_contain_text("This is no order of a court")
    vera.goto(f"{town.web}/orders?lang=es")
    expect(vera.get_by_text("Archivo de la orden (.pdf o .jws)")).to_be_visible()
    clean(vera)


def call_court(page: Page, docket: str, digits: str) -> None:
    page.get_by_role("button", name="I called: write down what the clerk said").first.click()
    expect(page.locator("#line")).to_have_text("+15415550198")
    page.locator("label", has_text="Yes: the clerk has it").click()
    page.get_by_label("The docket, as the clerk read it").fill(docket)
    page.get_by_label("The last four digits of the phone").fill(digits)
    page.get_by_role("button", name="Show what I will sign").click()
    expect(page.locator("#card")).to_contain_text("You called +15415550198")
    sign_here(page)


def show_and_sign(vera: Page, town: DemoTown) -> None:
    vera.get_by_role("button", name="Read it, and show what it says").click()
    expect(vera.locator("#card")).to_contain_text("It opens nothing before two reviewers")
    sign_here(vera)
    vera.wait_for_url(f"{town.web}/orders")


def mend(page: Page, digits: str) -> None:
    page.get_by_role("button", name="Change something").click()
    page.get_by_label("The last four digits of the phone").fill(digits)
    clean(page)
    page.get_by_role("button", name="Show what I will sign").click()
    sign_here(page)


def test_a_paper_opens_after_two_reviewers_called_the_court(
    windows: list[Page], town: DemoTown, tmp_path: Path
) -> None:
    clerk, vera, ada, ben = windows
    docket, file = ordered(clerk, town, tmp_path, "Write")
    at_desk(vera, town, "Vera Stahl", "/orders")
    copy_paper(vera, docket, PHONE, file)
    clean(vera)
    show_and_sign(vera, town)
    row = vera.locator("#grounds > li", has_text=docket)
    expect(row).to_contain_text("waits until two reviewers outside your agency")
    expect(row.get_by_role("button")).to_have_count(0)
    at_desk(ada, town, "Ada Quist", "/reviews")
    expect(ada.locator(".bs-line")).to_have_text("+15415550198")
    assert docket not in ada.content()
    assert "0117" not in ada.content()
    checked_file(ada, file, "This is the very file", "by-the-court")
    clean(ada)
    call_court(ada, docket, "0118")
    expect(ada.locator("#problem")).to_contain_text("not what the agency copied")
    mend(ada, "0117")
    ada.wait_for_url(f"{town.web}/reviews")
    expect(ada.locator("#papers")).to_contain_text(
        "You called the court and confirmed it. One more person must"
    )
    expect(ada.get_by_role("button", name="I called")).to_have_count(0)
    vera.reload()
    expect(row).to_contain_text("Ada Quist has called the court and confirmed it; one more reviewer must.")
    at_desk(ben, town, "Ben Aguilar", "/reviews")
    expect(ben.locator("#papers")).to_contain_text(
        "Ada Quist called the court and confirmed it. Still needed: 1."
    )
    call_court(ben, docket, "0117")
    ben.wait_for_url(f"{town.web}/reviews")
    expect(ben.locator("#opening")).to_contain_text("No paper waits for you")
    clean(ben)
    vera.reload()
    expect(row).to_contain_text("Open until")


def checked_file(page: Page, file: Path, same: str, verdict: str) -> None:
    page.locator("summary", has_text="The paper's file").first.click()
    page.get_by_label("File", exact=True).set_input_files(file)
    expect(page.locator("#papers")).to_contain_text(same)
    page.get_by_role("button", name="Send it and check its signature").click()
    expect(page.locator(f"[data-verdict={verdict}]")).to_be_visible(timeout=20_000)


def test_an_insurance_policy_uploaded_as_a_warrant_opens_nothing(
    windows: list[Page], town: DemoTown, tmp_path: Path
) -> None:
    clerk, vera, ada, _ = windows
    insurer = pdf.stamp_of("Acme Insurance")
    _, court_paper = ordered(clerk, town, tmp_path, "Write")
    files = {
        "unsigned": pdf.page(pdf.INSURANCE),
        "by-nobody-known": pdf.signed_by(insurer, pdf.page(pdf.INSURANCE)),
        "changed": pdf.altered(court_paper.read_bytes()),
    }
    at_desk(vera, town, "Vera Stahl", "/orders")
    vera.get_by_role("button", name="Go to the door to hand it in").click()
    for name, data in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
        vera.locator("#file").set_input_files(tmp_path / f"{name}.pdf")
        vera.get_by_role("button", name="Read it, and show what it says").click()
        expect(vera.locator("#problem")).to_contain_text("This is no order of a court")
        expect(vera.locator("#card")).to_be_empty()
    vera.goto(f"{town.web}/orders")
    copy_paper(vera, "26-CM-INSURED", STRANGER, tmp_path / "unsigned.pdf")
    show_and_sign(vera, town)
    expect(vera.locator("#grounds > li", has_text="26-CM-INSURED").get_by_role("button")).to_have_count(0)
    at_desk(ada, town, "Ada Quist", "/reviews")
    for name in files:
        ada.reload()
        same = "This is the very file" if name == "unsigned" else "This is another file"
        checked_file(ada, tmp_path / f"{name}.pdf", same, name)
    ada.get_by_role("button", name="I called: write down what the clerk said").first.click()
    ada.locator("label", has_text="No: the court knows of no such order").click()
    ada.get_by_role("button", name="Show what I will sign").click()
    expect(ada.locator("#card")).to_contain_text("The court knows of no such order")
    sign_here(ada)
    ada.wait_for_url(f"{town.web}/reviews")
    vera.reload()
    expect(vera.locator("#grounds > li", has_text="26-CM-INSURED")).to_contain_text("knows of no such order")


def test_a_desk_is_for_its_own_role(windows: list[Page], town: DemoTown) -> None:
    sam, vera, *_ = windows
    be(sam, town, "Sam Whitcomb")
    sam.goto(f"{town.web}/desk/sign-in")
    clean(sam)
    sam.get_by_role("button", name="Go on to the door").click()
    sign_here(sam)
    expect(sam.locator("#trouble")).to_contain_text("Your role has no desk here")
    at_desk(vera, town, "Vera Stahl", "/orders")
    vera.goto(f"{town.web}/reviews")
    vera.wait_for_url(f"{town.web}/desk/sign-in")
    vera.goto(f"{town.web}/orders?lang=es")
    expect(vera.get_by_role("heading", name="Órdenes judiciales")).to_be_visible()
    expect(vera.get_by_role("navigation").get_by_role("link", name=re.compile("Papeles"))).to_have_count(0)
    clean(vera)
