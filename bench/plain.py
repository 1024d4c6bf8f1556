"""What an opening is compared with: the same kind of signed request verified, one indexed row read, nothing sealed.

Same framework, same guard on the same cookie, same messages; no keyholder, log or sealing. `python -m bench.plain
STORE PORT KEY` (KEY: the requester's public key, JSON).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, post

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.model.statements import Request as RequestStatement
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web import guards, security
from breakseal.web.api.messages import DiscloseIn, DiscloseOut
from breakseal.web.parts import WebParts, WebSettings

PARTY = RelyingParty("localhost", "http://localhost")


@post("/plain", opt=guards.SESSION, status_code=200)
async def plain(request: Request[Any, Any, Any], data: DiscloseIn) -> DiscloseOut:
    """Verify the request's signature and read one row."""
    outer, statement = signed.read(canonical.unb64(data.request))
    assert isinstance(statement, RequestStatement)
    signed.verify(outer, lambda _: request.app.state.key, PARTY)
    parts: WebParts = request.app.state.parts
    stored = await parts.store.records(request.app.state.handle, ("emergency.medical",))
    records = {record.category: canonical.b64(record.ciphertext) for record in stored}
    return DiscloseOut(leaf="", sealed="", until=0, records=records, pending={})


def main() -> None:
    store, port, key, handle = sys.argv[1:5]
    settings = WebSettings(web_origin=f"http://localhost:{port}", door_origin="http://localhost", demo=True)
    parts = WebParts(
        keyholder=None, courier=None, store=SqliteMainStore(Path(store)), clock=SystemClock(),
        entropy=SystemEntropy(), settings=settings,
    )  # type: ignore[arg-type] # fmt: skip
    app = Litestar(
        route_handlers=[plain], guards=[guards.authorise],
        before_send=[security.dresser(settings)], openapi_config=None, logging_config=None,
    )  # fmt: skip
    app.state.parts, app.state.handle = parts, handle
    app.state.key = msgspec.json.decode(key, type=PublicKey)
    uvicorn.run(
        app,
        host="localhost",
        port=int(port),
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        ws="none",
    )


if __name__ == "__main__":
    main()
