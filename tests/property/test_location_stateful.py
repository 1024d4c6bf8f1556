"""Any order of asking, agreeing, looking, watching, stopping, pausing and moving, against a model: who is located when.

The model knows consents as a list and looks as times; the keyholder runs whole, with restarts and sweeps between.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from breakseal.kernel.model import location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.permit import Permit
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import looking
from breakseal.keyholder.location import messages as m
from tests.support.locating import RETRIEVE, VERIFY, Locating
from tests.support.world import NUMBER, World

NUMBERS = (NUMBER, "+15555550118", "+15555550190")
PURPOSES = ("CustomerCare", "DeliveryOfGoods")


@dataclass
class Agreed:
    """A consent of the model; `alive` until something ends it. `left` is -1 or the answers left."""

    number: str
    client: int
    purpose: str
    rate: int
    until: int
    left: int
    alive: bool = True
    tries: int = 0
    looks: list[int] = field(default_factory=list)


@dataclass
class Token:
    """A token of the model."""

    given: m.TokenGiven
    of: Agreed
    ask: bytes


class Consents(RuleBasedStateMachine):
    """Two clients, three phones: Rosa's, Ana's and one that is nobody's."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "kh")
        self.world.found()
        self.clients = [Locating(self.world), Locating(self.world, org="pine-towing", recipient="Pine")]
        self.people = [self.world.resident(NUMBERS[0]), self.world.resident(NUMBERS[1])]
        self.owner: dict[str, int] = {NUMBERS[0]: 0, NUMBERS[1]: 1}
        self.withheld: set[int] = set()
        self.consents: list[Agreed] = []
        self.tokens: list[Token] = []
        self.open: list[tuple[m.Located, Agreed, int]] = []
        self.silent: list[tuple[Agreed, int]] = []
        self.moved: set[str] = set()
        self.watches: dict[str, Agreed] = {}
        self.out: list[Permit] = []

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.close()
            shutil.rmtree(self.folder)

    @property
    def now(self) -> int:
        return self.world.clock.time

    @rule(
        number=st.sampled_from(NUMBERS), client=st.integers(0, 1), purpose=st.sampled_from(PURPOSES),
        lasting=st.sampled_from(("once", "day")), rate=st.integers(1, 3),
    )  # fmt: skip
    def agree(self, number: str, client: int, purpose: str, lasting: str, rate: int) -> None:
        places = self.clients[client]
        ask = places.ask(number, purpose=purpose, rate=rate).ask
        places.attest(places.answered(ask, number, lasting=lasting))
        given = places.take(ask)
        if number in self.moved:  # whoever answers there is nobody that we know
            self.moved.discard(number)
            self.owner.pop(number, None)
        for one in self.consents:
            if (one.number, one.client, one.purpose) == (number, client, purpose):
                one.alive = False
        life, left = (3600, 1) if lasting == "once" else (86_400, -1)
        agreed = Agreed(number, client, purpose, rate, self.now + life, left)
        self.consents.append(agreed)
        self.tokens.append(Token(given, agreed, ask))

    @rule(number=st.sampled_from(NUMBERS), client=st.integers(0, 1))
    def refuse(self, number: str, client: int) -> None:
        places = self.clients[client]
        asked = places.ask(number)
        places.attest(places.answered(asked.ask, number, answer="no"))
        places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")

    @precondition(lambda self: self.tokens)
    @rule(
        which=st.integers(0, 5), foreign=st.integers(0, 3), fresh=st.booleans(), times=st.integers(1, 4),
        path=st.sampled_from((RETRIEVE, VERIFY)),
    )  # fmt: skip
    def look(self, which: int, foreign: int, fresh: bool, times: int, path: str) -> None:
        """Look once or more, sometimes as the other client, sometimes with a token of this moment."""
        token = self.tokens[-1 - which % len(self.tokens)]
        if fresh and token.of.alive and token.of.left and self.now < token.of.until:
            token.given = self.clients[token.of.client].take(token.ask)
        client = 1 - token.of.client if foreign == 0 else token.of.client
        for _ in range(times):
            self._look(token, client, path)

    def _look(self, token: Token, client: int, path: str) -> None:
        agreed, places = token.of, self.clients[client]
        expected = self._expected(token, client)
        answer = self.world.engine.answer([places.looking(token.given, path)])[0]
        if isinstance(answer, p.Problem):
            assert answer.reason == expected
            return
        assert isinstance(answer, m.Located)
        assert expected == ("located" if answer.permit else "withheld")
        agreed.looks.append(self.now)
        agreed.left, agreed.tries = min(agreed.left, 0), agreed.tries + 1
        if answer.permit:
            assert places.number_in(places.permit(answer)) == agreed.number
            self.open.append((answer, agreed, self.now))
        else:
            self.silent.append((agreed, self.now))

    def _expected(self, token: Token, client: int) -> str:
        agreed = token.of
        if client != agreed.client or not agreed.alive or agreed.left == 0:
            return "no-token"
        if self.now >= min(token.given.expires, agreed.until):
            return "no-token"
        if sum(at > self.now - 3600 for at in agreed.looks) >= agreed.rate:
            return "too-many"
        return "withheld" if self.owner.get(agreed.number, -1) in self.withheld else "located"

    @precondition(lambda self: self.open)
    @rule(outcome=st.sampled_from(("sent", "failed")))
    def report(self, outcome: str) -> None:
        located, agreed, _ = self.open.pop()
        self.clients[agreed.client].done(located, outcome)
        if outcome == "failed":
            self._failed(agreed)
        elif agreed.left == 0:
            agreed.alive = False

    def _failed(self, agreed: Agreed) -> None:
        if agreed.left == 0 and agreed.tries < 3:
            agreed.left = 1

    def _settle(self) -> None:
        """Count as failed what was withheld, and what the courier, who asks for more, knows nothing of for a minute."""
        lost = [one for one in self.open if one[2] < self.now - looking.LOST]
        withheld = [one for one in self.silent if one[1] < self.now]
        for agreed in [agreed for _, agreed, _ in lost] + [agreed for agreed, _ in withheld]:
            self._failed(agreed)
        self.open = [one for one in self.open if one not in lost]
        self.silent = [one for one in self.silent if one not in withheld]

    @precondition(lambda self: self.tokens)
    @rule(which=st.integers(0, 5))
    def watch(self, which: int) -> None:
        """Begin a watch with a token of this moment, if there is any to be had."""
        token = self.tokens[-1 - which % len(self.tokens)]
        agreed, places = token.of, self.clients[token.of.client]
        usable = agreed.alive and agreed.left and self.now < agreed.until
        given = places.take(token.ask) if usable else token.given
        answer = self.world.engine.answer([places.watching(given)])[0]
        if isinstance(answer, m.Watches):
            assert usable
            assert agreed.left == -1
            self.watches[answer.watches[0].id] = agreed
            return
        assert isinstance(answer, p.Problem)
        told = answer.reason in ("too-many-watches", "no-token" if not usable else "once-only")
        assert told or self.now >= agreed.until - 60

    @rule()
    def collect(self) -> None:
        """The courier takes what is due: each check is under a live consent, within its rate, and of its phone."""
        self._settle()
        for permit in self.clients[0].due():
            assert permit.watch is not None
            agreed = self.watches[permit.watch.id]
            assert agreed.alive
            assert self.now < agreed.until
            assert self.clients[0].number_in(permit) == agreed.number
            if permit.watch.tell == "check":
                assert self.owner.get(agreed.number, -1) not in self.withheld
                assert sum(at > self.now - 3600 for at in agreed.looks) < agreed.rate
                agreed.looks.append(self.now)
            self.out.append(permit)
        self._count_silent_checks()

    def _count_silent_checks(self) -> None:
        """A check that is withheld is seen by nobody, and counts against the rate like any other."""
        store = self.world.engine.core.store
        for name, agreed in self.watches.items():
            row = store.one("SELECT consent FROM location_watches WHERE id = ?", name)
            if not agreed.alive or row is None or self.owner.get(agreed.number, -1) not in self.withheld:
                continue
            since = self.now - 3600
            found = store.one(
                "SELECT count(*) FROM location_looks WHERE consent = ? AND at > ?", row[0], since
            )
            assert found is not None
            known = sum(at > since for at in agreed.looks)
            assert known <= found[0] <= agreed.rate
            agreed.looks += [self.now] * (found[0] - known)

    @precondition(lambda self: self.out)
    @rule(outcome=st.sampled_from(("sent", "failed", "")))
    def confirm(self, outcome: str) -> None:
        """What the courier may tell is under a live consent still, and nothing of a phone while that is withheld."""
        permit = self.out.pop()
        assert permit.watch is not None
        agreed = self.watches[permit.watch.id]
        if self.clients[0].stands(permit):
            assert agreed.alive
            assert self.now < agreed.until
            check = permit.watch.tell == "check"
            assert not check or self.owner.get(agreed.number, -1) not in self.withheld
        elif agreed.alive and self.now < agreed.until - 60:
            assert self.owner.get(agreed.number, -1) in self.withheld
        if outcome:
            self.world.ask(p.PermitDone(permit=permit.id, outcome=outcome), p.Done)

    @rule(number=st.sampled_from(NUMBERS), why=st.sampled_from(("stopped", "moved")))
    def stop(self, number: str, why: str) -> None:
        self.clients[0].stop(number, why)
        self._end(number)
        if why == "moved":
            self.moved.add(number)

    def _end(self, number: str) -> None:
        for one in self.consents:
            one.alive = one.alive and one.number != number

    @rule(who=st.integers(0, 1), paused=st.booleans(), frozen=st.booleans())
    def withhold(self, who: int, paused: bool, frozen: bool) -> None:
        person = self.people[who]
        self.world.submit(self.world.sign(location.PauseLocation, person.own, paused=paused))
        change = (
            self.world.sign(s.Freeze, person.own, leaf="")
            if frozen
            else self.world.sign(s.Unfreeze, person.own)
        )
        self.world.submit(change)
        (self.withheld.add if paused or frozen else self.withheld.discard)(who)

    @rule(number=st.sampled_from(NUMBERS), who=st.integers(0, 1))
    def prove(self, number: str, who: int) -> None:
        """Somebody proves that the phone is theirs now; whoever had it before loses it with its consents."""
        self.world.engine.core.store.run("DELETE FROM budgets")
        self.world.bind(self.people[who], number)
        if self.owner.get(number) != who:
            self._end(number)
        self.owner[number] = who
        self.moved.discard(number)

    @rule(seconds=st.sampled_from((1, 60, 300, 601, 3599, 3600)))
    def wait(self, seconds: int) -> None:
        self.world.clock.time += seconds
        for places in self.clients:
            places.roster()
        for person in self.people:  # a session lasts an hour
            fresh = type(person)().session
            self.world.submit(self.world.sign(s.Session, person.own, key=fresh.key, until=self.now + 3600))
            person.session = fresh

    @rule()
    def restart(self) -> None:
        self.world.engine.sweep()
        self.world.close()
        self.world.engine = self.world.open()


TestConsents = Consents.TestCase
TestConsents.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
