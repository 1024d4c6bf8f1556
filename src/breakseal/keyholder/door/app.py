"""The door as an ASGI application: a few fixed pages, a few questions, the public log; no cookies, no sessions."""

from __future__ import annotations

import logging
from urllib.parse import parse_qs

from breakseal.kernel.errors import BreaksealError, RequestError
from breakseal.kernel.ports import Clock, Entropy
from breakseal.keyholder.door import web
from breakseal.keyholder.door.api import Api, DemoPerson
from breakseal.keyholder.door.assets import Assets
from breakseal.keyholder.door.facts import FactsCache, Keyholder
from breakseal.keyholder.door.pages.render import LANGUAGES, Pages
from breakseal.keyholder.door.web import Answer, App, Receive, Scope, Send

_log = logging.getLogger("breakseal.door")


def create_door(
    keyholder: Keyholder,
    *,
    clock: Clock,
    entropy: Entropy,
    public_log: App | None = None,
    facts_seconds: int = 5,
    demo_people: tuple[DemoPerson, ...] = (),
    assets: Assets | None = None,
) -> App:
    """Return the door.

    `keyholder` answers what the web tier's socket answers. `public_log` serves paths under `/log/` and gets them
    whole. `demo_people` are offered only where the root statement says that this is a demo.
    """
    facts = FactsCache(keyholder, clock, facts_seconds)
    return Door(
        Api(keyholder, facts, clock, demo_people), assets or Assets(), Pages.load(), entropy, public_log
    )


class Door:
    """One application; holds nothing of a person but the offers of second devices, for minutes."""

    def __init__(
        self, api: Api, assets: Assets, pages: Pages, entropy: Entropy, public_log: App | None
    ) -> None:
        self._api = api
        self._assets = assets
        self._pages = pages
        self._entropy = entropy
        self._public_log = public_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._public_log is not None and scope["path"].startswith("/log/"):
            await self._public_log(scope, receive, send)
            return
        try:
            answer = await self._answer(scope, receive)
        except BreaksealError as error:
            answer = web.problem(error)
        except Exception as error:  # noqa: BLE001 # the incident id is all that may leave
            answer = self._incident(error)
        await web.send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path: str = scope["path"]
        if path.startswith("/api/"):
            return await self._api.answer(scope, receive)
        if scope["method"] not in ("GET", "HEAD"):
            raise RequestError("GET and HEAD only", reason="wrong-method")
        if path.startswith(("/browser/", "/vendor/", "/door/")):
            return self._assets.answer(path, web.header(scope, b"if-none-match"))
        return self._pages.answer(path, language_of(scope))

    def _incident(self, error: Exception) -> Answer:
        incident = self._entropy.token(6).hex()
        _log.error("incident %s: %s", incident, type(error).__name__)
        return web.problem(BreaksealError(f"something failed here; quote incident {incident}"))


def language_of(scope: Scope) -> str:
    """Return the language that the request asks for: `?lang=`, else the first that we have of Accept-Language."""
    query: bytes = scope.get("query_string", b"")
    asked = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
    ranges = [part.partition(";")[0].strip() for part in web.header(scope, b"accept-language").split(",")]
    wishes = [wish[:2].lower() for wish in (asked, *ranges)]
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
