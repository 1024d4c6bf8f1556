"""A client pushes what it wants a person to agree to (RFC 9126) before the person's browser comes.

Because the client authenticates here, the address to go back to is its own and needs no register (section 2.4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, post

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model.canonical import unb64
from breakseal.keyholder.location.messages import AskToken, TokenState
from breakseal.programmes.location import asks
from breakseal.programmes.location.errors import ScopeError
from breakseal.web import guards
from breakseal.web.location import paths, redirects
from breakseal.web.location.bodies import MAX_BODY, form_body
from breakseal.web.location.credentials import Assertion, assertion_of
from breakseal.web.location.desk import Desk, desk_of
from breakseal.web.location.errors import OauthError
from breakseal.web.location.messages import Pushed
from breakseal.web.location.replies import as_oauth
from breakseal.web.location.visits import PUSHED_SECONDS, Visit

_WORD = re.compile(r"[\x21-\x7e]{0,512}")
"""A state or nonce: visible ASCII (RFC 6749 appendix A.5)."""
_NOT_TAKEN = ("request", "request_uri", "id_token_hint", "claims")


@post(paths.PUSH, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def push(request: Request[Any, Any, Any]) -> Response[Any]:
    """Keep a request for ten minutes, once the keyholder knows its client."""
    desk = desk_of(request)
    form = await form_body(request)
    assertion = assertion_of(form)
    visit = _visit(desk, form, assertion.client)
    await _known(desk, assertion)
    answer = Pushed(request_uri=desk.visits.push(visit), expires_in=PUSHED_SECONDS)
    return Response(msgspec.json.encode(answer), status_code=201, media_type="application/json")


def _visit(desk: Desk, form: Mapping[str, str], client: str) -> Visit:
    if form.get("client_id") != client or any(name in form for name in _NOT_TAKEN):
        raise OauthError(
            "invalid_request", "name the client by client_id, and the request by plain parameters"
        )
    if form.get("response_type") != "code" or form.get("response_mode", "query") != "query":
        raise OauthError("unsupported_response_type", "the response_type is code, in the query")
    if "none" in form.get("prompt", "").split():
        raise OauthError("invalid_request", "nobody agrees without being asked")
    address = form.get("redirect_uri", "")
    if not redirects.is_fit(address, demo=desk.demo):
        raise OauthError("invalid_request", "redirect_uri is an https address without a fragment")
    return Visit(
        client=client,
        redirect_uri=address,
        state=_word(form, "state"),
        nonce=_word(form, "nonce"),
        challenge=_challenge(form),
        wanted=_wanted(form),
        expires=desk.clock.now() + PUSHED_SECONDS,
    )


def _word(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not _WORD.fullmatch(value):
        raise OauthError("invalid_request", f"{name} is at most 512 visible characters")
    return value


def _challenge(form: Mapping[str, str]) -> str:
    try:
        unb64(form.get("code_challenge", ""), 32)
    except FormatError as error:
        raise OauthError("invalid_request", "code_challenge is missing or not of S256") from error
    if form.get("code_challenge_method") != "S256":
        raise OauthError("invalid_request", "the code_challenge_method is S256")
    return form["code_challenge"]


def _wanted(form: Mapping[str, str]) -> asks.WantedByKey:
    try:
        return asks.read_key_scope(form.get("scope", ""))
    except ScopeError as error:
        raise OauthError("invalid_scope", str(error)) from error


async def _known(desk: Desk, assertion: Assertion) -> None:
    """Have the keyholder verify the assertion, and use it up; the token that is asked about is nobody's."""
    with as_oauth():
        await desk.keyholder.ask(AskToken(token=desk.entropy.token(32), assertion=assertion.jwt), TokenState)
