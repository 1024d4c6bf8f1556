"""The demo's telephone switch: rings, answers at a position, transfers, ends, and tells the callgate of each.

It stands for the call centre's own phone system. It knows nothing of profiles, and a call goes on whether or
not the callgate takes its reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import httpx
import msgspec

from breakseal.callgate.report import Location, Report
from breakseal.kernel.errors import RequestError
from breakseal.kernel.ports import Clock

TRIES = 3
KEPT_LINES = 20


class NoSuchLineError(RequestError):
    """The call is not there, or it is over."""

    reason = "no-such-call"


@dataclass(frozen=True, slots=True)
class Line:
    """One call as the telephone shows it; `told` says whether the callgate took the last report."""

    call: str
    number: str = field(repr=False)
    position: str
    state: Literal["answered", "ended"]
    since: int
    told: bool = True


@dataclass(frozen=True, slots=True)
class Intake:
    """Where the callgate takes reports, and the token that it wants."""

    address: str
    token: str = field(repr=False)


class Switch:
    """Positions take turns; `client` speaks to the callgate."""

    def __init__(
        self, intake: Intake, positions: tuple[str, ...], client: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._intake, self._positions, self._client, self._clock = intake, positions, client, clock
        self._lines: dict[str, Line] = {}
        self._count = 0

    @property
    def positions(self) -> tuple[str, ...]:
        """Return the positions of the call centre."""
        return self._positions

    def lines(self) -> list[Line]:
        """Return the latest calls, newest first."""
        return list(reversed(self._lines.values()))

    async def dial(self, number: str, position: str = "", location: Location | None = None) -> Line:
        """Call 911 from `number`; answered at `position`, or at whichever is next.

        Raises:
            RequestError: no such position.
        """
        at = self._known(position or self._positions[self._count % len(self._positions)])
        self._count += 1
        now = self._clock.now()
        line = Line(f"{now % 1_000_000:06d}-{self._count}", number, at, "answered", now)
        report = Report(call=line.call, event="answered", number=number, position=at, location=location)
        return await self._tell(line, report)

    async def locate(self, call: str, location: Location) -> Line:
        """Send a better location of a live call.

        Raises:
            NoSuchLineError: no live call of that name.
        """
        line = self._live(call)
        report = Report(
            call=call, event="answered", number=line.number, position=line.position, location=location
        )
        return await self._tell(line, report)

    async def transfer(self, call: str, position: str) -> Line:
        """Hand a live call to another position.

        Raises:
            NoSuchLineError, RequestError: no live call of that name, or no such position.
        """
        line = replace(self._live(call), position=self._known(position))
        return await self._tell(line, Report(call=call, event="transferred", position=position))

    async def hang_up(self, call: str) -> Line:
        """End a call; ending it twice is harmless.

        Raises:
            NoSuchLineError: never heard of it.
        """
        if call not in self._lines:
            raise NoSuchLineError("no such call")
        line = replace(self._lines[call], state="ended")
        return await self._tell(line, Report(call=call, event="ended"))

    def _known(self, position: str) -> str:
        if position not in self._positions:
            raise RequestError("no such position", reason="no-such-position")
        return position

    def _live(self, call: str) -> Line:
        line = self._lines.get(call)
        if line is None or line.state == "ended":
            raise NoSuchLineError("no live call of that name")
        return line

    async def _tell(self, line: Line, report: Report) -> Line:
        told = False
        for _ in range(TRIES):
            told = await self._post(report)
            if told:
                break
        line = replace(line, told=told)
        self._lines[line.call] = line
        for old in list(self._lines)[:-KEPT_LINES]:
            del self._lines[old]
        return line

    async def _post(self, report: Report) -> bool:
        headers = {"authorization": f"Bearer {self._intake.token}", "content-type": "application/json"}
        try:
            answer = await self._client.post(
                f"{self._intake.address}/v1/events", content=msgspec.json.encode(report), headers=headers
            )
        except httpx.HTTPError:
            return False
        return answer.is_success
