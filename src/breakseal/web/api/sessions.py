"""Hello and goodbye: a cookie for as long as the keyholder lets the session key live."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.keyholder.protocol import Identified, Identify
from breakseal.web import guards
from breakseal.web.api.messages import HelloIn, HelloOut, Nothing
from breakseal.web.asking import end_session
from breakseal.web.parts import WebParts
from breakseal.web.ports import Session
from breakseal.web.security import COOKIE


@post("/hello", opt=guards.SIGNATURE, status_code=200, summary="Sign in with a session key")
async def hello(request: Request[Any, Any, Any], data: JSONBody[HelloIn]) -> Response[HelloOut]:
    """Ask the keyholder whose session key signed this, and set a cookie for it."""
    parts: WebParts = request.app.state.parts
    who = await parts.keyholder.ask(Identify(statement=unb64(data.signed)), Identified)
    token = b64(parts.entropy.token(32))
    session = Session(
        kind=who.kind, handle=who.handle, key=who.key, until=who.until, org=who.org, role=who.role,
        position=who.position,
    )  # fmt: skip
    await parts.store.add_session(digest(token.encode()), session)
    out = HelloOut(
        kind=who.kind, handle=who.handle, org=who.org, role=who.role, position=who.position, until=who.until
    )
    return Response(out, cookies=[_cookie(parts, token, max(0, who.until - parts.clock.now()))])


@post("/goodbye", opt=guards.PUBLIC, status_code=200, summary="Sign out")
async def goodbye(request: Request[Any, Any, Any]) -> Response[Nothing]:
    """Forget the session. The browser drops its keys by itself."""
    parts: WebParts = request.app.state.parts
    await end_session(request)
    return Response(Nothing(), cookies=[_cookie(parts, "", 0)])


def _cookie(parts: WebParts, token: str, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=token,
        max_age=seconds,
        path="/",
        httponly=True,
        secure=parts.settings.secure_cookie,
        samesite="strict",
    )


ROUTES = Router(path="/", route_handlers=[hello, goodbye])
