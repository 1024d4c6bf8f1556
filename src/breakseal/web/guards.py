"""Who may call a route. Every route declares it in `opt`; one that does not is refused to everybody.

The declaration only keeps strangers from our own door: whether anything opens is the keyholder's
decision, on signatures that this process cannot make.
"""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from breakseal.kernel.model.canonical import digest
from breakseal.web.errors import ForeignOriginError, NotSignedInError
from breakseal.web.location.paths import MACHINE_PREFIXES
from breakseal.web.parts import WebParts
from breakseal.web.ports import Session
from breakseal.web.security import COOKIE, STATIC_PREFIXES, from_foreign_page

PUBLIC = {"auth": "public"}
"""Anybody."""
SUBJECT = {"auth": "subject"}
"""A person signed in to their own record."""
OFFICER = {"auth": "officer"}
"""An officer, sponsor or overseer who signed in."""
SESSION = {"auth": "session"}
"""Anybody who signed in."""
SIGNATURE = {"auth": "signature"}
"""Whoever holds the key that signed what is sent; the keyholder checks the signature."""
DEVICE = {"auth": "device"}
"""A phone's app that says its key; the route checks it. Opens nothing: it only brings."""

_WITHOUT_A_FACE = ("/api/", *MACHINE_PREFIXES, *STATIC_PREFIXES)
"""Where nobody reads a page, so who is signed in does not matter."""

DECLARATIONS = tuple(opt["auth"] for opt in (PUBLIC, SUBJECT, OFFICER, SESSION, SIGNATURE, DEVICE))


async def authorise(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Admit the connection if the route's declaration allows it.

    Raises:
        ForeignOriginError: a page that is not ours sent it.
        NotSignedInError: no session, or one of another kind, or the route declares nothing.
    """
    parts: WebParts = connection.app.state.parts
    if from_foreign_page(connection.scope, parts.settings.web_origin):
        raise ForeignOriginError("the request came from a page of another site")
    declared = handler.opt.get("auth")
    if declared == "device":
        return
    if declared in ("public", "signature") and connection.scope["path"].startswith(_WITHOUT_A_FACE):
        return
    session = await session_of(connection)
    if declared in ("public", "signature"):
        connection.state.session = session
        return
    if session is None or not _fits(session, declared):
        raise NotSignedInError("sign in first")
    connection.state.session = session


async def session_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Session | None:
    """Return the live session that the connection's cookie names, if any."""
    cookie = connection.cookies.get(COOKIE)
    if not cookie or len(cookie) > 64:
        return None
    parts: WebParts = connection.app.state.parts
    return await parts.store.session(digest(cookie.encode("ascii", "replace")), parts.clock.now())


def own_session(connection: ASGIConnection[Any, Any, Any, Any]) -> Session:
    """Return the session that `authorise` admitted."""
    session: Session = connection.state.session
    return session


def _fits(session: Session, declared: object) -> bool:
    if declared == "session":
        return True
    if declared == "subject":
        return session.kind == "subject"
    return declared == "officer" and session.kind != "subject"
