"""The main job without a browser: a call opens a sealed profile, and the person can prove it and take it back.

Resident, phone system and call-takers are played over real HTTP against running parts. Nothing is
believed: each step checks what it got.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from breakseal.demo import checks, places, settling, town
from breakseal.demo.centre import Board, Disclosed, PhoneSystem, await_news, hears_nothing
from breakseal.demo.resident import Home
from breakseal.demo.telling import Step, Story
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.body import Body, Trail
from breakseal.kernel.model.canonical import unb64

NOT_SHOWN = (
    "the end of the 45 minutes: the parts run on this machine's real clock; the tests use a clock of their own",
    "what the pages look like: open the demo in a browser",
)


@dataclass(slots=True)
class CallStory(Story):
    """Plays the story once; a resident, a phone number and a call of its own each time."""

    _name: str = ""
    _hit_size: int = 0

    def play(self) -> tuple[Step, ...]:
        """Play every step.

        Raises:
            BreaksealError: something was refused, missing or false.
        """
        with ExitStack() as stack:
            self._stack = stack
            home = self._signs_up(town.STORY_PHONE)
            self._seals(home)
            sam, jo = self._board("sam", places.POSITIONS[0]), self._board("jo", places.POSITIONS[1])
            basis = self._call(sam, jo)
            self._list(home, disclosures=1)
            self._stranger(sam)
            self._end(sam)
            self._erase(home, sam, basis)
        return tuple(self.steps)

    def _seals(self, home: Home) -> None:
        for category, fields in settling.PROFILE.items():
            home.seal(category, fields)
        home.consent()
        what = f"{len(settling.PROFILE)} categories sealed here, then consent for emergencies"
        self._step("profile", what, "only ciphertext and sealed keys were sent")

    def _call(self, sam: Board, jo: Board) -> bytes:
        """Play the call; return the signed event that was its basis."""
        self._name = f"story-{self.entropy.token(6).hex()}"
        with sam.listening() as at_sam, jo.listening() as at_jo:
            self._phones().report(
                self._name, "answered", number=town.STORY_PHONE, position=places.POSITIONS[0]
            )
            news = await_news(at_sam, self._name, "answered")
            self._check(hears_nothing(at_jo, self._name), "another position heard of the call")
        self._step(
            "call", f"the phone calls 911; {places.POSITIONS[0]} answers", "no other position heard of it"
        )
        self._opens(sam, unb64(news.event))
        self._refused(jo, unb64(news.event))
        return unb64(news.event)

    def _opens(self, sam: Board, event: bytes) -> None:
        begun = time.perf_counter()
        answer = sam.ask(event)
        opened, found = sam.read(answer)
        took = (time.perf_counter() - begun) * 1000
        self._hit_size = len(answer.sealed)
        self._check(found == settling.PROFILE, "what opened is not what was sealed")
        self._check(
            opened.caller is not None and opened.caller.number == town.STORY_PHONE,
            "another caller was opened",
        )
        self._step(
            "opening",
            f"the profile opens at that position ({took:.0f} ms), decrypted by its own key",
            "hashes, versions and contents are those that were sealed",
        )

    def _refused(self, jo: Board, event: bytes) -> None:
        try:
            answer = jo.ask(event)
        except RefusedError as error:
            self._step("other position", "asks with the same event", f"refused: {error.reason}")
            return
        self._check(not answer.records, "another position was shown the profile")
        self._fail("another position was not refused")

    def _list(self, home: Home, *, disclosures: int) -> Trail:
        trail = home.trail()
        bodies = checks.check_list(trail, checks.root_of(self.config))
        seen = [one for one in bodies if one.type == "disclose"]
        self._check(len(seen) == disclosures, f"the list shows {len(seen)} openings, not {disclosures}")
        self._check(seen[-1].party.name == "Sam Whitcomb", "the list names somebody else")
        self._step(
            "list",
            f"the resident reads their list: {len(bodies)} entries; {_who(seen[-1])}",
            "complete up to the keyholder's signed head, each entry proved in the log",
        )
        self._receipts(trail)
        return trail

    def _stranger(self, sam: Board) -> None:
        """A call from a number that nobody proved: the same answer, with nothing in it."""
        call = f"story-{self.entropy.token(6).hex()}"
        with sam.listening() as news:
            self._phones().report(call, "answered", number=town.STRANGER_PHONE, position=places.POSITIONS[0])
            answer = sam.ask(unb64(await_news(news, call, "answered").event))
        opened, found = sam.read(answer)
        self._check(not opened.keys and not found, "a stranger's call opened something")
        self._check(len(answer.sealed) == self._hit_size, "a miss is not as long as a hit")
        self._phones().report(call, "ended")
        what = "nothing opens; what the keyholder seals is as long as for a hit"
        self._step("stranger", "a phone that nobody registered calls 911", what)

    def _end(self, sam: Board) -> None:
        with sam.listening() as news:
            self._phones().report(self._name, "ended")
            await_news(news, self._name, "ended")
        self._step("end", "the call ends", "the board hears it and begins its 45 minutes")

    def _erase(self, home: Home, sam: Board, basis: bytes) -> None:
        done = home.erase()
        trail = home.trail()
        bodies = checks.check_list(trail, checks.root_of(self.config))
        self._check(bodies[-1].type == "erase", "the list does not end with the erasure")
        self._receipts(trail)
        self._step(
            "erase",
            "the resident erases everything",
            f"receipt {done.leaves[-1][:12]}..., the list still reads",
        )
        self._opens_nothing("same call", lambda: sam.ask(basis), sam)
        self._again(sam)

    def _again(self, sam: Board) -> None:
        call = f"story-{self.entropy.token(6).hex()}"
        with sam.listening() as news:
            self._phones().report(call, "answered", number=town.STORY_PHONE, position=places.POSITIONS[0])
            event = unb64(await_news(news, call, "answered").event)
        self._opens_nothing("new call", lambda: sam.ask(event), sam)
        self._phones().report(call, "ended")

    def _opens_nothing(self, name: str, ask: Callable[[], Disclosed], board: Board) -> None:
        try:
            answer = ask()
        except RefusedError as error:
            self._step(f"{name} after erasure", "the call-taker asks again", f"refused: {error.reason}")
            return
        opened, found = board.read(answer)
        self._check(
            not opened.keys and not found and not answer.records, "something opened after the erasure"
        )
        self._step(f"{name} after erasure", "the call-taker asks again", "nothing opens, as for a stranger")

    def _board(self, person: str, position: str) -> Board:
        key = town.read_people(self.config)[person].signer()
        board = Board(self._visitor(), key, position)
        board.begin_shift()
        return board

    def _phones(self) -> PhoneSystem:
        return PhoneSystem(places.callgate_origin(self.config), places.token_file(self.config))


def _who(body: Body) -> str:
    return f"{body.party.name} ({body.party.role}, {body.party.org_name}) looked, for {body.purpose}"
