"""Asking a person (CIBA, poll): the number goes sealed through here, and nothing says whether anybody has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from litestar import Request, Response, post

from breakseal.courier.location.messages import StartConsent
from breakseal.courier.protocol import Started
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.location import ask_info
from breakseal.kernel.seal import hpke
from breakseal.keyholder.location.messages import AskConsent, ConsentAsked
from breakseal.programmes.location import asks
from breakseal.programmes.location.errors import HintError, ScopeError
from breakseal.web import guards
from breakseal.web.location import memory, paths
from breakseal.web.location.bodies import MAX_BODY, form_body
from breakseal.web.location.credentials import Assertion, assertion_of
from breakseal.web.location.desk import Desk, courier_point, desk_of
from breakseal.web.location.errors import OauthError
from breakseal.web.location.messages import Asked
from breakseal.web.location.replies import as_oauth

_OTHER_HINTS = ("id_token_hint", "login_hint_token", "request", "request_uri")


@post(paths.ASK, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def ask(request: Request[Any, Any, Any]) -> Response[Any]:
    """Have a person asked; `binding_message` and `user_code` are ignored (ICM), and so is every word not known."""
    desk = desk_of(request)
    form = await form_body(request)
    assertion = assertion_of(form)
    wanted, number = _wanted(form), _number(form)
    point = await courier_point(request)
    sealed = hpke.seal_to(point, number.encode("ascii"), ask_info(assertion.client))
    asked = await _asked(desk, assertion, wanted, b64(sealed))
    with as_oauth(asking=True):
        await desk.courier.ask(StartConsent(permit=asked.permit, language=_language(form)), Started)
    answer = Asked(
        auth_req_id=b64(asked.ask),
        expires_in=max(asked.expires - desk.clock.now(), 1),
        interval=memory.INTERVAL,
    )
    return Response(msgspec.json.encode(answer), status_code=200, media_type="application/json")


async def _asked(desk: Desk, assertion: Assertion, wanted: asks.Wanted, number: str) -> ConsentAsked:
    question = AskConsent(
        assertion=assertion.jwt,
        number=number,
        purpose=wanted.purpose,
        precision=wanted.precision,
        lasting=wanted.lasting,
        rate=wanted.rate,
    )
    with as_oauth(asking=True):
        return await desk.keyholder.ask(question, ConsentAsked)


def _wanted(form: Mapping[str, str]) -> asks.Wanted:
    if "scope" not in form:
        raise OauthError("invalid_request", "the parameter scope is missing")
    try:
        return asks.read_scope(form["scope"])
    except ScopeError as error:
        raise OauthError("invalid_scope", str(error)) from error


def _number(form: Mapping[str, str]) -> str:
    if "login_hint" not in form or any(name in form for name in _OTHER_HINTS):
        raise OauthError("invalid_request", "name the person by login_hint, and by nothing else")
    try:
        return asks.read_hint(form["login_hint"])
    except HintError as error:
        raise OauthError("unknown_user_id", str(error)) from error


def _language(form: Mapping[str, str]) -> Literal["en", "es"]:
    """Return the first language of `ui_locales` that there are words in."""
    for tag in form.get("ui_locales", "").lower().split():
        language = tag.partition("-")[0]
        if language == "es":
            return "es"
        if language == "en":
            return "en"
    return "en"
