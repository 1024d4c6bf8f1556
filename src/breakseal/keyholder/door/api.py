"""The door's few machine questions: JSON from the door's own pages only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from breakseal.kernel.errors import FormatError, RefusedError, RequestError
from breakseal.kernel.model.canonical import Number, b64, unb64
from breakseal.kernel.ports import Clock
from breakseal.keyholder import protocol
from breakseal.keyholder.door import handover, web
from breakseal.keyholder.door.facts import FactsCache, Keyholder
from breakseal.keyholder.door.web import Answer, Receive, Scope

MAX_BODY = 192 * 1024
MAX_STATEMENTS = 8

T = TypeVar("T")


class DemoPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Someone of the demo town whose key any browser may take: `pkcs8` is a P-256 private key (DER, base64url)."""

    id: str
    name: str
    role: str
    pkcs8: str


class _Submission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    statements: tuple[str, ...]


class _Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    statement: str
    first: Number = 1


class _Offer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    envelope: str


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str


Handler = Callable[[bytes], Awaitable[Answer]]


class Api:
    """Answers `/api/...`; whatever is signed goes to the keyholder, which decides."""

    def __init__(
        self, keyholder: Keyholder, facts: FactsCache, clock: Clock, people: tuple[DemoPerson, ...]
    ) -> None:
        self._keyholder = keyholder
        self._facts = facts
        self._handovers = handover.Handovers(clock)
        self._people = people
        self._asked: dict[str, Callable[[], Awaitable[Answer]]] = {
            "/api/facts": self._tell_facts,
            "/api/demo": self._tell_people,
        }
        self._told: dict[str, Handler] = {
            "/api/submit": self._submit,
            "/api/read": self._read,
            "/api/handover/leave": self._leave,
            "/api/handover/fetch": self._fetch,
        }

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one request.

        Raises:
            BreaksealError: as the keyholder or the checks of the request say.
        """
        path, method = scope["path"], scope["method"]
        if path in self._asked:
            _check_method(method, "GET")
            return await self._asked[path]()
        if path not in self._told:
            raise RequestError("no such question", reason="not-found")
        _check_method(method, "POST")
        await self._check_page(scope)
        return await self._told[path](await web.read_body(receive, MAX_BODY))

    async def _check_page(self, scope: Scope) -> None:
        """Refuse what no page of this very origin sent.

        SAFETY: the passkey's own client data bind the origin anyway; this keeps other pages from using the door at all.
        """
        facts = await self._facts.get()
        fetched = web.header(scope, b"sec-fetch-site")
        if web.header(scope, b"origin") != facts.origin or fetched not in ("", "same-origin"):
            raise RefusedError("only the door's own pages may ask this", reason="other-origin")
        kind, _, rest = web.header(scope, b"content-type").partition(";")
        if kind.strip() != web.JSON or rest.strip().lower() not in ("", "charset=utf-8"):
            raise RequestError("send application/json", reason="wrong-content-type")

    async def _tell_facts(self) -> Answer:
        return web.json_answer(await self._facts.get())

    async def _tell_people(self) -> Answer:
        facts = await self._facts.get()
        if not facts.demo:
            raise RequestError("no such question", reason="not-found")
        return web.json_answer({"people": self._people})

    async def _submit(self, body: bytes) -> Answer:
        asked = _parse(body, _Submission)
        if not 1 <= len(asked.statements) <= MAX_STATEMENTS:
            raise RequestError(f"hand in 1 to {MAX_STATEMENTS} statements")
        message = protocol.Submit(statements=tuple(unb64(each) for each in asked.statements))
        done = await self._keyholder.ask(message, protocol.Submitted)
        leaves = [b64(leaf) for leaf in done.leaves]
        return web.json_answer({"handle": done.handle, "leaves": leaves, "permit": b64(done.permit)})

    async def _read(self, body: bytes) -> Answer:
        asked = _parse(body, _Reading)
        message = protocol.Read(statement=unb64(asked.statement), first=asked.first)
        answer = await self._keyholder.ask(message, protocol.Sealed)
        return web.json_answer({"sealed": b64(answer.sealed)})

    async def _leave(self, body: bytes) -> Answer:
        envelope = unb64(_parse(body, _Offer).envelope)
        party = (await self._facts.get()).party()
        code = await asyncio.to_thread(handover.read_offer, envelope, party)
        self._handovers.leave(code, envelope)
        return web.json_answer({"code": code})

    async def _fetch(self, body: bytes) -> Answer:
        return web.json_answer({"envelope": b64(self._handovers.fetch(_parse(body, _Code).code))})


def _check_method(method: str, wanted: str) -> None:
    if method != wanted:
        raise RequestError(f"{wanted} only", reason="wrong-method")


def _parse(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind, strict=True)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FormatError("the question is not in the form that it should have") from error
