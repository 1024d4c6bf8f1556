"""Tokens: taken after the person's answer, looked at, given back. A person's tokens are the keyholder's, each time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, post

from breakseal.kernel.errors import FormatError, UnavailableError
from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.keyholder.location.messages import AskToken, DropToken, TakeToken, TokenGiven, TokenState
from breakseal.keyholder.protocol import Done
from breakseal.programmes.location import asks, fields
from breakseal.programmes.location.errors import ScopeError
from breakseal.web import guards
from breakseal.web.location import memory, paths, tokenproof
from breakseal.web.location.bodies import MAX_BODY, form_body
from breakseal.web.location.credentials import Assertion, assertion_of, token_hash
from breakseal.web.location.desk import Desk, desk_of
from breakseal.web.location.errors import OauthError
from breakseal.web.location.memory import Slip
from breakseal.web.location.messages import Introspected, Out, TokenOut
from breakseal.web.location.metadata import CIBA, CODE, MACHINE, REFRESH
from breakseal.web.location.replies import as_oauth

ASK_SIZE = 16
MAX_TOKEN = 128
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636 section 4.1."""


def _json(value: Out) -> Response[Any]:
    return Response(msgspec.json.encode(value), status_code=200, media_type="application/json")


@post(paths.TOKEN, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def token(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give a token: for what a person agreed to, or one that opens nothing personal."""
    desk = desk_of(request)
    form = await form_body(request)
    grant = form.get("grant_type", "")
    if grant not in _GRANTS:
        code = "unsupported_grant_type" if grant else "invalid_request"
        raise OauthError(code, f"the grant types are {', '.join(_GRANTS)}")
    assertion = assertion_of(form)
    tokenproof.check(request, assertion.client, desk.issuer + paths.TOKEN, desk.clock.now())
    return _json(await _GRANTS[grant](desk, form, assertion))


async def _asked(desk: Desk, form: Mapping[str, str], assertion: Assertion) -> TokenOut:
    """Give a token for what a person agreed to by text (CIBA)."""
    ask, now = _ask_of(form), desk.clock.now()
    if desk.memory.too_soon(ask):
        raise OauthError("slow_down", f"wait {memory.INTERVAL} seconds between two polls")
    try:
        with as_oauth():
            given = await desk.keyholder.ask(TakeToken(ask=ask, assertion=assertion.jwt), TokenGiven)
    except OauthError as error:
        if error.code == "authorization_pending":
            desk.memory.polled(ask, now)
        raise
    return _given(desk, assertion, given, ask)


async def _coded(desk: Desk, form: Mapping[str, str], assertion: Assertion) -> TokenOut:
    """Give a token for a code (RFC 6749 section 4.1.3), once; its secret is the keyholder's to compare."""
    text, verifier = form.get("code", ""), _verifier(form.get("code_verifier", ""))
    code = desk.visits.take(text, assertion.client, form.get("redirect_uri", ""))
    if code is None:
        await _replayed(desk, text, assertion)
        raise OauthError("invalid_grant", "there is no such code of this client and address")
    try:
        given = await _taken(desk, code.consent, verifier, assertion)
    except (OauthError, UnavailableError) as error:
        # Whoever came is not the client, or nobody could judge it: the code stays the client's.
        if isinstance(error, UnavailableError) or error.code == "invalid_client":
            desk.visits.put_back(text, code)
        raise
    if given.handle != code.handle:
        raise OauthError("invalid_grant", "somebody else agreed than came back")
    out = _given(desk, assertion, given, code.consent, nonce=code.visit.nonce)
    desk.visits.spend(text, code, token_hash(out.access_token))
    return msgspec.structs.replace(out, refresh_token=f"{b64(code.consent)}.{verifier}")


async def _replayed(desk: Desk, text: str, assertion: Assertion) -> None:
    """Take back what was given for a code that comes a second time (RFC 6749 section 4.1.2)."""
    token = desk.visits.token_of(text, assertion.client)
    if token is not None:
        with as_oauth():
            await desk.keyholder.ask(DropToken(token=token, assertion=assertion.jwt), Done)
        desk.memory.slips.drop(token)


async def _again(desk: Desk, form: Mapping[str, str], assertion: Assertion) -> TokenOut:
    """Give another token while the consent lasts: the refresh token is its name and the visit's secret."""
    name, _, verifier = form.get("refresh_token", "").partition(".")
    try:
        consent = unb64(name, ASK_SIZE)
    except FormatError as error:
        raise OauthError("invalid_grant", "refresh_token is missing or not one of ours") from error
    return _given(desk, assertion, await _taken(desk, consent, _verifier(verifier), assertion), consent)


def _verifier(text: str) -> str:
    if not _VERIFIER.fullmatch(text):
        raise OauthError("invalid_grant", "the code_verifier is missing or not of its form")
    return text


async def _taken(desk: Desk, consent: bytes, verifier: str, assertion: Assertion) -> TokenGiven:
    question = TakeToken(ask=consent, assertion=assertion.jwt, verifier=verifier.encode("ascii"))
    try:
        with as_oauth():
            return await desk.keyholder.ask(question, TokenGiven)
    except OauthError as error:
        if error.code in ("authorization_pending", "access_denied", "expired_token"):
            raise OauthError("invalid_grant", "nobody agrees to this now") from error
        raise


def _given(desk: Desk, assertion: Assertion, given: TokenGiven, ask: bytes, nonce: str = "") -> TokenOut:
    now = desk.clock.now()
    scopes = (*fields.scopes_for(given.precision, once=given.once), fields.STATUS)
    text = b64(given.token)
    slip = Slip(assertion.client, scopes, given.expires, personal=True, purpose=given.purpose)
    desk.memory.slips.put(token_hash(text), slip, given.expires)
    purpose = fields.PURPOSE_PREFIX + given.purpose.removeprefix(fields.PURPOSE_PREFIX)
    return TokenOut(
        access_token=text,
        token_type="DPoP",  # noqa: S106 # a kind of token
        expires_in=max(given.expires - now, 1),
        scope=" ".join((fields.OPENID, purpose, *scopes)),
        id_token=desk.id_tokens.issue(assertion.client, ask, now, given.expires, nonce),
    )


async def _machine(desk: Desk, form: Mapping[str, str], assertion: Assertion) -> TokenOut:
    try:
        scopes = asks.read_machine_scope(form.get("scope", ""))
    except ScopeError as error:
        raise OauthError("invalid_scope", str(error)) from error
    text = b64(desk.entropy.token(32))
    await _state(desk, text, assertion)
    until = desk.clock.now() + memory.MACHINE_SECONDS
    slip = Slip(assertion.client, scopes, until, personal=False)
    desk.memory.slips.put(token_hash(text), slip, until)
    return TokenOut(
        access_token=text,
        token_type="Bearer",  # noqa: S106 # a kind of token
        expires_in=memory.MACHINE_SECONDS,
        scope=" ".join(scopes),
    )


_GRANTS = {CODE: _coded, REFRESH: _again, CIBA: _asked, MACHINE: _machine}


@post(paths.INTROSPECT, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def introspect(request: Request[Any, Any, Any]) -> Response[Any]:
    """Tell a client about its own token; of any other it learns that it is not active."""
    desk = desk_of(request)
    form = await form_body(request)
    assertion, text = assertion_of(form), _token_of(form)
    state = await _state(desk, text, assertion)
    slip = desk.memory.slips.get(token_hash(text))
    if slip and not slip.personal and slip.client == assertion.client:
        return _json(
            Introspected(
                active=True,
                client_id=slip.client,
                exp=slip.expires,
                iss=desk.issuer,
                scope=" ".join(slip.scopes),
                token_type="Bearer",  # noqa: S106 # a kind of token
            )
        )
    if not state.active:
        return _json(Introspected(active=False))
    scope = fields.PURPOSE_PREFIX + state.purpose.removeprefix(fields.PURPOSE_PREFIX)
    scopes = slip.scopes if slip else ()
    return _json(
        Introspected(
            active=True,
            client_id=state.client,
            exp=state.expires,
            iss=desk.issuer,
            scope=" ".join((scope, *scopes)),
            token_type="DPoP",  # noqa: S106 # a kind of token
        )
    )


@post(paths.REVOKE, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def revoke(request: Request[Any, Any, Any]) -> Response[Any]:
    """Take a client's own token back; unknown ones are answered alike (RFC 7009 section 2.2)."""
    desk = desk_of(request)
    form = await form_body(request)
    assertion, text = assertion_of(form), _token_of(form)
    name = token_hash(text)
    with as_oauth():
        await desk.keyholder.ask(DropToken(token=name, assertion=assertion.jwt), Done)
    slip = desk.memory.slips.get(name)
    if slip and slip.client == assertion.client:
        desk.memory.slips.drop(name)
    return Response(b"", status_code=200, media_type="application/json")


async def _state(desk: Desk, text: str, assertion: Assertion) -> TokenState:
    """Return what the keyholder says of a token; it verifies the assertion, and that is all that some ask for."""
    with as_oauth():
        return await desk.keyholder.ask(AskToken(token=token_hash(text), assertion=assertion.jwt), TokenState)


def _ask_of(form: Mapping[str, str]) -> bytes:
    try:
        return unb64(form.get("auth_req_id", ""), ASK_SIZE)
    except FormatError as error:
        raise OauthError("invalid_grant", "auth_req_id is missing or not one of ours") from error


def _token_of(form: Mapping[str, str]) -> str:
    text = form.get("token", "")
    if not text:
        raise OauthError("invalid_request", "the parameter token is missing")
    # A longer one is none of ours: it is asked for under a name that nothing has.
    return text if len(text) <= MAX_TOKEN else b64(digest(text.encode()))
