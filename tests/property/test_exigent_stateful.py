"""Any order of asking, calling back, looking, judging and waiting, against a model of a page: who gets what, and why.

The model knows requests as a list; the keyholder runs whole, with sweeps and restarts between. Rosa's list must say
exactly what happened to her phone.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from breakseal.kernel.model import enrolments
from breakseal.kernel.model.permit import read_permit
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from tests.support.dangers import WATCH, Danger, listed, name_of
from tests.support.world import NUMBER, World

NUMBERS = (NUMBER, "+15555550118")  # Rosa's, and nobody's
MINUTE, HOUR, DAY = 60, 3600, 86_400
WAITS = (1, 14 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 2 * DAY)
PICK = st.integers(0, 50)


@dataclass
class Asked:
    """A request of the model; `spoke` is the reviewer who said something last."""

    name: str
    number: str
    at: int
    used: int = 0
    state: str = "alone"
    result: str = ""
    spoke: str = ""


class Dangers(RuleBasedStateMachine):
    """One agency, two phones, two duty reviewers, a legal reviewer and two overseers."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.world = World(self.folder / "kh")
        self.world.found()
        self.danger = Danger(self.world)
        self.rosa = self.world.resident()
        let_in = self.danger.court.let_in
        self.duty = (self.danger.duty, let_in(WATCH, "duty-reviewer"))
        self.judges = (self.danger.legal, self.danger.overseer, let_in(WATCH, "oversight"))
        self.requests: list[Asked] = []
        self.told: list[str] = []
        self.before = len(listed(self.world, self.rosa))

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert [one.result for one in listed(self.world, self.rosa)[self.before :]] == self.told
            self.world.close()
            shutil.rmtree(self.folder)

    @property
    def now(self) -> int:
        return self.world.clock.time

    def put(self, question: p.Message, reason: str) -> p.Message:
        """Ask; the answer must be a refusal for `reason`, or none if that is empty."""
        answer = self.world.engine.answer([question])[0]
        assert (answer.reason if isinstance(answer, p.Problem) else "") == reason, (answer, self.requests)
        return answer

    def note(self, one: Asked, *results: str) -> None:
        if one.number == NUMBER:
            self.told += results

    @rule(number=st.sampled_from(NUMBERS), waits=st.booleans())
    def ask(self, number: str, waits: bool) -> None:
        first, now = self.danger.first(number), self.now
        if any(one.result == "not-upheld" for one in self.requests):
            reason = "exigent-not-upheld"
        elif any(one.result == "" and one.at + 2 * DAY <= now for one in self.requests):
            reason = "exigent-unreviewed"
        elif any(one.number == number and one.at > now - 4 * HOUR for one in self.requests):
            reason = "exigent-known"
        else:
            reason = ""
        if waits:  # the investigator's alone is judged alike, and nothing comes of it
            self.put(p.Submit(statements=(first,)), reason)
            if reason:  # what was refused is used up
                first = self.danger.first(number)
        self.put(self.danger.seconding(first, number), reason)
        if not reason:
            one = Asked(name_of(first), number, now)
            self.requests.append(one)
            self.note(one, "exigent-asked", "exigent-seconded")

    @precondition(lambda self: self.requests)
    @rule(pick=PICK, number=st.sampled_from(NUMBERS))
    def look(self, pick: int, number: str) -> None:
        one = self.requests[pick % len(self.requests)]
        confirmed, reason = one.state == "confirmed", ""
        if self.now >= one.at + 4 * HOUR or one.state == "denied" or one.result not in ("", "upheld"):
            reason = "exigent-over"
        elif self.now >= one.at + 15 * MINUTE and not confirmed:
            reason = "exigent-unconfirmed"
        elif number != one.number:
            reason = "order-scope"
        elif one.used >= (12 if confirmed else 1):
            reason = "exigent-used-up"
        answer = self.put(self.danger.looking(one.name, number), reason)
        if isinstance(answer, Located):
            one.used += 1
            self.note(one, "located-in-danger")
            permit = read_permit(answer.permit, self.world.keyholder.key)
            assert (permit.precision, permit.ground) == ("exact" if confirmed else "1km", "exigent")
            assert self.danger.court.number_in(permit) == one.number
            assert answer.until == self.now + (60 if confirmed else 15) * MINUTE

    @precondition(lambda self: self.requests)
    @rule(
        pick=PICK, who=st.integers(0, 1), result=st.sampled_from(("confirmed", "denied")), wrong=st.booleans()
    )  # fmt: skip
    def call_back(self, pick: int, who: int, result: str, wrong: bool) -> None:
        one, caller = self.requests[pick % len(self.requests)], self.duty[who]
        reason = ""
        if one.spoke == caller.handle:
            reason = "reviewed"
        elif self.now >= one.at + 4 * HOUR or one.result not in ("", "upheld"):
            reason = "exigent-over"
        elif wrong and result == "confirmed":
            reason = "readback"
        digits = "0000" if wrong else one.number[-4:]
        self.put(self.danger.confirming(one.name, caller.own, result=result, digits=digits), reason)
        if not reason:
            one.state, one.spoke = result, caller.handle
            self.note(one, f"exigent-{result}")

    @precondition(lambda self: self.requests)
    @rule(pick=PICK, who=st.integers(0, 2), result=st.sampled_from(("upheld", "not-upheld", "released")))
    def judge(self, pick: int, who: int, result: str) -> None:
        one, judge = self.requests[pick % len(self.requests)], self.judges[who]
        reason = ""
        if result == "released" and who == 0:
            reason = "not-reviewer"
        elif one.spoke == judge.handle:
            reason = "reviewed"
        elif one.result != ("not-upheld" if result == "released" else ""):
            reason = "exigent-reviewed"
        self.put(self.danger.reviewing(one.name, judge.own, result=result), reason)
        if not reason:
            one.result, one.spoke = result, judge.handle
            self.note(one, f"exigent-{result}")

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        self.world.clock.time += seconds
        for org in (self.danger.court.agency, WATCH):
            officers = self.world.engine.core.organisations.officers(org)
            names = tuple(one.officer for one in officers)
            sponsor = self.danger.court.sponsors[org]
            self.world.submit(self.world.sign(enrolments.Roster, sponsor, org=org, officers=names))

    @rule()
    def sweep(self) -> None:
        self.world.engine.sweep()

    @rule()
    def restart(self) -> None:
        self.world.close()
        self.world.engine = self.world.open()
        self.world.engine.start()


Dangers.TestCase.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDangers = Dangers.TestCase
