"""The routes of the phone apps. Each reads its app's own report, and answers what that app waits for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, Router, get, post

from breakseal.programmes.location import reports
from breakseal.programmes.location.errors import ReportError
from breakseal.web import guards, problems
from breakseal.web.ingest import admission
from breakseal.web.ingest.errors import UnknownDeviceError
from breakseal.web.ingest.settings import PATHS
from breakseal.web.ingest.taking import take
from breakseal.web.parts import WebParts

Reports = Request[Any, Any, Any]
MAX_REPORT = 512 * 1024
"""Bytes: a batch of 1,000 points as Overland writes them."""
MOST_FIELDS = 64
OVERLAND_DONE = b'{"result":"ok"}'
_JSON = "application/json"


@post(PATHS["owntracks"], opt=guards.DEVICE, status_code=200, summary="A report of OwnTracks in HTTP mode")
async def owntracks(request: Reports) -> Response[bytes]:
    """Take a location; every other message of the app is answered alike and dropped."""
    device = await admission.admit(request, admission.of_header(request))
    await take(request, device, reports.read_owntracks(await request.body(), _now(request)))
    return Response(b"[]", media_type=_JSON)


@get(PATHS["osmand"], opt=guards.DEVICE, summary="A report in OsmAnd's form, in the address")
async def osmand_address(request: Reports) -> Response[bytes]:
    """Take a location from the query."""
    return await _osmand(request, b"")


@post(PATHS["osmand"], opt=guards.DEVICE, status_code=200, summary="A report in OsmAnd's form")
async def osmand_form(request: Reports) -> Response[bytes]:
    """Take a location from the query and a form in the body."""
    return await _osmand(request, await request.body())


@post(PATHS["traccar"], opt=guards.DEVICE, status_code=200, summary="A report of Traccar Client")
async def traccar(request: Reports) -> Response[bytes]:
    """Take one location or several."""
    told = reports.read_traccar(await request.body(), _now(request))
    device = await admission.admit(request, admission.of_pair(told.who))
    await take(request, device, told.fixes)
    return Response(b"", media_type=_JSON)


@post(PATHS["overland"], opt=guards.DEVICE, status_code=200, summary="A batch of Overland")
async def overland(request: Reports) -> Response[bytes]:
    """Take a batch; any other answer than this one makes the app send it again."""
    device = await admission.admit(request, admission.of_header(request))
    await take(request, device, reports.read_overland(await request.body(), _now(request)))
    return Response(OVERLAND_DONE, media_type=_JSON)


async def _osmand(request: Reports, body: bytes) -> Response[bytes]:
    """Take a location; the device is named in the header, or, where an app has no place for it there, as `id`."""
    told = reports.read_osmand(_form(request.scope["query_string"]) | _form(body), _now(request))
    named = admission.of_header(request) or admission.of_pair(told.who)
    await take(request, await admission.admit(request, named), told.fixes)
    return Response(b"", media_type="text/plain")


def _form(data: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(data.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise ReportError("the report is no form") from error


def _now(request: Reports) -> int:
    parts: WebParts = request.app.state.parts
    return parts.clock.now()


def _unknown(request: Reports, error: Exception) -> Response[Any]:
    """Say which header is missing (RFC 9110 section 11.6.1): some HTTP libraries send it only when asked."""
    reply = problems.answer(request, error)
    reply.headers["www-authenticate"] = 'Basic realm="breakseal", Bearer'
    return reply


ROUTES = Router(
    path="/",
    route_handlers=[owntracks, osmand_address, osmand_form, traccar, overland],
    request_max_body_size=MAX_REPORT,
    exception_handlers={UnknownDeviceError: _unknown},
)
