"""Signed statements on their way to the keyholder, and what it seals in answer. It decides; this only carries."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, get, post
from litestar.params import FromPath, JSONBody

from breakseal.kernel.errors import RequestError
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.location import PauseLocation, WithdrawConsent
from breakseal.kernel.model.statements import (
    Channels,
    Freeze,
    Keep,
    ReadDesk,
    ReadTrail,
    WithdrawGrant,
    WithdrawNumber,
)
from breakseal.keyholder.protocol import Prove, Proved, Read, Sealed, Submit, Submitted
from breakseal.web import facts as public_facts
from breakseal.web import guards
from breakseal.web.api.messages import PageIn, ProofOut, SealedOut, StatementIn, SubmitIn, SubmitOut
from breakseal.web.asking import ask
from breakseal.web.facts import BrowserFacts
from breakseal.web.parts import WebParts

MAX_STATEMENTS = 8
CARRIED = (WithdrawNumber, WithdrawGrant, Freeze, Channels, Keep, WithdrawConsent, PauseLocation)
"""What a session key may sign for a person; everything else is signed at the door and goes there."""


@get("/facts", opt=guards.PUBLIC, summary="What is public about the keyholder")
async def facts(request: Request[Any, Any, Any]) -> BrowserFacts:
    """Return what the browser's modules need to seal and to check."""
    known = await public_facts.current(request)
    settings = request.app.state.parts.settings
    root = public_facts.root_of(known)
    named = (one for one in root.keyholders if known.keyholder in (one.id, one.sign.id))
    holder = next(named, root.keyholders[0])
    return BrowserFacts(
        door=settings.door_origin,
        root=b64(known.root),
        ingest=b64(known.ingest),
        ingestKey=public_facts.ingest_point(known),
        courier=b64(known.courier),
        keyholderKey=holder.sign,
        logVkey=known.log_vkey,
        logOrigin=root.origin,
        webOrigin=settings.web_origin,
        demo=settings.demo,
        policy=known.policy,
        state=known.state,
        set=root.set,
        share=holder.share,
    )


@post("/submit", opt=guards.SESSION, status_code=200, summary="Carry signed statements to the keyholder")
async def submit(request: Request[Any, Any, Any], data: JSONBody[SubmitIn]) -> SubmitOut:
    """Carry what a person's session key signed."""
    if not 1 <= len(data.statements) <= MAX_STATEMENTS:
        raise RequestError(f"send 1 to {MAX_STATEMENTS} statements")
    envelopes = tuple(unb64(text) for text in data.statements)
    for envelope in envelopes:
        _, statement = signed.read(envelope)
        if not isinstance(statement, CARRIED):
            raise RequestError("this statement is signed at the door", reason="wrong-statement")
    done = await ask(request, Submit(statements=envelopes), Submitted)
    return SubmitOut(handle=done.handle, leaves=tuple(b64(leaf) for leaf in done.leaves))


@post("/trail", opt=guards.SUBJECT, status_code=200, summary="One's own list of entries, sealed")
async def trail(request: Request[Any, Any, Any], data: JSONBody[PageIn]) -> SealedOut:
    """Fetch a page of the trail that a `ReadTrail` statement asks for."""
    return await _read(request, data, ReadTrail, data.first)


@post("/desk", opt=guards.SESSION, status_code=200, summary="The list that one's role has, sealed")
async def desk(request: Request[Any, Any, Any], data: JSONBody[StatementIn]) -> SealedOut:
    """Fetch the list that a `ReadDesk` statement asks for."""
    return await _read(request, data, ReadDesk)


@get("/proofs/{leaf:str}", opt=guards.SESSION, summary="The log's proof of one entry")
async def proof(request: Request[Any, Any, Any], leaf: FromPath[str]) -> ProofOut:
    """Return the entry with this hash (base64url) and its proof."""
    proved = await _parts(request).keyholder.ask(Prove(leaf=unb64(leaf, 32)), Proved)
    return ProofOut(leaf=b64(proved.leaf), proof=proved.proof.decode("utf-8"))


async def _read(
    request: Request[Any, Any, Any], data: StatementIn, kind: type[Any], first: int = 1
) -> SealedOut:
    envelope = unb64(data.statement)
    _, statement = signed.read(envelope)
    if not isinstance(statement, kind):
        raise RequestError("another statement belongs here", reason="wrong-statement")
    answer = await ask(request, Read(statement=envelope, first=first), Sealed)
    return SealedOut(sealed=b64(answer.sealed))


def _parts(request: Request[Any, Any, Any]) -> WebParts:
    parts: WebParts = request.app.state.parts
    return parts


ROUTES = Router(path="/", route_handlers=[facts, submit, trail, desk, proof])
