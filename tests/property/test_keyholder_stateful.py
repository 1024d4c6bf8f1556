"""Random lives of a keyholder against a plain model: what opened is exactly what the model allows.

The model knows nothing of keys or stores: sets, dictionaries, and the rules of the design in a few lines.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from breakseal.keyholder import protocol as p
from tests.support.world import Person, World, software_key

MEDICAL, HOME = "emergency.medical", "emergency.home"
CALL_LIFE, AFTER = 4 * 3600, 45 * 60
KEPT, SECOND_LOOK = 730 * 86_400, 3600
FORGET_AFTER = 2 * 86_400
HERE, THERE = "55079", "55089"


@dataclass
class Model:
    """One person as the rules see them."""

    person: Person
    numbers: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    written: dict[str, int] = field(default_factory=dict)
    seen_past: dict[str, int] = field(default_factory=dict)
    granted: set[str] = field(default_factory=set)
    covered: bool = False
    frozen: bool = False
    erased: bool = False
    entries: int = 1
    session_until: int = 0

    def past(self, now: int) -> set[str]:
        """Return what is held still but past its retention."""
        return {category for category in self.held if now - self.written[category] > KEPT}

    def swept(self, now: int) -> None:
        """Lose what a sweep an hour ago, or earlier, saw past already; each loss is an entry."""
        for category in self.past(now):
            if now - self.seen_past.setdefault(category, now) >= SECOND_LOOK:
                self.held.discard(category)
                self.entries += 1

    def writes(self, category: str, now: int) -> None:
        self.held.add(category)
        self.written[category] = now
        self.seen_past.pop(category, None)


@dataclass
class Call:
    """One call as the rules see it."""

    name: str
    number: str
    position: str
    started: int
    event: bytes
    seq: int = 1
    ended: int = 0


class Keyholder(RuleBasedStateMachine):
    """The real engine beside the model."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.world = World(self.folder / "kh")
        self.world.found(places=(HERE,))
        self.people: list[Model] = []
        self.calls: list[Call] = []
        self.officers: dict[str, tuple[Person, int]] = {}
        self.refused = 0
        self.waited = False
        self.rung = 0

    def teardown(self) -> None:
        self.world.close()
        shutil.rmtree(self.folder)

    @property
    def now(self) -> int:
        return self.world.clock.time

    # -- people ----------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.sign_up()
        self.shift("7")

    @precondition(lambda self: len(self.people) < 4)
    @rule()
    def sign_up(self) -> None:
        person = self.world.resident("", granted=False)
        model = Model(person, session_until=self.now + 3600)
        for category in (MEDICAL, HOME):
            model.writes(category, self.now)
        self.people.append(model)

    def one(self, index: int) -> Model:
        model = self.people[index % len(self.people)]
        if self.now >= model.session_until:
            model.person.session = software_key("session")
            self.take(model, 1, s.Session, own=True, key=model.person.session.key, until=self.now + 3600)
            model.session_until = self.now + 3600 if not model.erased else 0
        return model

    def take(self, model: Model, entries: int, what: type, *, own: bool = False, **fields: object) -> bool:
        """Hand in a statement; it is taken unless the record was erased."""
        signer = model.person.own if own or self.now >= model.session_until else model.person.session
        taken = isinstance(
            self.answer(p.Submit(statements=(self.world.sign(what, signer, **fields),))), p.Submitted
        )
        assert taken == (not model.erased)
        model.entries += entries if taken else 0
        return taken

    def answer(self, question: p.Message) -> p.Message:
        return self.world.engine.answer([question])[0]

    @rule(index=st.integers(0, 3), number=st.sampled_from(["+15555550601", "+15555550602", "+15555550603"]))
    def bind(self, index: int, number: str) -> None:
        model = self.one(index)
        if model.erased or len(model.numbers) >= 8:
            return
        try:
            self.world.bind(model.person, number)
        except RefusedError:
            # Six codes an hour. Nothing else refuses: the lists below would not agree with the model.
            return
        model.entries += 1
        for other in self.people:
            if number in other.numbers and other is not model:
                other.numbers.discard(number)
                other.entries += 1
        model.numbers.add(number)

    @rule(index=st.integers(0, 3))
    def unbind(self, index: int) -> None:
        model = self.one(index)
        if model.numbers:
            held = self.world.desk(model.person).numbers[0]  # type: ignore[attr-defined]
            if self.take(model, 1, s.WithdrawNumber, number=held.id):
                model.numbers.discard(held.number)

    @rule(index=st.integers(0, 3), category=st.sampled_from([MEDICAL, HOME]))
    def write(self, index: int, category: str) -> None:
        model = self.one(index)
        if not model.erased:
            if category not in model.held:
                model.person.written.pop(category)
            self.world.write(model.person, category, b"{}")
            model.writes(category, self.now)

    @rule(index=st.integers(0, 3), categories=st.sets(st.sampled_from([MEDICAL, HOME]), min_size=1))
    def keep(self, index: int, categories: set[str]) -> None:
        model = self.one(index)
        statement = self.world.sign(s.Keep, model.person.own, categories=tuple(sorted(categories)))
        taken = isinstance(self.answer(p.Submit(statements=(statement,))), p.Submitted)
        assert taken == (not model.erased and categories <= model.held - model.past(self.now))
        for category in categories if taken else ():
            model.writes(category, self.now)

    @rule(
        index=st.integers(0, 3),
        categories=st.sets(st.sampled_from([MEDICAL, HOME]), min_size=1),
        place=st.sampled_from(["anywhere", HERE, THERE]),
    )
    def turn_on(self, index: int, categories: set[str], place: str) -> None:
        model = self.one(index)
        anywhere = place == "anywhere"
        if self.take(
            model, 1, s.Grant, own=True, purpose="emergency-response", categories=tuple(sorted(categories)),
            anywhere=anywhere, places=() if anywhere else (place,),
        ):  # fmt: skip
            model.granted, model.covered = categories, place in ("anywhere", HERE)

    @rule(index=st.integers(0, 3))
    def turn_off(self, index: int) -> None:
        model = self.one(index)
        if self.take(model, 1, s.WithdrawGrant, purpose="emergency-response"):
            model.granted = set()

    @rule(index=st.integers(0, 3), frozen=st.booleans())
    def freeze(self, index: int, frozen: bool) -> None:
        model = self.one(index)
        fields = {"leaf": ""} if frozen else {}
        if self.take(model, 1, s.Freeze if frozen else s.Unfreeze, own=not frozen, **fields):
            model.frozen = frozen

    @rule(index=st.integers(0, 3), what=st.sampled_from([(), (MEDICAL,), (HOME,)]))
    def erase(self, index: int, what: tuple[str, ...]) -> None:
        model = self.one(index)
        if not set(what) <= model.held:
            return
        if self.take(model, 1, s.Erase, own=True, categories=what):
            model.held -= set(what)
            if not what:
                model.erased, model.held, model.numbers, model.granted = True, set(), set(), set()

    # -- officers, calls, time -------------------------------------------------------------------

    @rule(position=st.sampled_from(["7", "8"]))
    def shift(self, position: str) -> None:
        if position in self.officers:
            person = self.officers[position][0]
            self.world.shift(person, position)
        else:
            person = self.world.officer(position)
        self.officers[position] = (person, self.now + 8 * 3600)

    @rule(position=st.sampled_from(["7", "8"]))
    def end_officer(self, position: str) -> None:
        if position in self.officers:
            handle = self.officers.pop(position)[0].handle
            self.world.submit(
                self.world.sign(enrolments.RevokeOfficer, self.world.sponsor, org="cedar", officer=handle)
            )

    @rule(
        number=st.sampled_from(["+15555550601", "+15555550602", "+15555550603"]),
        position=st.sampled_from(["7", "8"]),
    )
    def ring(self, number: str, position: str) -> None:
        name, self.rung = f"c{self.rung}", self.rung + 1
        event = self.world.call(number, call=name, position=position)
        self.world.submit(event)
        self.calls.append(Call(name, number, position, self.now, event))

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 9), position=st.sampled_from(["7", "8"]))
    def transfer(self, index: int, position: str) -> None:
        call = self.calls[index % len(self.calls)]
        event = self.world.call(
            call.number, call=call.name, seq=call.seq + 1, event="transferred", position=position
        )
        answer = self.answer(p.Submit(statements=(event,)))
        assert isinstance(answer, p.Problem) == bool(call.ended)
        if call.ended:
            return
        call.seq, call.event, call.position = call.seq + 1, event, position

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 9))
    def hang_up(self, index: int) -> None:
        call = self.calls[index % len(self.calls)]
        self.world.submit(self.world.call(call.number, call=call.name, seq=call.seq + 1, event="ended"))
        if not call.ended:
            call.ended, call.seq = self.now, call.seq + 1

    @rule(seconds=st.sampled_from([1, 60, 900, 2701, 3600, 5 * 3600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.world.clock.time += seconds

    @precondition(lambda self: not self.waited)
    @rule(days=st.sampled_from([729, 731]))
    def wait_for_years(self, days: int) -> None:
        self.waited = True
        self.calls = []  # a sweep forgets calls of long ago, and so does the model
        self.world.clock.time += days * 86_400

    @rule()
    def sweep(self) -> None:
        self.world.engine.sweep()
        self.swept()

    @rule()
    def start_again(self) -> None:
        self.world.close()
        self.world.engine = self.world.open()
        self.swept()

    def swept(self) -> None:
        for model in self.people:
            model.swept(self.now)
        self.calls = [call for call in self.calls if call.started >= self.now - FORGET_AFTER]

    # -- openings --------------------------------------------------------------------------------

    @precondition(lambda self: self.calls)
    @rule(index=st.integers(0, 9), position=st.sampled_from(["7", "8"]), retry=st.booleans())
    def look(self, index: int, position: str, retry: bool) -> None:
        call = self.calls[index % len(self.calls)]
        if position not in self.officers:
            return
        officer, until = self.officers[position]
        request = self.world.request(officer, call.event)
        question = p.Disclose(request=request, basis=call.event)
        may = (
            self.now < until
            and position == call.position
            and self.now - call.started <= CALL_LIFE
            and (not call.ended or (self.now - call.ended + 59) // 60 <= AFTER // 60)
        )
        answer = self.answer(question)
        assert isinstance(answer, p.Disclosed) == may, answer
        if not isinstance(answer, p.Disclosed):
            return
        expected = self._expected(call.number)
        opened = self.world.opened(officer, answer)
        assert {key.category for key in opened.keys} == (
            expected[1] & expected[0].held if expected else set()
        )
        assert opened.subject == answer.handle == (expected[0].person.handle if expected else "")
        if expected:
            expected[0].entries += 1
            for key in opened.keys:
                ciphertext = expected[0].person.written[key.category][1]
                assert self.world.read_record(opened, key.category, ciphertext) is not None
        if retry:
            again = self.world.ask(question, p.Disclosed)
            assert (again.leaf, again.handle) == (answer.leaf, answer.handle)

    def _expected(self, number: str) -> tuple[Model, set[str]] | None:
        for model in self.people:
            if number in model.numbers:
                open_ = model.covered and not model.frozen
                allowed = model.granted - model.past(self.now) if open_ else set()
                return (model, allowed) if allowed else None
        return None

    @rule(index=st.integers(0, 3))
    def look_at_oneself(self, index: int) -> None:
        model = self.one(index)
        signer = model.person
        if self.now >= model.session_until:
            return
        answer = self.world.disclose(signer)
        opened = self.world.opened(signer, answer)
        assert {key.category for key in opened.keys} == model.held - model.past(self.now)
        model.entries += 1

    # -- what always holds -----------------------------------------------------------------------

    @invariant()
    def every_leaf_is_in_the_log(self) -> None:
        store = self.world.engine.core.store
        waiting = store.many("SELECT id FROM entries WHERE idx IS NULL")
        assert {row for (row,) in waiting} <= {row for row, _ in self.world.engine._placed}

    @rule(index=st.integers(0, 3))
    def the_trail_is_complete(self, index: int) -> None:
        model = self.one(index)
        trail = self.world.trail(model.person, model.person.own)
        bodies = verify_trail(trail, self.world.keyholder.key)
        assert len(bodies) == model.entries
        log = self.world.log.entries(0, 1_000_000)
        leaves = {canonical.b64(leaf) for leaf in log}
        assert all(entry.leaf in leaves for entry in trail.entries)


TestKeyholder = Keyholder.TestCase
TestKeyholder.settings = settings(
    max_examples=50, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
