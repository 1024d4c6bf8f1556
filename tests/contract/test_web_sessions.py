"""Sessions of the web tier end when their time is over, and when the keyholder does not know their key any more."""

from __future__ import annotations

import asyncio
from pathlib import Path

from litestar import Litestar

from breakseal.kernel.model import statements as s
from breakseal.kernel.model.canonical import b64, digest
from breakseal.web.asking import sweeping
from breakseal.web.security import COOKIE
from tests.support.webapp import WEB, WebWorld, in_web

HOME = "emergency.home"


async def held(web: WebWorld) -> bool:
    """Tell whether the store still has the session of this client's cookie, at any time."""
    token = web.http.cookies[COOKIE]
    return await web.store.session(digest(token.encode()), 0) is not None


def test_what_is_over_is_swept_in_the_background(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        await web.hello(web.world.resident(granted=False))
        async with sweeping(web.app.state.parts, seconds=0.01)(Litestar()):
            await asyncio.sleep(0.1)
            assert await held(web)
            web.world.clock.time += 4000
            for _ in range(200):
                if not await held(web):
                    break
                await asyncio.sleep(0.01)
            assert not await held(web)

    in_web(tmp_path, work)


def test_the_app_itself_sweeps(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        await web.hello(web.world.resident(granted=False))
        web.world.clock.time += 4000
        async with web.app.lifespan():
            for _ in range(200):
                if not await held(web):
                    break
                await asyncio.sleep(0.01)
        assert not await held(web)

    in_web(tmp_path, work)


def test_a_session_whose_key_was_ended_is_over_here_too(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person = web.world.resident(granted=False)
        await web.hello(person)
        assert (await web.put_record(person, HOME, 2, b"two" * 20)).status_code == 200
        web.world.submit(web.world.sign(s.RevokeKey, person.own, key=person.session.key.id))
        assert (await web.http.get("/home")).status_code == 200, "the web tier cannot know it yet"
        answer = await web.put_record(person, HOME, 3, b"three" * 20)
        assert (answer.status_code, answer.json()["reason"]) == (401, "session-ended")
        assert not await held(web)
        stored = await web.store.records(person.handle, (HOME,))
        assert [(one.version, one.pending) for one in stored] == [(2, False)]
        page = await web.http.get("/home", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert "/sign-in" in page.text

    in_web(tmp_path, work)


def test_every_question_of_a_session_notices_that_its_key_was_ended(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        sign = web.world.sign
        asked = {
            "/api/desk": lambda p: {
                "statement": b64(sign(s.ReadDesk, p.session, desk="self", recipient=p.recipient))
            },
            "/api/trail": lambda p: {"statement": b64(sign(s.ReadTrail, p.session, recipient=p.recipient))},
            "/api/submit": lambda p: {"statements": [b64(sign(s.Freeze, p.session, leaf=""))]},
            "/api/disclose": lambda p: {"request": b64(web.world.request(p, categories=(HOME,)))},
        }
        for number, (path, body) in enumerate(asked.items()):
            person = web.world.resident(f"+1555555019{number}", granted=False)
            await web.hello(person)
            web.world.submit(web.world.sign(s.RevokeKey, person.own, key=person.session.key.id))
            answer = await web.post(path, body(person))
            assert (answer.status_code, answer.json()["reason"]) == (401, "session-ended"), path
            assert not await held(web), path

    in_web(tmp_path, work)


def test_an_unknown_callgate_ends_no_officers_session(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        officer = web.world.officer()
        await web.hello(officer)
        event = web.world.call()
        web.world.callgate = web.world.oversight[0]
        stranger = web.world.call()
        request = web.world.request(officer, stranger)
        answer = await web.post("/api/disclose", {"request": b64(request), "basis": b64(stranger)})
        assert (answer.status_code, answer.json()["reason"]) == (403, "unknown-key")
        assert await held(web)
        request = web.world.request(officer, event)
        answer = await web.post("/api/disclose", {"request": b64(request), "basis": b64(event)})
        assert answer.status_code == 200
        assert answer.request.headers["origin"] == WEB

    in_web(tmp_path, work)
