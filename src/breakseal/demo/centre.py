"""What people at a call centre do: a sponsor lets officers in, a call-taker works a position, calls come in."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import msgspec

from breakseal.demo.visitor import Visitor
from breakseal.kernel.errors import RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.answers import OPENED_INFO, Opened
from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.kernel.model.enrolments import EnrolOfficer, OfferKey, Roster
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.statements import Request, Session, Statement
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES, OfficerRole
from breakseal.kernel.seal import aead

SHIFT = 12 * 3600
HEARD_PULSES = 8
"""A pulse comes every two seconds."""


class Disclosed(msgspec.Struct, frozen=True, kw_only=True):
    """The web's answer to a request."""

    leaf: str
    sealed: str
    until: int
    records: dict[str, str]


class News(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the board's stream."""

    kind: str
    call: str
    position: str
    event: str


class Sponsor:
    """A sponsor at the door."""

    def __init__(self, visitor: Visitor, key: Signer, org: str) -> None:
        self._visitor = visitor
        self._key = key
        self._org = org

    def let_in(self, officer: str, name: str, role: OfficerRole, key: Signer) -> None:
        """Let an officer in whose key stands here beside us: offer and enrolment."""
        offer = OfferKey(**self._visitor.stamp(), org=self._org, name=name, key=key.key)  # type: ignore[arg-type] # the stamp's members by name
        self._visitor.at_door(offer, key)
        enrol = EnrolOfficer(
            **self._visitor.stamp(),  # type: ignore[arg-type] # as above
            org=self._org,
            officer=officer,
            name=name,
            role=role,
            key=key.key,
        )
        self._visitor.at_door(enrol, self._key)

    def sign_roster(self, officers: tuple[str, ...]) -> None:
        """Say who works here, for seven days."""
        roster = Roster(**self._visitor.stamp(), org=self._org, officers=officers)  # type: ignore[arg-type] # as above
        self._visitor.at_door(roster, self._key)


class Board:
    """A call-taker at one position."""

    def __init__(self, visitor: Visitor, key: Signer, position: str) -> None:
        self._visitor = visitor
        self._key = key
        self._position = position

    def begin_shift(self) -> None:
        """Sign the session of this shift with one's own key, and sign in."""
        stamp = self._visitor.stamp()
        session = Session(
            **stamp,  # type: ignore[arg-type] # the stamp's members by name
            key=self._visitor.session.key,
            until=int(stamp["issued"]) + SHIFT,
            position=self._position,
        )
        self._visitor.at_door(session, self._key)
        self._visitor.hello()

    @contextmanager
    def listening(self) -> Iterator[Iterator[News | None]]:
        """Yield the news of this position as they come."""
        with closing(self._visitor.stream("/api/calls/stream")) as response:
            if response.status_code != 200:
                raise RefusedError("the board's stream was refused", reason="stream-refused")
            yield _news(response)

    def ask(self, event: bytes) -> Disclosed:
        """Ask for the profile of the call whose signed event is `event`."""
        request = Request(
            **self._visitor.stamp(),  # type: ignore[arg-type] # the stamp's members by name
            purpose="emergency-response",
            basis=b64(digest(payload_of(event))),
            categories=EMERGENCY_CATEGORIES,
            recipient=self._visitor.recipient,
        )
        body = {"request": b64(_signed(request, self._visitor.session)), "basis": b64(event)}
        return self._visitor.post("/api/disclose", body, Disclosed)

    def read(self, answer: Disclosed) -> tuple[Opened, dict[str, dict[str, object]]]:
        """Open the keys and decrypt what came with them.

        Raises:
            VerificationError: a ciphertext is not the one that the keyholder vouches for.
        """
        opened = self._visitor.open(answer.sealed, OPENED_INFO, Opened)
        found = {}
        for one in opened.keys:
            ciphertext = unb64(answer.records.get(one.category, ""))
            if b64(digest(ciphertext)) != one.sha256:
                raise VerificationError("this is not the version that the keyholder vouches for")
            context = aead.record_context(opened.subject, one.category, one.version)
            plain = aead.open_sealed(unb64(one.key, 32), ciphertext, context)
            found[one.category] = json.loads(plain)["fields"]
        return opened, found


class PhoneSystem:
    """The call centre's phone system, which reports to the callgate on the same machine."""

    def __init__(self, callgate: str, token: Path) -> None:
        self._url = callgate
        self._token = token

    def report(self, call: str, event: str, *, number: str = "", position: str = "") -> None:
        """Report what happened to a call; the callgate must have an ingest key first, so try for a while."""
        body = {"call": call, "event": event, "number": number, "position": position}
        headers = {"authorization": f"Bearer {self._token.read_text().strip()}"}
        for _ in range(40):
            answer = _posted(f"{self._url}/v1/events", body, headers)
            if answer is not None and answer.status_code == 202:
                return
            if answer is not None and answer.status_code < 500:
                raise RefusedError(f"the callgate refused the report (status {answer.status_code})")
            time.sleep(0.25)
        raise UnavailableError("the callgate does not take the report", reason="callgate-unavailable")


def payload_of(envelope: bytes) -> bytes:
    """Return the canonical statement in an envelope."""
    return canonical.decode(envelope, signed.Signed).payload_bytes()


def await_news(news: Iterator[News | None], call: str, kind: str) -> News:
    """Return the first news of `kind` about `call`.

    Raises:
        UnavailableError: none came within some pulses of the stream.
    """
    pulses = 0
    for one in news:
        if one is not None and one.call == call and one.kind == kind:
            return one
        pulses += one is None
        if pulses > HEARD_PULSES:
            break
    raise UnavailableError("the board heard nothing of the call", reason="not-heard")


def hears_nothing(news: Iterator[News | None], call: str, pulses: int = 2) -> bool:
    """Tell whether a board heard nothing of `call` during some more pulses of its stream."""
    for one in news:
        if one is not None and one.call == call:
            return False
        pulses -= one is None
        if pulses <= 0:
            break
    return True


def _news(response: httpx.Response) -> Iterator[News | None]:
    """Yield the calls of an event stream (WHATWG HTML, server-sent events), and None for a pulse."""
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: ") and name == "call":
            yield msgspec.json.decode(line.removeprefix("data: "), type=News)
        elif line.startswith("data: ") and name == "pulse":
            yield None


def _signed(statement: Statement, signer: Signer) -> bytes:
    return signed.write(statement, signer)


def _posted(url: str, body: dict[str, str], headers: dict[str, str]) -> httpx.Response | None:
    try:
        return httpx.post(url, json=body, headers=headers, timeout=10.0)
    except httpx.HTTPError:
        return None
