"""The board's pages and interfaces. The pages are shells: what is opened never passes through this process in clear."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.response import Redirect

from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.web import guards, i18n
from breakseal.web.board.fields import Layout, layout
from breakseal.web.board.interfaces import TAKERS, live, stream, take_event
from breakseal.web.pages import page
from breakseal.web.parts import WebParts
from breakseal.web.ports import Session


class BoardData(msgspec.Struct, frozen=True, kw_only=True):
    """What the page's module needs: who sits here, what to ask for, and how the fields are called."""

    org: str
    role: str
    position: str
    until: int
    door: str
    categories: tuple[str, ...]
    layout: Layout


@get("/board", opt=guards.PUBLIC)
async def board(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show the board of the position that the officer signed in at, or the way to sign in."""
    session = await _officer(request)
    if session is None or not session.position:
        return Redirect(_keeping_language(request, "/board/sign-in"))
    return page(
        request, "board/board.html", data=_data(request, session), messages=("board",), session=session
    )


@get("/board/floor", opt=guards.PUBLIC)
async def floor(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show a supervisor the live calls of the centre."""
    session = await _officer(request)
    if session is None:
        return Redirect(_keeping_language(request, "/board/sign-in"))
    return page(
        request, "board/floor.html", data=_data(request, session), messages=("board",), session=session
    )


@get("/board/sign-in", opt=guards.PUBLIC)
async def sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show the form that starts a shift."""
    parts: WebParts = request.app.state.parts
    data = {"door": parts.settings.door_origin, "webOrigin": parts.settings.web_origin}
    return page(request, "board/sign_in.html", data=data, messages=("board",))


@get("/board/lost-key", opt=guards.PUBLIC)
async def lost_key(request: Request[Any, Any, Any]) -> Response[Any]:
    """Say what to do when an officer's key is lost or broken in the middle of the night."""
    parts: WebParts = request.app.state.parts
    return page(request, "board/lost_key.html", door=parts.settings.door_origin)


async def _officer(request: Request[Any, Any, Any]) -> Session | None:
    session = await guards.session_of(request)
    if session is None or session.kind != "officer" or session.role not in TAKERS:
        return None
    return session


def _data(request: Request[Any, Any, Any], session: Session) -> BoardData:
    parts: WebParts = request.app.state.parts
    words = partial(request.app.state.words.t, language=i18n.choose(request).language)
    return BoardData(
        org=session.org,
        role=session.role,
        position=session.position,
        until=session.until,
        door=parts.settings.door_origin,
        categories=EMERGENCY_CATEGORIES,
        layout=layout(words),
    )


def _keeping_language(request: Request[Any, Any, Any], path: str) -> str:
    asked = request.query_params.get("lang")
    return f"{path}?lang={asked}" if asked in ("en", "es") else path


ROUTES = [board, floor, sign_in, lost_key, take_event, stream, live]
