"""LocationSmart's demo page had a hole (Xiao, 2018; F20): another format skipped the consent. Ours meets all of them.

A number is typed on a public page without an account. No format, suffix, `Accept`, method, parameter or other browser's
session shows a place before YES, after NO, after STOP, or twice; and nothing tells one number from another.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from breakseal.canary.variants import ACCEPTS, METHODS, spellings
from tests.support.clientparts import ELSEWHERE
from tests.support.clients import NUMBER
from tests.support.tryouts import PAGE, RECIPIENT, Tryout, Visitor, play

PLACE_WORDS = ("latitude", "lat&#34;", '"lat"', "radius 1", 'id="map"', "38.9")
NEVER_SERVED = "+12025550199"


def assert_nothing(answer: httpx.Response) -> None:
    assert answer.status_code in (204, 303, 400, 404), answer.text
    assert not any(word in answer.text for word in PLACE_WORDS), answer.text


def seen(answer: httpx.Response) -> tuple[Any, ...]:
    """Return all that a visitor gets to see of an answer, but for the cookie's random value."""
    headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
    return answer.status_code, answer.content, tuple(sorted(headers.items())), "set-cookie" in answer.headers


async def as_spelt(tryout: Tryout, visitor: Visitor, address: str) -> httpx.Response:
    """Post to an address that no library puts right."""
    spelt, _, query = address.partition("?")
    cookie = "; ".join(f"{one.name}={one.value}" for one in visitor.http.cookies.jar)
    headers = [(b"host", b"localhost:8917"), (b"origin", PAGE.encode()), (b"cookie", cookie.encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": unquote(spelt), "raw_path": spelt.encode(), "query_string": query.encode(), "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 8917),
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await tryout.app(scope, receive, send)
    start = next(one for one in sent if one["type"] == "http.response.start")
    return httpx.Response(start["status"], content=b"".join(one.get("body", b"") for one in sent))


async def everything(tryout: Tryout, visitor: Visitor) -> None:
    """Ask for the answer in every way but the right one, and in the right one."""
    plain = await visitor.answer()
    assert_nothing(plain)
    for accept in ACCEPTS:
        answer = await visitor.post("/try/answer", accept=accept)
        assert (answer.status_code, answer.content, dict(answer.headers)) == (
            404, plain.content, dict(plain.headers),
        ), accept  # fmt: skip
    for form in (
        {"format": "xml"},
        {"privacyConsent": "False"},
        {"consent": "granted"},
        {"requesttype": "locreq.xml"},
    ):
        assert seen(await visitor.post("/try/answer", form)) == seen(plain)
    for spelling in (*spellings("/try/answer"), *spellings("/try/state")):
        if spelling.partition("?")[0] != "/try/answer" or "lang=" not in spelling:
            assert_nothing(await as_spelt(tryout, visitor, spelling))
    for method in METHODS:
        for path in ("/try/answer", "/try/wait"):
            if (method, path) != ("GET", "/try/wait"):
                assert_nothing(await visitor.http.request(method, path, headers={"origin": PAGE}))
    for override in ("x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"):
        assert seen(await visitor.post("/try/answer", **{override: "GET"})) == seen(plain)
    foreign = await visitor.http.post("/try/answer", headers={"origin": "https://elsewhere.example"})
    assert seen(foreign) == seen(plain)


def test_xiaos_hole_no_format_shows_a_place_before_yes(tmp_path: Path) -> None:
    async def scene(tryout: Tryout) -> None:
        visitor = tryout.visitor()
        assert (await visitor.begin(NUMBER)).status_code == 303
        (text,) = await tryout.texts()
        assert RECIPIENT in text
        await everything(tryout, visitor)
        assert (await visitor.http.get("/try/state")).json() == {"state": "waiting"}
        assert tryout.place.network.asked == 0
        assert await tryout.place.looks() == 0

    play(tmp_path, scene)


@pytest.mark.parametrize("word", ["NO", "STOP"])
def test_xiaos_hole_no_format_shows_a_place_after_no_or_stop(tmp_path: Path, word: str) -> None:
    """And the page does not even say that somebody refused: it waits as for a number that is nobody's."""

    async def scene(tryout: Tryout) -> None:
        visitor = tryout.visitor()
        await visitor.begin(NUMBER)
        await tryout.says(word)
        await everything(tryout, visitor)
        assert await visitor.state() == "waiting"
        tryout.place.clock.time += 600
        assert await visitor.state() == "over"
        await everything(tryout, visitor)
        assert tryout.place.network.asked == 0

    play(tmp_path, scene)


def test_xiaos_hole_after_yes_and_stop_nothing_is_shown(tmp_path: Path) -> None:
    async def scene(tryout: Tryout) -> None:
        visitor = tryout.visitor()
        await visitor.begin(NUMBER)
        await tryout.says("YES")
        assert await visitor.state() == "answered"
        await tryout.place.reply("STOP")
        await everything(tryout, visitor)
        assert tryout.place.network.asked == 0

    play(tmp_path, scene)


def test_one_yes_is_one_answer_in_one_browser(tmp_path: Path) -> None:
    """Another browser's session, a replayed poll, two requests at once: one place, to the one that asked."""

    async def scene(tryout: Tryout) -> None:
        visitor, other, stranger = tryout.visitor(), tryout.visitor(), tryout.visitor()
        await visitor.begin(NUMBER)
        await tryout.says("YES")
        await other.begin(ELSEWHERE)
        await everything(tryout, other)
        await everything(tryout, stranger)
        for spelling in spellings("/try/answer"):
            if "lang=" not in spelling:
                assert_nothing(await as_spelt(tryout, visitor, spelling))
        both = await asyncio.gather(visitor.answer(), visitor.answer())
        shown = [one for one in both if one.status_code == 200]
        assert len(shown) == 1
        assert "from the phone company" in shown[0].text
        assert shown[0].headers["cache-control"] == "no-store"
        assert "etag" not in shown[0].headers
        await everything(tryout, visitor)
        assert await visitor.state() == "over"
        assert tryout.place.network.asked == 1
        assert await tryout.place.looks() == 1

    play(tmp_path, scene)


def test_no_number_is_told_from_another_by_the_page(tmp_path: Path) -> None:
    """Known to the carrier or not, served or not, asked too often, stopped, a visitor over a limit: the same bytes."""

    async def scene(tryout: Tryout) -> None:
        stopped = tryout.visitor()
        await stopped.begin(ELSEWHERE)
        await tryout.texts(ELSEWHERE)
        await tryout.place.reply("STOP", ELSEWHERE)
        numbers = [NUMBER, "+12025550111", ELSEWHERE, "+19005550123", "+442079460018", *[NUMBER] * 5]
        begun, polled, asked, waited = set(), set(), set(), set()
        for number in numbers:
            visitor = tryout.visitor()
            begun.add(seen(await visitor.begin(number)))
            await asyncio.sleep(0.1)
            polled.add(seen(await visitor.http.get("/try/state")))
            waited.add(seen(await visitor.http.get("/try/wait")))
            asked.add(seen(await visitor.answer()))
        assert [len(one) for one in (begun, polled, waited, asked)] == [1, 1, 1, 1]
        assert {kind for *_, kind in begun} == {True}
        tryout.place.clock.time += 600
        assert {await one.state() for one in tryout.visitors} == {"over"}

    play(tmp_path, scene, per_visitor=7)


def test_the_phone_is_not_worn_down_by_many_visitors(tmp_path: Path) -> None:
    async def scene(tryout: Tryout) -> None:
        for _ in range(6):
            visitor = tryout.visitor()
            await visitor.begin(NUMBER)
            await tryout.later(1)
        assert len(await tryout.texts()) == 1

    play(tmp_path, scene)


def test_a_flood_of_tries_pushes_out_nobodys_and_a_made_up_name_is_nothing(tmp_path: Path) -> None:
    async def scene(tryout: Tryout) -> None:
        visitor, flood = tryout.visitor(), tryout.visitor()
        await visitor.begin(NUMBER)
        await tryout.says("YES")
        for _ in range(400):
            assert (await flood.begin(ELSEWHERE)).status_code == 303
        assert len(tryout.app.state.tryout.desk._tries) <= 3
        (name,) = (one.value for one in visitor.http.cookies.jar)
        assert name is not None
        forged = [name[:-1] + ("A" if name[-1] != "A" else "Q"), "A" * len(name), "", "x" * 200, f"{name}="]
        for value in forged:
            stranger = tryout.visitor()
            stranger.http.cookies.set("bs_try", value)
            assert_nothing(await stranger.answer())
            assert await stranger.state() == "over"
        assert (await visitor.answer()).status_code == 200

    play(tmp_path, scene, per_visitor=2)


def test_the_page_keeps_neither_number_nor_place(tmp_path: Path) -> None:
    async def scene(tryout: Tryout) -> None:
        visitor = tryout.visitor()
        await visitor.begin(NUMBER)
        await tryout.says("YES")
        assert (await visitor.answer()).status_code == 200
        desk = tryout.app.state.tryout.desk
        assert {(one.token, one.over) for one in desk._tries.values()} == {(None, True)}
        assert NUMBER not in repr([getattr(desk, name) for name in vars(desk)])

    play(tmp_path, scene)
