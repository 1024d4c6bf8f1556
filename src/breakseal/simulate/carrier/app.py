"""The simulated carrier's application: its interfaces, and a control by which tests and the demo make it fail."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from breakseal.simulate.carrier import camara
from breakseal.simulate.carrier.network import Fault, Network


class Spoil(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which fault is on from now."""

    fault: Fault


@post("/control/fault", status_code=200)
async def spoil(request: Request[Any, Any, Any], data: JSONBody[Spoil]) -> dict[str, str]:
    """Switch a fault on, or off by "none"."""
    request.app.state.network.fault = data.fault
    return {"fault": data.fault}


@get("/control/state")
async def state(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Tell how often it was asked, and the fault that is on; no number."""
    network: Network = request.app.state.network
    return {"asked": network.asked, "fault": network.fault, "subscribers": len(network.subscribers)}


@post("/elsewhere")
async def elsewhere() -> Response[Any]:
    """Answer what nobody should follow a redirect to."""
    return Response({"error": "no client follows a redirect with a phone number in it"}, status_code=410)


def create_carrier(network: Network) -> Litestar:
    """Return the application over `network`."""
    return Litestar(
        route_handlers=[camara.token, camara.retrieve, spoil, state, elsewhere],
        state=State({"network": network}),
        openapi_config=None,
        logging_config=None,
    )
