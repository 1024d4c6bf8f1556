"""Sealed records: kept here, readable nowhere here."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, get, post, put
from litestar.params import FromPath, JSONBody

from breakseal.kernel.errors import RefusedError, RequestError, UnavailableError
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.statements import WithdrawNumber, Wrap
from breakseal.kernel.model.words import CATEGORIES
from breakseal.keyholder.protocol import Prove, Proved, Submit, Submitted
from breakseal.web import guards
from breakseal.web.api.messages import ForgetIn, Nothing, RecordIn, RecordOut, SettleIn, SubmitOut
from breakseal.web.asking import ask
from breakseal.web.errors import TooLargeError
from breakseal.web.parts import WebParts

DAY = 86_400
MAX_RECORD = 64 * 1024
MAX_PHOTO = 640 * 1024
_LIMITS = {"emergency.photo": MAX_PHOTO}


@put("/records/{category:str}", opt=guards.SUBJECT, summary="Store a new sealed version")
async def put_record(
    request: Request[Any, Any, Any], category: FromPath[str], data: JSONBody[RecordIn]
) -> SubmitOut:
    """Store the ciphertext, hand the wrap to the keyholder, then make the version current.

    The order keeps every crash readable: a version whose key is sealed is durable before the keyholder
    destroys the older key, and a pending one is offered beside the current one until it is settled.
    """
    parts: WebParts = request.app.state.parts
    envelope, ciphertext = unb64(data.wrap), unb64(data.ciphertext)
    wrap = _checked(envelope, ciphertext, category)
    handle = guards.own_session(request).handle
    fresh = await parts.store.stage(handle, category, wrap.version, ciphertext, parts.clock.now())
    try:
        done = await ask(request, Submit(statements=(envelope,)), Submitted)
    except UnavailableError:
        raise  # the keyholder may have taken it: the pending version stays
    except Exception:
        if fresh:  # else an earlier try may have been taken
            await parts.store.unstage(handle, category, wrap.version)
        raise
    if done.handle != handle:
        await parts.store.unstage(handle, category, wrap.version)
        raise RefusedError("the wrap is for another record", reason="not-yours")
    await parts.store.promote(handle, category, wrap.version)
    return SubmitOut(handle=done.handle, leaves=tuple(b64(leaf) for leaf in done.leaves))


@post(
    "/records/{category:str}/settle", opt=guards.SUBJECT, status_code=200, summary="Say which version is true"
)
async def settle(
    request: Request[Any, Any, Any], category: FromPath[str], data: JSONBody[SettleIn]
) -> Nothing:
    """Keep only the version that the keyholder named (0: none); for a storing that was cut short.

    The 0 drops what is pending, and what has been current for more than a day: its key is gone, by erasure or because
    its time was over, and it must not stand in the way of a first version written anew. A younger one may be what
    another device of the same person has just written, and stays.
    """
    parts: WebParts = request.app.state.parts
    handle = guards.own_session(request).handle
    stored = await parts.store.records(handle, (category,))
    if data.version == 0:
        for record in stored:
            await parts.store.unstage(handle, category, record.version)
        lines = await parts.store.record_lines(handle)
        if any(one.category == category and one.updated < parts.clock.now() - DAY for one in lines):
            await parts.store.forget(handle, (category,))
    elif data.version in {record.version for record in stored}:
        await parts.store.promote(handle, category, data.version)
    return Nothing()


@get("/records", opt=guards.SUBJECT, summary="What is stored of one's own record")
async def list_records(request: Request[Any, Any, Any]) -> list[RecordOut]:
    """Return category, version and time of each current version."""
    parts: WebParts = request.app.state.parts
    lines = await parts.store.record_lines(guards.own_session(request).handle)
    return [RecordOut(category=line.category, version=line.version, updated=line.updated) for line in lines]


@post("/forget", opt=guards.SUBJECT, status_code=200, summary="Drop ciphertexts whose keys were erased")
async def forget(request: Request[Any, Any, Any], data: JSONBody[ForgetIn]) -> Nothing:
    """Drop all ciphertexts of the session's own record, once the keyholder itself calls that record erased.

    The leaf is public, so anybody could name one: it only says that there was an erasure. What proves whose
    is the refusal of a statement that the session's key signed.
    """
    parts: WebParts = request.app.state.parts
    session = guards.own_session(request)
    proved = await parts.keyholder.ask(Prove(leaf=unb64(data.leaf, 32)), Proved)
    if read_leaf(proved.leaf).type != "erase":
        raise RequestError("this entry is no erasure", reason="wrong-statement")
    envelope = unb64(data.statement)
    _check_probe(envelope, session.key)
    if not await _erased(request, envelope):
        raise RefusedError("the keyholder still holds the keys of this record", reason="not-erased")
    await parts.store.forget(session.handle, ())
    return Nothing()


def _check_probe(envelope: bytes, key: str) -> None:
    """Check that `envelope` is a withdrawal of no phone by `key` alone: harmless where the record lives."""
    outer, statement = signed.read(envelope)
    if not isinstance(statement, WithdrawNumber) or statement.number:
        raise RequestError("another statement belongs here", reason="wrong-statement")
    if [signature.key for signature in outer.signatures] != [key]:
        raise RefusedError("this session's own key must sign", reason="not-yours")


async def _erased(request: Request[Any, Any, Any], envelope: bytes) -> bool:
    try:
        await ask(request, Submit(statements=(envelope,)), Submitted)
    except RefusedError as error:
        return error.reason == "erased"
    return False


def _checked(envelope: bytes, ciphertext: bytes, category: str) -> Wrap:
    _, wrap = signed.read(envelope)
    if not isinstance(wrap, Wrap) or wrap.category != category or category not in CATEGORIES:
        raise RequestError("the wrap is for another category", reason="wrong-statement")
    if len(ciphertext) > _LIMITS.get(category, MAX_RECORD):
        raise TooLargeError("the sealed record is too long")
    if wrap.sha256 != b64(digest(ciphertext)):
        raise RequestError("the wrap names another ciphertext", reason="wrong-statement")
    return wrap


ROUTES = Router(
    path="/", route_handlers=[put_record, settle, list_records, forget], request_max_body_size=1_200_000
)
