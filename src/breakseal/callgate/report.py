"""What the phone system says of a call, as it comes in: JSON, unknown names refused."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from breakseal.callgate.errors import IntakeError

MAX_REPORT = 8 * 1024
"""Bytes of one report."""

CallId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:@-]{1,64}$")]
PlaceName = Annotated[str, msgspec.Meta(pattern=r"^[\w .:@/-]{0,64}$")]


class Location(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the network says the phone is: WGS 84 degrees, radius in metres, Unix time of the fix."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    radius: Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]
    at: Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that happened to a call. `number` in any form; empty where the network withheld it.

    Later reports of a call may leave out what did not change.
    """

    call: CallId
    event: Literal["answered", "transferred", "ended"]
    number: Annotated[str, msgspec.Meta(max_length=200)] = ""
    position: PlaceName = ""
    officer: PlaceName = ""
    location: Location | None = None


_decoder = msgspec.json.Decoder(Report)


def read_report(data: bytes) -> Report:
    """Return the report in JSON `data`.

    Raises:
        IntakeError: too long, not JSON, unknown or missing names, or values out of range.
    """
    if len(data) > MAX_REPORT:
        raise IntakeError(f"longer than the {MAX_REPORT} bytes allowed", reason="too-large")
    try:
        report = _decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise IntakeError(f"not a call report: {_without_values(error)}") from error
    if report.event != "ended" and not report.position:
        raise IntakeError("an answered or transferred call needs `position`")
    return report


def _without_values(error: Exception) -> str:
    """Return the parser's words; msgspec names fields and types, never values, but a decoder error may quote bytes."""
    return str(error) if isinstance(error, msgspec.ValidationError) else "malformed json"
