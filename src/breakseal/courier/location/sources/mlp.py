"""A carrier by OMA MLP 3.x: a standard location immediate request (SLIR) and its answer (SLIA), in XML over HTTPS.

The answer is read by expat with every document type declaration refused, so no entity can be declared or fetched.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from xml.parsers import expat
from xml.sax.saxutils import escape

from breakseal.courier.config import Mlp
from breakseal.courier.keys import read_private
from breakseal.courier.location.sources.port import NotLocatedError, Source, around, circle
from breakseal.courier.location.sources.web import check_url, make_client, post
from breakseal.courier.location.sphere import Place
from breakseal.courier.private import Private
from breakseal.kernel.model.location import Fix, SourceName

_REQUEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<svc_init ver="3.1.0"><hdr ver="3.1.0"><client><id>{client}</id><pwd>{secret}</pwd></client></hdr>'
    '<slir ver="3.1.0" res_type="SYNC"><msids><msid type="MSISDN">{digits}</msid></msids>'
    '{quality}<loc_type type="{kind}"/></slir></svc_init>'
)
_DEEPEST = 24
_MOST_POINTS = 64
_RESULT = re.compile(r"[0-9]{1,4}")
_DECIMAL = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?)\s*([NSEW]?)")
_SEXAGESIMAL = re.compile(r"([0-9]{1,3})\s+([0-9]{1,2})(?:\s+([0-9]{1,2}(?:\.[0-9]{1,9})?))?\s*([NSEW])")
_OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})")


class MlpSource(Source):
    """Asks one carrier's location server."""

    def __init__(self, config: Mlp) -> None:
        """Read the secret and check the address; nothing is sent.

        Raises:
            ConfigError: a file or the address does not serve.
        """
        self.processor = config.processor
        self.name: SourceName = "carrier"
        self._url = check_url("url", config.url)
        self._client_id = config.client_id
        self._secret = Private(read_private(config.secret_file).decode("utf-8", "replace").strip())
        self._client = make_client(config.ca_file)

    async def ask(self, number: Private, max_age: int) -> Fix:
        """Return the carrier's answer; see `Source.ask`."""
        body = _REQUEST.format(
            client=escape(self._client_id),
            secret=escape(self._secret.reveal()),
            digits=number.reveal().lstrip("+"),
            quality=f"<eqop><max_loc_age>{max_age}</max_loc_age></eqop>" if max_age > 0 else "",
            kind="CURRENT" if max_age == 0 else "CURRENT_OR_LAST",
        )
        headers = {"content-type": "text/xml; charset=utf-8", "accept": "text/xml"}
        answer = await post(self._client, self._url, body.encode(), headers)
        if answer.status != HTTPStatus.OK:
            raise NotLocatedError("the carrier does not say", reason=f"carrier-status-{answer.status}")
        return read_answer(answer.body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class _Reading:
    """Keeps from an answer what has a place here: results, one time, and one shape. INVARIANT: nothing else passes."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._text = ""
        self._offset = ""
        self._x = ""
        self.results: list[str] = []
        self.positions = 0
        self.time: tuple[str, str] | None = None
        self.places: list[Place] = []
        self.radius: float | None = None
        self.polygon = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) >= _DEEPEST:
            raise _malformed()
        self._path.append(name)
        self._text = ""
        if name in ("result", "poserr") and "resid" in attributes:
            self.results.append(attributes["resid"])
        if name == "time":
            self._offset = attributes.get("utc_off", "+0000")
        if name == "pos":
            self.positions += 1
        if name in ("Polygon", "LinearRing"):
            self.polygon = True

    def text(self, data: str) -> None:
        self._text += data
        if len(self._text) > 200:
            raise _malformed()

    def end(self, name: str) -> None:
        self._path.pop()
        text = self._text.strip()
        self._text = ""
        if "pd" not in self._path and name != "pd":
            return
        if name == "time" and self.time is None:
            self.time = (text, self._offset)
        elif name == "X":
            self._x = text
        elif name == "Y":
            self._add_place(text)
        elif name in ("radius", "semiMajor", "outRadius"):
            self.radius = max(self.radius or 0.0, _metres(text))

    def _add_place(self, y: str) -> None:
        if len(self.places) >= _MOST_POINTS:
            raise _malformed()
        self.places.append(_place(self._x, y))


def read_answer(body: bytes) -> Fix:
    """Return the fix in an SLIA: a circle or ellipse, or the smallest circle about a polygon's middle.

    Raises:
        NotLocatedError: an error of the carrier's, another shape, more than one phone, or not such XML.
    """
    reading = _parse(body)
    failed = [one for one in reading.results if one != "0"]
    if failed and reading.time is None:
        number = failed[0] if _RESULT.fullmatch(failed[0]) else "unknown"
        raise NotLocatedError("the carrier does not say", reason=f"carrier-result-{number}")
    if reading.positions != 1 or reading.time is None or not reading.places:
        raise _malformed()
    at = _time(*reading.time)
    if reading.polygon:
        return around(reading.places, at)
    if len(reading.places) != 1 or reading.radius is None:
        raise _malformed()
    return circle(reading.places[0], reading.radius, at)


def _parse(body: bytes) -> _Reading:
    reading = _Reading()
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise _malformed()

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.StartElementHandler = reading.start
    parser.CharacterDataHandler = reading.text
    parser.EndElementHandler = reading.end
    try:
        parser.Parse(body, True)  # noqa: FBT003 # expat's own sign for the end
    except (expat.ExpatError, ValueError, LookupError):
        raise _malformed() from None
    return reading


def _place(x: str, y: str) -> Place:
    """Return latitude and longitude: X is the latitude unless its letter says otherwise."""
    first, second = _degrees(x), _degrees(y)
    if first[1] in ("E", "W") or second[1] in ("N", "S"):
        first, second = second, first
    return first[0], second[0]


def _degrees(text: str) -> tuple[float, str]:
    """Return degrees and the hemisphere's letter of "35.3", "35.3N" or "35 18 00.0N" (degrees, minutes, seconds)."""
    plain = text.strip().upper()
    if found := _SEXAGESIMAL.fullmatch(plain):
        value = int(found[1]) + int(found[2]) / 60 + float(found[3] or 0) / 3600
        return (-value if found[4] in ("S", "W") else value), found[4]
    found = _DECIMAL.fullmatch(plain)
    if not found:
        raise _malformed()
    value = float(found[1])
    return (-value if found[2] in ("S", "W") else value), found[2]


def _metres(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text):
        raise _malformed()
    return float(text)


def _time(text: str, offset: str) -> int:
    """Return Unix seconds of "yyyyMMddhhmmss" with the offset "+0200" of its `utc_off`."""
    found = _OFFSET.fullmatch(offset)
    try:
        local = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise _malformed() from None
    if not found:
        raise _malformed()
    minutes = int(found[2]) * 60 + int(found[3])
    ahead = timedelta(minutes=minutes if found[1] == "+" else -minutes)
    return int((local - ahead).timestamp())


def _malformed() -> NotLocatedError:
    return NotLocatedError("the carrier's answer is no location", reason="carrier-malformed")
