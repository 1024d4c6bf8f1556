"""What the interfaces of clients share: the neighbours, the memory of the last minutes, the key of ID tokens."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection

from breakseal.kernel.errors import FormatError, UnavailableError, VerificationError
from breakseal.kernel.model.canonical import unb64
from breakseal.oversight import founding
from breakseal.web import facts
from breakseal.web.location.fenceviews import FenceViews
from breakseal.web.location.idtoken import IdTokens
from breakseal.web.location.memory import Memory
from breakseal.web.location.visits import Visits
from breakseal.web.parts import WebParts


class Desk:
    """One a process. INVARIANT: it holds no consent; whether anything opens is the keyholder's word, each time."""

    def __init__(self, parts: WebParts) -> None:
        self.issuer = parts.settings.web_origin
        self.keyholder = parts.keyholder
        self.courier = parts.courier
        self.devices = parts.store.devices
        self.clock = parts.clock
        self.entropy = parts.entropy
        self.memory = Memory(parts.clock)
        self.visits = Visits(parts.clock, parts.entropy)
        self.demo = parts.settings.demo
        self.id_tokens = IdTokens(parts.token_key, self.issuer)
        self.fence_views = FenceViews(parts.token_key, parts.entropy)
        self.demo = parts.settings.demo


def desk_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Desk:
    """Return the desk of the connection's application."""
    desk: Desk = connection.app.state.location
    return desk


async def courier_point(connection: ASGIConnection[Any, Any, Any, Any]) -> bytes:
    """Return the point to which a number for the courier is sealed, checked against the root's overseers.

    Raises:
        UnavailableError: no courier is enrolled as the root asks for, or the keyholder does not answer.
    """
    known = await facts.current(connection)
    try:
        return unb64(founding.courier_point(known.courier, facts.root_of(known)))
    except (FormatError, VerificationError) as error:
        raise UnavailableError("no courier is enrolled", reason="courier-unavailable") from error
