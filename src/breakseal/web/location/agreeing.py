"""The page on which a person reads what a client wants, and the way back to the client once they signed at the door.

The page is a shell: who is signed in, which phones there are and whether one was told, the browser asks the keyholder.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import JSONBody

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.canonical import unb64
from breakseal.keyholder.protocol import Facts
from breakseal.web import facts, guards, i18n
from breakseal.web.location import paths, redirects
from breakseal.web.location.desk import desk_of
from breakseal.web.location.messages import AgreedIn, AgreedOut
from breakseal.web.location.visits import Visit
from breakseal.web.pages import page

CONSENT_SIZE = 16
_KNOWN = frozenset({"client_id", "request_uri", "lang"})


@get(paths.AUTHORIZE, opt=guards.PUBLIC, include_in_schema=False)
async def authorize(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Show who asks, for whom, for what, how precisely, how often and how long; "No" goes straight back."""
    desk, asked = desk_of(request), _asked(request)
    visit = desk.visits.find(asked.get("request_uri", ""))
    if visit is None or visit.client != asked.get("client_id"):
        return page(request, "resident/agree_over.html", status=400, other=_other(request, asked))
    named = _named(await facts.current(request), visit.client)
    if named is None:
        return page(request, "resident/agree_over.html", status=400, other=_other(request, asked))
    here = f"{paths.AUTHORIZE}?{urlencode({'client_id': visit.client, 'request_uri': asked['request_uri']})}"
    back = {
        "no": redirects.answered(visit.redirect_uri, desk.issuer, visit.state, error="access_denied"),
        "later": redirects.answered(
            visit.redirect_uri, desk.issuer, visit.state, error="temporarily_unavailable"
        ),
    }
    return page(
        request, "resident/agree.html",
        data=_data(visit, asked, here), messages=("agree", "signin"), other=_other(request, asked),
        requester=named[0], recipient=named[1], wanted=visit.wanted, back=back, here=here,
    )  # fmt: skip


@post(paths.AGREED, opt=guards.SUBJECT, status_code=200, summary="Go back to a client with a code")
async def agreed(request: Request[Any, Any, Any], data: JSONBody[AgreedIn]) -> AgreedOut:
    """End the visit of the person who is signed in with a code; whether they agreed is the keyholder's word."""
    desk, session = desk_of(request), guards.own_session(request)
    granted = desk.visits.grant(data.request, session.handle, unb64(data.consent, CONSENT_SIZE))
    if granted is None:
        raise RefusedError("this request is over: go back to the company", reason="request-over")
    visit, code = granted
    return AgreedOut(to=redirects.answered(visit.redirect_uri, desk.issuer, visit.state, code=code))


def _asked(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the parameters, each sent once; everything else was pushed, and what stands here is not looked at."""
    pairs = list(request.query_params.multi_items())
    return {name: value for name, value in pairs if name in _KNOWN} if len(dict(pairs)) == len(pairs) else {}


def _other(request: Request[Any, Any, Any], asked: dict[str, str]) -> dict[str, str]:
    lang = "es" if i18n.choose(request).language == "en" else "en"
    return {"href": f"{paths.AUTHORIZE}?{urlencode(asked | {'lang': lang})}", "lang": lang}


def _named(known: Facts, client: str) -> tuple[str, str] | None:
    """Return requester and end recipient as the register names them."""
    found = (
        (one.name, named.name)
        for one in known.organisations
        for named in one.clients
        if named.key.id == client
    )
    return next(found, None)


def _data(visit: Visit, asked: dict[str, str], here: str) -> dict[str, Any]:
    wanted = visit.wanted
    return {
        "request": asked["request_uri"], "here": here, "client": visit.client, "challenge": visit.challenge,
        "purpose": wanted.purpose, "precision": wanted.precision, "rate": wanted.rate, "days": wanted.days,
    }  # fmt: skip
