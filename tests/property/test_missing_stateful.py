"""Any order of agreeing, ending, opening, looking, finding and waiting, against a model: who gets a fix, and why.

The model knows cases as a list and one agreement; the keyholder runs whole, with sweeps and restarts between. Rosa's
list must say exactly what happened about her phone, and no agency gets two fixes for cases of the same three days.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from breakseal.kernel.model import location
from breakseal.kernel.model.permit import read_permit
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from tests.support.dangers import listed, name_of
from tests.support.searching import Search
from tests.support.world import NUMBER, World

NUMBERS = (NUMBER, "+15555550118")  # Rosa's, and nobody's
HOUR, DAY = 3600, 86_400
WAITS = (1, HOUR, DAY, 3 * DAY - 1, 3 * DAY)
PICK = st.integers(0, 50)


@dataclass
class Case:
    """A case of the model, by the agency's own name of it; `name` is the digest of what was signed last."""

    reference: str
    number: str
    name: str
    at: int
    state: str = ""  # "", "asked" (a permit is out) or "had"
    permit: str = ""
    found: bool = False
    swept: int = 0  # 1: marked as over; 2: its phone is forgotten
    marked: int = 0
    looks: tuple[int, int] = (0, 0)  # the hour, and how many in it
    signed: int = 0  # when the two signed under whom the permit went out


class Searches(RuleBasedStateMachine):
    """One agency with two officers, two phones, and a few names for cases."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "kh")
        self.world.found()
        self.search = Search(self.world)
        self.rosa = self.world.resident()
        self.cases: dict[str, Case] = {}
        self.given = self.told_at = 0  # when Rosa agreed, and when her phone was told; 0: not
        self.agreed, self.paused = "", False
        self.told: list[str] = []
        self.fixes: list[int] = []
        self.before = self.world.trail(self.rosa, self.rosa.own).head.n

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert [one.result for one in listed(self.world, self.rosa)[self.before :]] == self.told
            fixes = sorted(self.fixes)
            assert all(later - sooner >= 3 * DAY for sooner, later in pairwise(fixes))
            self.world.close()
            shutil.rmtree(self.folder)

    @property
    def now(self) -> int:
        return self.world.clock.time

    def put(self, question: p.Message, reason: str) -> p.Message:
        """Ask; the answer must be a refusal for `reason`, or none if that is empty."""
        answer = self.world.engine.answer([question])[0]
        assert (answer.reason if isinstance(answer, p.Problem) else "") == reason, (answer, self.cases)
        return answer

    def plenty(self) -> None:
        """Let the hourly budgets of person and agency be new; those of a case stay."""
        for holder in (self.rosa.handle, self.search.court.agency):
            self.world.engine.core.store.run("DELETE FROM budgets WHERE holder = ?", holder)

    def note(self, number: str, *results: str) -> None:
        if number == NUMBER:
            self.told += results

    @precondition(lambda self: not self.agreed)
    @rule(text=st.booleans())
    def agree(self, text: bool) -> None:
        self.plenty()
        self.put(self.search.agreeing(self.rosa), "")
        self.given, self.told_at = self.now, 0
        if text:
            self.search.places.tell()
            self.told_at = self.now
        (held,) = self.search.places.desk(self.rosa).consents
        self.agreed = held.id
        self.told.append("if-missing-given")

    @precondition(lambda self: self.agreed)
    @rule(by=st.sampled_from(("key", "stop")))
    def end(self, by: str) -> None:
        if by == "stop":
            self.search.places.stop()
        else:
            self.world.submit(self.world.sign(location.WithdrawConsent, self.rosa.own, consent=self.agreed))
        self.told.append("consent-stopped" if by == "stop" else "consent-ended")
        self.agreed, self.told_at = "", 0

    @rule()
    def pause(self) -> None:
        self.paused = not self.paused
        self.world.submit(self.world.sign(location.PauseLocation, self.rosa.own, paused=self.paused))
        self.told.append("location-paused" if self.paused else "location-resumed")

    @rule(number=st.sampled_from(NUMBERS), reference=st.sampled_from(("a", "b", "c")))
    def open(self, number: str, reference: str) -> None:
        self.plenty()
        first, now = self.search.first(number, case=reference), self.now
        old = self.cases.get(reference)
        other = any(
            one.number == number and one.at > now - 3 * DAY
            for one in self.cases.values()
            if one.reference != reference
        )
        known = other or (old is not None and (old.number != number or old.swept == 2))
        self.put(self.search.seconding(first, number), "missing-known" if known else "")
        if known:
            return
        if old is None:
            self.cases[reference] = Case(reference, number, name_of(first), now)
        else:
            old.name, old.at, old.found, old.swept, old.looks = name_of(first), now, False, 0, (0, 0)
        self.note(number, "missing-opened", "missing-seconded")

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, number=st.sampled_from(NUMBERS))
    def look(self, pick: int, number: str) -> None:
        case, reason = self.picked(pick), ""
        if case.found or self.now >= case.at + 3 * DAY:
            reason = "missing-over"
        elif number != case.number:
            reason = "order-scope"
        elif case.state:
            reason = "missing-used-up"
        else:
            hour, spent = case.looks
            case.looks = (self.now // HOUR, spent + 1 if hour == self.now // HOUR else 1)
            reason = "too-many" if case.looks[1] > 4 else ""
        answer = self.put(self.search.looking(case.name, number), reason)
        if not isinstance(answer, Located):
            return
        mine = number == NUMBER and self.agreed and self.told_at and self.given < case.at and not self.paused
        assert bool(answer.permit) is bool(mine)
        self.note(number, "located-missing" if mine else "missing-unavailable")
        if mine:
            permit = read_permit(answer.permit, self.world.keyholder.key)
            assert (permit.precision, permit.ground) == ("exact", "missing")
            case.state, case.permit, case.signed = "asked", permit.id, case.at

    @precondition(lambda self: any(one.state == "asked" for one in self.cases.values()))
    @rule(outcome=st.sampled_from(("sent", "failed")))
    def answer(self, outcome: str) -> None:
        case = next(one for one in self.cases.values() if one.state == "asked")
        stands = self.world.engine.core.store.one(
            "SELECT 1 FROM location_looks WHERE permit = ?", case.permit
        )
        self.world.ask(p.PermitDone(permit=case.permit, outcome=outcome), p.Done)
        # Whether something came of a look whose agreement has ended, nobody says any more: it counts.
        case.state = "had" if outcome == "sent" or stands is None else ""
        if outcome == "sent":
            self.fixes.append(case.signed)

    @precondition(lambda self: self.cases)
    @rule(pick=PICK, second=st.booleans())
    def find(self, pick: int, second: bool) -> None:
        case = self.picked(pick)
        who = self.search.second if second else self.search.officer
        self.put(self.search.ending(case.name, who.own), "missing-unknown" if case.found else "")
        if not case.found:
            case.found = True
            self.note(case.number, "missing-found")

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        self.world.clock.time += seconds
        self.search.court.renew()

    @rule()
    def sweep(self) -> None:
        self.world.engine.sweep()
        self.swept()

    @rule()
    def restart(self) -> None:
        self.world.close()
        self.world.engine = self.world.open()
        self.world.engine.start()
        self.swept()

    def swept(self) -> None:
        for one in self.cases.values():
            if one.swept == 1 and one.marked <= self.now - HOUR:
                one.swept = 2
            elif one.swept == 0 and one.at <= self.now - 3 * DAY:
                one.swept, one.marked = 1, self.now

    def picked(self, pick: int) -> Case:
        return list(self.cases.values())[pick % len(self.cases)]


Searches.TestCase.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSearches = Searches.TestCase
