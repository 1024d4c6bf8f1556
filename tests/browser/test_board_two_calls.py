"""Two calls on one board, and a profile that its person takes back while it is open: in real browsers."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from breakseal.kernel.model.statements import Erase, Freeze, Unfreeze
from breakseal.keyholder.protocol import Submit, Submitted
from tests.support.shift import begin_shift
from tests.support.stage import Stage, staged
from tests.support.world import NUMBER

STRANGER = "+15555550199"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture
def board(browser: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Page]:
    page = begin_shift(browser, stage, "kim", f"P {abs(hash(request.node.name)) % 10_000}")
    yield page
    page.context.close()


@pytest.fixture
def at(board: Page) -> str:
    return board.locator(".bd-position").inner_text()


@pytest.fixture
def name(request: pytest.FixtureRequest, stage: Stage) -> Iterator[str]:
    """The start of the calls' ids; they end with the test."""
    name = re.sub(r"\W", "", request.node.name)[5:40]
    yield name
    for one in ("1", "2", "3"):
        stage.report(name + one, "ended")


def say(stage: Stage, kind: type[Freeze | Unfreeze | Erase], **members: object) -> None:
    """Have the resident say it, by the keyholder's own socket."""
    resident = stage.resident
    assert resident is not None
    key = resident.session if kind is Freeze else resident.own
    assert key is not None
    signed = stage.world.sign(kind, key, **members)
    stage.run(stage.client.ask(Submit(statements=(signed,)), Submitted))


def entries(stage: Stage) -> int:
    """Return how many entries the keyholder made so far."""
    with closing(
        sqlite3.connect(f"file:{stage.folder / 'keyholder' / 'keyholder.db'}?mode=ro", uri=True)
    ) as db:
        counted: int = db.execute("SELECT count(*) FROM entries").fetchone()[0]
    return counted


def quicken(stage: Stage, board: Page) -> None:
    """Let the test turn the page's clock on; before the board's timers are made."""
    board.clock.install()
    board.goto(f"{stage.web}/board")


def opened(stage: Stage, board: Page, call: str, at: str) -> None:
    stage.report(call, "answered", number=NUMBER, position=at)
    expect(board.locator("#first")).to_contain_text("Penicillin")


def test_a_second_call_waits_beside_the_one_that_goes_on(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    opened(stage, board, f"{name}1", at)
    board.keyboard.press("4")
    expect(board.get_by_role("tabpanel")).to_contain_text("Elena Delgado")
    asked: list[str] = []
    board.on("request", lambda one: asked.append(one.url) if one.url.endswith("/api/disclose") else None)
    stage.report(f"{name}2", "answered", number=STRANGER, position=at)
    strip = board.locator("#call-strip")
    expect(strip.get_by_role("button")).to_have_count(2)
    expect(board.locator("#call-heading")).to_have_text(f"Call {name}1")
    expect(board.get_by_role("tabpanel")).to_contain_text("Elena Delgado")
    first, second = strip.get_by_role("button").all()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(first).to_contain_text("Rosa Delgado +1")
    expect(first).to_contain_text(re.compile(r"Answered \d\d:\d\d [AP]M"))
    expect(second).to_contain_text("Waiting, not opened")
    expect(second).not_to_contain_text("Delgado")
    expect(board.locator("#whisper")).to_contain_text("Another call waits on this board")
    expect(board.locator("#whisper")).to_have_attribute("aria-live", "polite")
    assert asked == []  # nobody looked, so nothing was opened
    second.click()
    expect(board.locator("#call-heading")).to_have_text(f"Call {name}2")
    expect(board.locator("#first")).to_have_text("No profile for this call.")
    assert len(asked) == 1
    expect(strip.get_by_role("button").nth(1)).not_to_contain_text("Waiting")
    expect(strip.get_by_role("button").nth(1)).to_have_text(
        re.compile(rf"^Answered \d\d:\d\d [AP]M\s+Live\s+Call {name}2$")
    )
    board.keyboard.press("n")
    expect(board.locator("#first")).to_contain_text("Penicillin")
    board.set_viewport_size({"width": 320, "height": 640})
    assert board.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_waiting_call_says_the_same_of_everybody(stage: Stage, board: Page, at: str, name: str) -> None:
    stage.report(f"{name}1", "answered", number=STRANGER, position=at)
    expect(board.locator("#first")).to_have_text("No profile for this call.")
    seen = []
    for call, number in ((f"{name}2", NUMBER), (f"{name}3", STRANGER)):
        stage.report(call, "answered", number=number, position=at)
        tab = board.locator("#call-strip").get_by_role("button").nth(1)
        expect(tab).to_contain_text("Waiting, not opened")
        seen.append(re.sub(rf"\d\d:\d\d|{call}", "", tab.inner_html()))
        stage.report(call, "transferred", position="elsewhere")
        expect(board.locator("#call-strip")).to_be_hidden()
    assert seen[0] == seen[1]


def test_when_the_call_on_the_screen_has_ended_the_next_one_comes_in_front(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    stage.report(f"{name}1", "answered", number=STRANGER, position=at)
    expect(board.locator("#first")).to_have_text("No profile for this call.")
    stage.report(f"{name}1", "ended")
    expect(board.locator("#countdown")).to_be_visible()
    opened(stage, board, f"{name}2", at)
    expect(board.locator("#call-heading")).to_have_text(f"Call {name}2")


def test_a_call_that_left_gives_the_screen_to_the_one_that_waits(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    stage.report(f"{name}1", "answered", number=STRANGER, position=at)
    expect(board.locator("#first")).to_have_text("No profile for this call.")
    stage.report(f"{name}2", "answered", number=NUMBER, position=at)
    expect(board.locator("#call-strip").get_by_role("button")).to_have_count(2)
    stage.report(f"{name}1", "transferred", position="elsewhere")
    expect(board.locator("#call-heading")).to_have_text(f"Call {name}2")
    expect(board.locator("#first")).to_contain_text("Penicillin")


def test_asking_again_makes_no_entry_and_a_keyholder_that_is_away_closes_nothing(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    quicken(stage, board)
    none = entries(stage)
    opened(stage, board, f"{name}1", at)
    before = entries(stage)
    assert before == none + 1
    with board.expect_response("**/api/disclose") as again:
        board.clock.fast_forward("00:31")
    assert again.value.status == 200
    assert entries(stage) == before
    board.route("**/api/disclose", lambda route: route.abort())
    with board.expect_request("**/api/disclose"):
        board.clock.fast_forward("00:31")
    expect(board.locator("#first")).to_contain_text("Penicillin")


def test_a_freeze_closes_the_open_view_also_after_the_call(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    quicken(stage, board)
    opened(stage, board, f"{name}1", at)
    stage.report(f"{name}1", "ended")
    expect(board.locator("#countdown")).to_be_visible()
    say(stage, Freeze, leaf="")
    try:
        board.clock.fast_forward("00:31")
        expect(board.locator("#first")).to_contain_text("This profile was closed")
        expect(board.locator("#where")).to_contain_text(
            NUMBER
        )  # the telephone network's word stays with the call
        expect(board.locator("#where")).not_to_contain_text("Registered")
    finally:
        say(stage, Unfreeze)
    assert "Penicillin" not in board.content()


def test_a_supervisors_view_closes_too(stage: Stage, browser: Browser, name: str) -> None:
    page = begin_shift(browser, stage, "lee", "desk")
    page.clock.install()
    page.goto(f"{stage.web}/board/floor")
    stage.report(f"{name}1", "answered", number=NUMBER, position="some position")
    page.get_by_role("button", name=f"Open call {name}1").click()
    page.get_by_label("Your reason").fill("The call-taker asked me to help with this call")
    page.get_by_role("button", name="Sign and open").click()
    expect(page.locator("#first")).to_contain_text("Penicillin")
    say(stage, Freeze, leaf="")
    try:
        page.clock.fast_forward("00:31")
        expect(page.locator("#notice")).to_contain_text("This profile was closed")
    finally:
        say(stage, Unfreeze)
    assert "Penicillin" not in page.content()
    page.context.close()


def test_a_part_that_is_erased_by_itself_leaves_the_screen_and_the_rest_stays(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    """The languages are gone for the tests after this one."""
    quicken(stage, board)
    opened(stage, board, f"{name}1", at)
    expect(board.locator("#first")).to_contain_text("Spanish")
    say(stage, Erase, categories=("emergency.languages",))
    board.clock.fast_forward("00:31")
    expect(board.locator("#first")).not_to_contain_text("Spanish")
    expect(board.locator("#first")).to_contain_text("Penicillin")


def test_an_erasure_closes_the_open_view_within_35_seconds_and_its_tab_forgets_the_name(
    stage: Stage, board: Page, at: str, name: str
) -> None:
    """The last test: it erases the stage's resident."""
    opened(stage, board, f"{name}1", at)
    stage.report(f"{name}2", "answered", number=STRANGER, position=at)
    expect(board.locator("#call-strip")).to_contain_text("Rosa Delgado")
    answers: list[int] = []

    def count(route: Route) -> None:
        answers.append(1)
        route.continue_()

    board.route("**/api/disclose", count)
    say(stage, Erase, categories=())
    expect(board.locator("#first")).to_contain_text("This profile was closed", timeout=35_000)
    expect(board.locator("#whisper")).to_contain_text("This profile was closed")
    expect(board.locator("#call-state")).to_contain_text("Live since")
    for gone in ("Penicillin", "Delgado", "4471"):
        assert gone not in board.content()
    assert len(answers) == 1
