"""The hot route: carry a request to the keyholder, add the ciphertexts of the record that it names."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, post
from litestar.params import JSONBody

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.statements import Request as RequestStatement
from breakseal.keyholder.protocol import Disclose, Disclosed
from breakseal.web import guards
from breakseal.web.api.messages import DiscloseIn, DiscloseOut
from breakseal.web.asking import ask
from breakseal.web.parts import WebParts
from breakseal.web.ports import SealedRecord


@post("/disclose", opt=guards.SESSION, status_code=200, summary="Have a record opened to the requester")
async def disclose(request: Request[Any, Any, Any], data: JSONBody[DiscloseIn]) -> DiscloseOut:
    """Ask the keyholder; a hit and a miss differ in nothing but the ciphertexts."""
    parts: WebParts = request.app.state.parts
    envelope = canonical.unb64(data.request)
    categories = _categories(envelope)
    basis = canonical.unb64(data.basis) if data.basis else b""
    question = Disclose(request=envelope, basis=basis)
    # With a basis the unknown key may be the callgate's: that ends nobody's session.
    asking = parts.keyholder.ask(question, Disclosed) if basis else ask(request, question, Disclosed)
    opened = await asking
    stored = await parts.store.records(opened.handle, categories) if opened.handle else []
    return DiscloseOut(
        leaf=canonical.b64(opened.leaf),
        sealed=canonical.b64(opened.sealed),
        until=opened.until,
        records=_texts(stored, pending=False),
        pending=_texts(stored, pending=True),
    )


def _categories(envelope: bytes) -> tuple[str, ...]:
    payload = canonical.decode(envelope, signed.Signed).payload_bytes()
    statement = canonical.decode(payload, RequestStatement)
    if not statement.categories:
        raise FormatError("the request names no category")
    return statement.categories


def _texts(stored: list[SealedRecord], *, pending: bool) -> dict[str, str]:
    return {
        record.category: canonical.b64(record.ciphertext) for record in stored if record.pending is pending
    }


ROUTES = Router(path="/", route_handlers=[disclose])
