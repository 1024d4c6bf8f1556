"""Consented location without a browser: asked by text, answered once, looked at with proof, and ended by STOP.

The company is played by its own client over HTTP, the phone by the telephone page's program. The story knows where the
simulated carrier has the phone, and so can tell whether the answer is true and no finer than was agreed.
"""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

import httpx
from msgspec.structs import replace

from breakseal.client.answers import AnswerError, Location, Question, Token, Wanted
from breakseal.client.client import COME_AGAIN, RETRIEVE, Client
from breakseal.demo import checks, places, settling, town, tracks
from breakseal.demo.resident import Home
from breakseal.demo.roadside.program import connect
from breakseal.demo.roadside.sink import Sink, listening
from breakseal.demo.telling import Step, Story
from breakseal.demo.visitor import trust
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model.body import Body
from breakseal.simulate.carrier.tracks import METRES_PER_DEGREE, Subscriber, position

PURPOSE = "RequestedServiceProvision"
COMPANY = next(one for one in town.ORGANISATIONS if one.id == town.ROADSIDE)
RECIPIENT = COMPANY.client.name if COMPANY.client else ""
FINEST = 1000
"""Metres: a radius below this would be finer than the kilometre that was agreed to."""
WAIT = 40.0
FENCE = 25_000
"""Metres: an area about the phone that it does not leave while the story is told."""
QUIET = 4.0
"""Seconds in which a text that is not to come would have come."""
TERMS = (
    COMPANY.name, RECIPIENT, "to give you a service that you asked for", "3 km", "up to 4 an hour", "for one answer",
    "for 24 hours", "to refuse", "STOP ends everything",
)  # fmt: skip
"""What the question must say: who, for whom, why, how exactly, how often, how long, and how to end it."""

NOT_SHOWN = (
    "the end of the 24 hours: the parts run on this machine's real clock; the tests use a clock of their own",
    "the map and the person's page: open the demo in a browser",
)


@dataclass(slots=True)
class LocationStory(Story):
    """Plays the story once, with a resident of its own and the phone that was asked least."""

    _number: str = ""

    def play(self) -> tuple[Step, ...]:
        """Play every step.

        Raises:
            BreaksealError: something was refused, missing or false.
        """
        with ExitStack() as stack:
            self._stack = stack
            self._number = min(town.LOCATED_PHONES, key=lambda number: len(self._texts(number)))
            home = self._signs_up(self._number)
            client, connection = connect(self.config, self.clock, self.entropy)
            stack.callback(connection.close)
            self._once(home, client)
            token = self._day(home, client)
            told = self._fence(home, client, token)
            self._stop(home, client, token)
            self._check(len(told.heard) == 2, "a sink was told something after STOP was acknowledged")
            self._step("fence after stop", "the company's sink waits", "nothing was told since")
            self._ends(home, client, token)
        return tuple(self.steps)

    def _once(self, home: Home, client: Client) -> None:
        question, text = self._asked(client)
        missing = [one for one in TERMS if one not in text]
        self._check(not missing, f"the question does not say: {'; '.join(missing)}")
        self._step("question", f"{RECIPIENT} asks; the phone gets a text", "it says all that is agreed to")
        self._refused(lambda: client.token(question), "authorization_pending")
        self._step("no answer yet", "the company comes for its token", "refused: authorization_pending")
        self._answers(text, "YES", "Agreed")
        token = self._token(client, question)
        self._step("yes", "the phone answers YES with the code of that text", "the company gets one token")
        self._looks(home, client, token)
        self._refused(lambda: client.locate(token), "UNAUTHENTICATED")
        self._step("one is one", "the company looks again with the same token", "refused: UNAUTHENTICATED")

    def _looks(self, home: Home, client: Client, token: Token) -> None:
        found = client.locate(token)
        off = _metres(found, self._subscriber())
        self._check(
            off <= found.area.radius + self._subscriber().radius,
            "the phone is not in the circle that was told",
        )
        self._check(found.area.radius >= FINEST, "the answer is finer than what was agreed to")
        self._step(
            "location",
            f"one look: a circle of {found.area.radius:.0f} m",
            f"the phone is in it, {off:.0f} m from the middle; never finer than 1 km",
        )
        look = self._listed(home, looks=1)
        self._step(
            "list",
            f"the resident reads: {look.party.org_name} asked where the phone is, for {look.party.name}",
            "one entry for one look; complete up to the signed head, each entry proved in the log",
        )

    def _day(self, home: Home, client: Client) -> Token:
        question, text = self._asked(client)
        self._answers(text, "DAY", "Agreed")
        token = self._token(client, question)
        proof = client.proof(token, RETRIEVE)
        client.locate(token, proof)
        self._listed(home, looks=2)
        self._check(len(home.desk().consents) >= 1, "the resident is not shown who may look")
        self._step("day", "asked again, the phone answers DAY; a second look", "it stands in the list too")
        self._refused(lambda: client.locate(token, proof), "UNAUTHENTICATED")
        self._listed(home, looks=2)
        self._step("replay", "the proof of that look is sent again", "refused, and nobody looked")
        return token

    def _fence(self, home: Home, client: Client, token: Token) -> Sink:
        told = self._stack.enter_context(listening())
        here = client.locate(token).area
        client.subscribe(token, replace(here, radius=FENCE), told.url)
        for _ in range(int(WAIT * 5)):
            if len(told.heard) >= 2:
                break
            time.sleep(0.2)
        names = [one.name for one in told.heard]
        self._check(
            names == ["subscription-started", "area-entered"], "the sink did not hear that the phone is there"
        )
        self._listed(home, looks=4, precision="yes-or-no")
        self._step(
            "fence",
            "the company subscribes to an area about the phone",
            "its sink hears that the phone is there; the check stands in the list as a look",
        )
        return told

    def _stop(self, home: Home, client: Client, token: Token) -> None:
        self._says("STOP", "Stopped")
        served = sum(self._is_served(client, token) for _ in range(5))
        self._check(served == 0, f"{served} locations were told after STOP was acknowledged")
        self._listed(home, looks=4, precision="yes-or-no")
        self._step("stop", "the phone says STOP", "the live token opens nothing: 0 of 5 looks served")
        before = len(self._texts(self._number))
        question = client.ask(self._number, Wanted(PURPOSE, "1km"), "en")
        time.sleep(QUIET)
        self._check(len(self._texts(self._number)) == before, "a stopped phone was asked again")
        self._refused(lambda: client.token(question), "authorization_pending")
        self._step("silence", "the company asks once more", "it is answered as always, and no text comes")

    def _ends(self, home: Home, client: Client, token: Token) -> None:
        self._check(home.desk().consents == (), "a consent is left")
        trail = home.trail()
        bodies = checks.check_list(trail, checks.root_of(self.config))
        ended = [one for one in bodies if one.result == "consent-stopped"]
        self._check(len(ended) >= 1, "the list does not say that STOP ended it")
        self._step(
            "all of it", f"the whole list: {len(bodies)} entries", "complete; nobody may look any more"
        )
        self._receipts(trail)
        self._says("START", "Questions may come")
        self._check(not self._is_served(client, token), "START brought back what STOP had ended")
        self._step("start", "the phone says START", "questions may come again; what ended stays ended")

    def _asked(self, client: Client) -> tuple[Question, str]:
        """Have the phone asked; return the question and its text."""
        before = self._texts(self._number)
        return client.ask(self._number, Wanted(PURPOSE, "1km"), "en"), self._text(
            before, "asks where this phone is"
        )

    def _answers(self, text: str, word: str, told: str) -> None:
        code = re.search(rf"\b{word} ([0-9]{{4}})\b", text)
        if code is None:
            self._fail(f"the question offers no {word}")
        self._says(f"{word} {code[1]}", told)

    def _says(self, text: str, told: str) -> None:
        """Send a text from the phone and wait for the answer that says `told`."""
        before = self._texts(self._number)
        page = places.phone_origin(self.config)
        answer = httpx.post(
            f"{page}/api/reply",
            json={"number": self._number, "text": text},
            verify=trust(self.config),
            timeout=10,
        )
        if not answer.is_success:
            raise UnavailableError("the demo's telephone does not send", reason="phone-unavailable")
        self._text(before, told)

    def _text(self, before: list[str], said: str) -> str:
        """Return the text that was not among those `before` and says `said`."""
        for _ in range(int(WAIT * 5)):
            for text in Counter(self._texts(self._number)) - Counter(before):
                if said in text:
                    return text
            time.sleep(0.2)
        raise UnavailableError(f"no text came that says `{said}`", reason="no-text")

    def _texts(self, number: str) -> list[str]:
        return settling.messages(self.config)(number)

    def _token(self, client: Client, question: Question) -> Token:
        for _ in range(int(WAIT / question.interval)):
            try:
                return client.token(question)
            except AnswerError as error:
                if error.reason not in COME_AGAIN:
                    raise
            time.sleep(question.interval)
        raise UnavailableError("the answer did not reach the company", reason="no-token")

    def _listed(self, home: Home, *, looks: int, precision: str = "1km") -> Body:
        """Check that the resident's list is whole and shows exactly `looks` looks; return the last."""
        bodies = checks.check_list(home.trail(), checks.root_of(self.config))
        seen = [one for one in bodies if one.type == "disclose"]
        self._check(len(seen) == looks, f"the list shows {len(seen)} looks, not {looks}")
        last = seen[-1]
        told = (last.party.org_name, last.party.name, last.reason, last.precision, last.result)
        self._check(
            told == (COMPANY.name, RECIPIENT, PURPOSE, precision, "located"), "the list says something else"
        )
        return last

    def _is_served(self, client: Client, token: Token) -> bool:
        try:
            client.locate(token)
        except AnswerError as error:
            self._check(error.status in (401, 422), f"refused in another way: {error.reason}")
            return False
        return True

    def _refused(self, ask: Callable[[], object], reason: str) -> None:
        try:
            ask()
        except AnswerError as error:
            self._check(error.reason == reason, f"refused as {error.reason}, not as {reason}")
            return
        self._fail(f"not refused as {reason}")

    def _subscriber(self) -> Subscriber:
        phones = tracks.carrier_settings(self.config).subscribers
        return next(one for one in phones if one.number == self._number)


def _metres(found: Location, subscriber: Subscriber) -> float:
    """Return how far the phone truly was from the circle's middle when it was seen."""
    at = int(datetime.fromisoformat(found.last_location_time).timestamp())
    lat, lon = position(subscriber.track, at)
    middle = found.area.center
    north = (lat - middle.latitude) * METRES_PER_DEGREE
    east = (lon - middle.longitude) * METRES_PER_DEGREE * math.cos(math.radians(lat))
    return math.hypot(north, east)
