"""What a PDF is that is said to be a court's paper: read in a process of its own, told, and forgotten.

Evidence for a reviewer, never a ground. An investigator gets out of it the order that the court put inside, which is
then handed in at the door as any that a court's key signed. The file is kept nowhere; `breakseal order check` says and
does the same without sending it.
"""

from __future__ import annotations

from asyncio import Semaphore, to_thread
from typing import Any

from litestar import Request, post
from msgspec.structs import replace

from breakseal.papers.apart import MOST_BYTES, read_apart
from breakseal.papers.inside import KnownCourt, carried
from breakseal.papers.verdict import Paper
from breakseal.web import facts, guards
from breakseal.web.api.messages import Wire
from breakseal.web.board.interfaces import officer_of

AT_ONCE = 2
READERS = ("investigator", "legal-reviewer")
"""The roles to which an order's paper may come."""
_MOST_BODY = MOST_BYTES + 1024


class CarriedOut(Wire, frozen=True):
    """The order (a compact JWS) that a court's PDF carries, who its certificate says signed the PDF, and when."""

    order: str
    signer: str
    at: int


@post(
    "/papers/check", opt=guards.OFFICER, status_code=200, summary="Who signed a PDF, and whether it is unchanged",
    request_max_body_size=_MOST_BODY,
)  # fmt: skip
async def check(request: Request[Any, Any, Any]) -> Paper:
    """Take the bytes of a file, return its signatures; whose certificates count the reader knows from the keyholder."""
    officer_of(request, *READERS)
    # A reviewer is to hear docket and number from the court's clerk, and from nobody else.
    return replace(await _read(request), order="")


@post(
    "/papers/order", opt=guards.OFFICER, status_code=200, summary="The order that a court put inside its PDF",
    request_max_body_size=_MOST_BODY,
)  # fmt: skip
async def take_out(request: Request[Any, Any, Any]) -> CarriedOut:
    """Take the bytes of a PDF, return the order inside if one court signed the order and, whole, the PDF."""
    officer_of(request, "investigator")
    known = await facts.current(request)
    courts = {
        one.org: KnownCourt(tuple(named.key for named in one.clients), frozenset(one.certificates))
        for one in known.organisations
        if one.kind == "court"
    }
    found = carried(await _read(request), courts.get)
    return CarriedOut(order=found.text, signer=found.by.name, at=found.by.at)


async def _read(request: Request[Any, Any, Any]) -> Paper:
    state = request.app.state
    if not hasattr(state, "paper_readers"):
        state.paper_readers = Semaphore(AT_ONCE)
    async with state.paper_readers:
        return await to_thread(read_apart, await request.body())
