"""What a PDF is that is said to be a court's paper: read in a process of its own, told, and forgotten.

Evidence for a reviewer, never a ground. The file is kept nowhere; `breakseal order check` says it without sending it.
"""

from __future__ import annotations

from asyncio import Semaphore, to_thread
from typing import Any

from litestar import Request, post

from breakseal.papers.apart import MOST_BYTES, read_apart
from breakseal.papers.verdict import Paper
from breakseal.web import guards
from breakseal.web.board.interfaces import officer_of
from breakseal.web.orders.pages import DESKS

AT_ONCE = 2


@post(
    "/papers/check", opt=guards.OFFICER, status_code=200, summary="Who signed a PDF, and whether it is unchanged",
    request_max_body_size=MOST_BYTES + 1024,
)  # fmt: skip
async def check(request: Request[Any, Any, Any]) -> Paper:
    """Take the bytes of a file, return its signatures; whose certificates count the reader knows from the keyholder."""
    officer_of(request, *DESKS)
    state = request.app.state
    if not hasattr(state, "paper_readers"):
        state.paper_readers = Semaphore(AT_ONCE)
    async with state.paper_readers:
        return await to_thread(read_apart, await request.body())
