"""The call board in real browsers, over the whole installation: who sees a profile, and for how long."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support import forgers
from tests.support.shift import begin_shift, sign_in
from tests.support.stage import Stage, staged
from tests.support.world import NUMBER

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
RUN = "async () => (await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 160))])"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as running:
        yield running


@pytest.fixture(scope="module")
def boards(browser: Browser, stage: Stage) -> Iterator[tuple[Page, Page]]:
    pages = (begin_shift(browser, stage, "kim", "1"), begin_shift(browser, stage, "ana", "2"))
    yield pages
    for page in pages:
        page.context.close()


@pytest.fixture
def call(request: pytest.FixtureRequest, stage: Stage) -> Iterator[str]:
    """A call's id; the call ends with the test."""
    name = re.sub(r"\W", "", request.node.name)[5:50]
    yield name
    stage.report(name, "ended")


def waiting(page: Page) -> None:
    expect(page.get_by_role("heading", name="Waiting for a call")).to_be_visible()


def heading(page: Page, call: str) -> None:
    expect(page.locator("#call-heading")).to_have_text(f"Call {call}")


def test_the_board_that_answers_shows_the_profile_without_a_click_and_no_other(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, two = boards
    place = {"lat": 43.05, "lon": -89.4, "radius": 25, "at": int(time.time()) - 130}
    stage.report(call, "answered", number="(555) 555-0117", position="1", location=place)
    heading(one, call)
    first = one.locator("#first")
    expect(first).to_contain_text("Penicillin: hives and swelling")
    expect(first).to_contain_text("4471#")
    expect(first).to_contain_text("Mateo Delgado")
    expect(first).to_contain_text("Spanish")
    where = one.locator("#where")
    expect(where).to_contain_text("43.05000, -89.40000")
    expect(where).to_contain_text("Within 25 metres")
    expect(where).to_contain_text("2 min ago")
    expect(where).to_contain_text("Registered home. The caller may be elsewhere.")
    expect(one.locator("#announce")).to_have_text("New call. Profile open.")
    assert "Delgado" not in two.content()
    assert call not in two.content()


def test_a_transferred_call_leaves_one_board_and_opens_at_the_other(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, two = boards
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("Penicillin")
    stage.report(call, "transferred", position="2")
    heading(two, call)
    expect(two.locator("#first")).to_contain_text("Penicillin")
    expect(one.locator("#notice")).to_contain_text("went to 2")
    expect(one.locator("#call-heading")).not_to_have_text(f"Call {call}")


def test_a_miss_looks_quiet_and_like_every_other_miss(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, _ = boards
    seen = []
    for name, number in (("n", "+15555550199"), ("w", "withheld")):
        stage.report(call + name, "answered", number=number, position="1")
        heading(one, call + name)
        expect(one.locator("#first")).to_have_text("No profile for this call.")
        expect(one.locator("#rest")).to_be_hidden()
        seen.append(one.locator("#first").inner_html())
        stage.report(call + name, "ended")
    assert seen[0] == seen[1]


def test_an_ended_call_counts_down_and_a_reload_does_not_open_it_at_another_position(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, two = boards
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("Penicillin")
    stage.report(call, "ended")
    expect(one.locator("#countdown-time")).to_have_text(re.compile(r"^4[45]:\d\d$"))
    expect(one.locator("#first")).to_contain_text("Penicillin")
    assert call not in two.content()


def test_when_the_time_is_over_the_page_drops_everything(stage: Stage, browser: Browser, call: str) -> None:
    page = begin_shift(browser, stage, "ana", "3")
    page.clock.install()  # before the board's timers are made
    page.goto(f"{stage.web}/board")
    stage.report(call, "answered", number=NUMBER, position="3")
    expect(page.locator("#first")).to_contain_text("Penicillin")
    stage.report(call, "ended")
    expect(page.locator("#countdown")).to_be_visible()
    page.route("**/api/calls/stream*", lambda route: route.abort())
    page.context.set_offline(True)
    page.clock.fast_forward("44:00")
    expect(page.locator("#first")).to_contain_text("Penicillin")
    page.clock.fast_forward("01:10")
    expect(page.locator("#call")).to_be_hidden()
    assert "Penicillin" not in page.content()
    page.context.close()


def test_the_next_officer_at_the_position_gets_the_live_call(
    stage: Stage, browser: Browser, call: str
) -> None:
    page = begin_shift(browser, stage, "kim", "4")
    stage.report(call, "answered", number=NUMBER, position="4")
    expect(page.locator("#first")).to_contain_text("Penicillin")
    page.get_by_role("button", name="End shift").click()
    page.wait_for_url(re.compile("/board/sign-in"))
    assert "Penicillin" not in page.content()
    assert page.context.cookies() == []
    relief = begin_shift(browser, stage, "ana", "4")
    heading(relief, call)
    expect(relief.locator("#first")).to_contain_text("Penicillin")
    for each in (page, relief):
        each.context.close()


def test_a_supervisor_opens_a_call_with_a_typed_reason_only(
    stage: Stage, browser: Browser, call: str
) -> None:
    page = begin_shift(browser, stage, "lee", "9")
    stage.report(call, "answered", number=NUMBER, position="1")
    page.goto(f"{stage.web}/board/floor")
    page.get_by_role("button", name=f"Open call {call}").click()
    assert "Penicillin" not in page.content()
    page.get_by_label("Your reason").fill("too short")
    page.get_by_role("button", name="Sign and open").click()
    expect(page.locator("#call")).to_be_hidden()
    page.get_by_label("Your reason").fill("The call-taker asked me to help with this call")
    page.get_by_role("button", name="Sign and open").click()
    expect(page.locator("#first")).to_contain_text("Penicillin")
    page.get_by_role("button", name="Close this profile").click()
    assert "Penicillin" not in page.content()
    page.context.close()


def test_a_call_taker_has_no_floor(stage: Stage, boards: tuple[Page, Page]) -> None:
    page = boards[1].context.new_page()
    page.goto(f"{stage.web}/board/floor")
    expect(page.get_by_text("This page is for call supervisors")).to_be_visible()
    assert page.request.get(f"{stage.web}/api/calls/live").status == 403
    page.close()


def test_the_rest_is_one_key_away(stage: Stage, boards: tuple[Page, Page], call: str) -> None:
    one, _ = boards
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("Penicillin")
    one.keyboard.press("4")
    expect(one.get_by_role("tabpanel")).to_contain_text("Elena Delgado")
    one.keyboard.press("ArrowLeft")
    expect(one.get_by_role("tabpanel").get_by_role("img")).to_have_js_property("naturalWidth", 240)
    one.keyboard.press("?")
    expect(one.get_by_role("dialog")).to_be_visible()
    one.keyboard.press("Escape")


def test_nothing_overflows_a_narrow_screen(stage: Stage, boards: tuple[Page, Page], call: str) -> None:
    one, _ = boards
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    size = one.viewport_size
    one.set_viewport_size({"width": 320, "height": 640})
    assert one.evaluate("document.documentElement.scrollWidth") <= 320
    assert size is not None
    one.set_viewport_size(size)


def test_axe_finds_nothing(stage: Stage, boards: tuple[Page, Page], call: str) -> None:
    one, _ = boards
    found = []
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("Penicillin")
    found += _violations(one)
    page = one.context.new_page()
    for path in ("/board/sign-in", "/board/lost-key", "/board/lost-key?lang=es", "/board/floor"):
        page.goto(f"{stage.web}{path}")
        found += _violations(page)
    page.close()
    assert found == []


def _violations(page: Page) -> list[object]:
    page.evaluate(AXE)
    return [(page.url, one) for one in page.evaluate(RUN)]


def test_nothing_opened_is_stored_in_the_browser(stage: Stage, boards: tuple[Page, Page], call: str) -> None:
    one, _ = boards
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("Penicillin")
    kept = one.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "Penicillin" not in kept
    assert one.evaluate("caches.keys()") == []


def test_a_stopped_keyholder_is_seen_at_once_and_the_call_opens_when_it_is_back(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, _ = boards
    stage.stop_keyholder()
    expect(one.get_by_role("alert")).to_contain_text("Profiles unavailable. The call goes on as usual.")
    one.evaluate("document.querySelector('.bd-wide').style.minHeight = '4000px'; scrollTo(0, 2000)")
    expect(one.locator("#health")).to_be_in_viewport()
    one.evaluate("document.querySelector('.bd-wide').style.minHeight = ''; scrollTo(0, 0)")
    assert stage.report(call, "answered", number=NUMBER, position="1").status_code == 202
    stage.start_keyholder()
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("Penicillin", timeout=10_000)
    expect(one.locator("#health")).to_be_hidden()


def test_the_age_of_a_location_goes_on_while_it_is_shown(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, _ = boards
    place = {"lat": 43.05, "lon": -89.4, "radius": 25, "at": int(time.time()) - 55}
    stage.report(call, "answered", number=NUMBER, position="1", location=place)
    heading(one, call)
    expect(one.locator("#where")).to_contain_text("less than a minute ago")
    expect(one.locator("#where")).to_contain_text("1 min ago", timeout=10_000)


def test_the_waiting_board_names_its_position(boards: tuple[Page, Page]) -> None:
    _, two = boards
    expect(two.locator("#waiting")).to_contain_text("You will see calls answered at: 2")
    expect(two.locator(".bd-position")).to_have_text("2")


def test_a_forged_event_changes_no_board(stage: Stage, boards: tuple[Page, Page], call: str) -> None:
    one, _ = boards
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    forged = stage.world.sign  # only the signer is wrong
    from breakseal.kernel.model import canonical  # noqa: PLC0415 # used here only
    from breakseal.kernel.model.statements import CallEvent  # noqa: PLC0415 # used here only

    for kind in ("transferred", "ended"):
        event = forged(
            CallEvent, stage.officers["kim"].own, org="cedar", call=call, seq=9, event=kind, caller="x",
            position="2", officer="",
        )  # fmt: skip
        answer = one.request.post(
            f"{stage.web}/api/calls/events",
            data={"event": canonical.b64(event)},
            headers={"origin": stage.web},
        )
        assert answer.status == 403
    heading(one, call)
    expect(one.locator("#countdown")).to_be_hidden()


def test_no_profile_said_by_another_than_the_keyholder_is_not_shown(
    stage: Stage, boards: tuple[Page, Page], call: str
) -> None:
    one, _ = boards
    one.route("**/api/disclose", forgers.no_profile)
    stage.report(call, "answered", number=NUMBER, position="1")
    heading(one, call)
    expect(one.locator("#first")).to_contain_text("not made by the keyholder for this question")
    one.unroute("**/api/disclose")


def test_the_answer_to_another_call_is_not_shown(stage: Stage, boards: tuple[Page, Page], call: str) -> None:
    one, _ = boards
    answers: list[str] = []

    def first_again(route: Route) -> None:
        answers.append(route.fetch().text())
        route.fulfill(body=answers[0], content_type="application/json")

    one.route("**/api/disclose", first_again)
    stage.report(f"{call}a", "answered", number="+15555550199", position="1")
    heading(one, f"{call}a")
    expect(one.locator("#first")).to_have_text("No profile for this call.")
    stage.report(f"{call}a", "ended")
    stage.report(call, "answered", number=NUMBER, position="1")
    expect(one.get_by_text("not made by the keyholder for this question")).to_be_visible()
    assert len(answers) == 2
    one.unroute("**/api/disclose")


def test_sign_in_again_without_a_session_goes_to_the_form(stage: Stage, browser: Browser) -> None:
    page = begin_shift(browser, stage, "kim", "5")
    page.context.clear_cookies()
    page.goto(f"{stage.web}/board")
    page.wait_for_url(re.compile("/board/sign-in"))
    sign_in(page, stage, "5")
    waiting(page)
    page.context.close()
