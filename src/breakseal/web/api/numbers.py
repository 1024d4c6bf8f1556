"""Proving that a phone is one's own: the claim goes to the keyholder, its permit to the courier, the code back."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, post
from litestar.params import JSONBody

from breakseal.courier.protocol import AnswerCode, Attested, StartClaim, Started
from breakseal.kernel.errors import RequestError
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.statements import ClaimNumber
from breakseal.keyholder.protocol import Submit, Submitted
from breakseal.web import guards
from breakseal.web.api.messages import ClaimIn, ClaimOut, CodeIn, SubmitOut
from breakseal.web.asking import ask
from breakseal.web.parts import WebParts

MAX_CODE = 12


@post("/numbers/start", opt=guards.SUBJECT, status_code=200, summary="Claim a phone; a code is sent to it")
async def start(request: Request[Any, Any, Any], data: JSONBody[ClaimIn]) -> ClaimOut:
    """Have the keyholder permit one code, and the courier send it."""
    parts: WebParts = request.app.state.parts
    claim = unb64(data.claim)
    _, statement = signed.read(claim)
    if not isinstance(statement, ClaimNumber):
        raise RequestError("another statement belongs here", reason="wrong-statement")
    permitted = await ask(request, Submit(statements=(claim,)), Submitted)
    question = StartClaim(claim=claim, permit=permitted.permit, language=data.language)
    started = await parts.courier.ask(question, Started)
    return ClaimOut(state=started.state)


@post("/numbers/code", opt=guards.SUBJECT, status_code=200, summary="Answer with the code")
async def code(request: Request[Any, Any, Any], data: JSONBody[CodeIn]) -> SubmitOut:
    """Have the courier compare the code and attest, and the keyholder take the attestation."""
    parts: WebParts = request.app.state.parts
    typed = "".join(character for character in data.code if character.isdigit())
    if not typed or len(data.code) > MAX_CODE:
        raise RequestError("type the digits of the code", reason="wrong-code")
    attested = await parts.courier.ask(AnswerCode(claim=unb64(data.claim, 32), code=typed), Attested)
    done = await parts.keyholder.ask(Submit(statements=(attested.statement,)), Submitted)
    return SubmitOut(handle=done.handle, leaves=tuple(b64(leaf) for leaf in done.leaves))


ROUTES = Router(path="/", route_handlers=[start, code])
