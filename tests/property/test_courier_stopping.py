"""Whatever happens in whatever order: after STOP nothing leaves, nobody is asked, and no yes reaches the keyholder."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from breakseal.courier.app import Courier
from breakseal.kernel.model.location import ConsentAnswered, ConsentStopped
from breakseal.keyholder import protocol
from tests.support.consents import HOME, Looker, Phone, SetSource, question, source_for, start, terms, told
from tests.support.courier import Setting, make_setting, play

STEPS = (
    "ask",
    "yes",
    "day",
    "no",
    "stop",
    "start",
    "look",
    "stop-while-looking",
    "round",
    "silent",
    "answers",
    "later",
)
SILENT = protocol.Problem(family="UnavailableError", reason="busy", detail="later")


@dataclass
class Model:
    """What must hold, kept beside the courier."""

    setting: Setting
    courier: Courier
    phone: Phone
    source: SetSource
    looker: Looker
    asks: int = 0
    lifted: bool = True
    """START came after the last STOP."""
    ends: int = 0

    @property
    def stopped(self) -> bool:
        """STOP holds until START, and in any case until the keyholder knows of it."""
        known = sum(isinstance(one, ConsentStopped) for one in told(self.setting))
        return not self.lifted or known < self.ends

    async def step(self, name: str) -> None:
        ways = {
            "ask": self._ask, "yes": self._yes, "day": self._day, "no": self._no, "stop": self._stop,
            "start": self._start, "look": self._look, "stop-while-looking": self._stop_while_looking,
            "round": self._round, "silent": self._silent, "answers": self._answers, "later": self._later,
        }  # fmt: skip
        await ways[name]()

    async def _ask(self) -> None:
        await self._send()
        before, stopped = len(self.setting.shown()), self.stopped
        self.asks += 1
        self.setting.clock.time += 1
        await start(self.courier, question(self.setting, said=terms(client=f"{self.asks:043d}")))
        await self._send()
        if stopped:
            assert len(self.setting.shown()) == before, "asked after STOP"

    async def _yes(self) -> None:
        self._agree("YES")

    async def _day(self) -> None:
        self._agree("DAY")

    def _agree(self, word: str) -> None:
        texts = [one.text for one in self.setting.shown() if "Reply YES" in one.text]
        if texts:
            self.phone.says(f"{word} {texts[-1].partition('YES ')[2][:4]}")

    async def _no(self) -> None:
        self.phone.says("NO")

    async def _stop(self) -> None:
        self.phone.says("please stop this")
        self._ended()

    def _ended(self) -> None:
        self.lifted = False
        self.ends += 1

    async def _start(self) -> None:
        self.phone.says("START")
        self.lifted = True

    async def _look(self) -> None:
        self.source.fix = msgspec.structs.replace(HOME, at=self.setting.clock.time)
        before, stopped = len(self.source.asked), self.stopped
        answer = (await self.looker.look(self.courier)).answer
        assert (answer, len(self.source.asked) - before) == (("unknown", 0) if stopped else ("found", 1))

    async def _stop_while_looking(self) -> None:
        def stop() -> None:
            self.phone.says("STOP")
            self._ended()

        self.source.fix = msgspec.structs.replace(HOME, at=self.setting.clock.time)
        self.source.during = stop
        assert (await self.looker.look(self.courier)).answer == "unknown"
        self.source.during = lambda: None

    async def _round(self) -> None:
        attested, stopped = len(told(self.setting)), self.stopped
        await self.courier.location.hear()
        fresh = told(self.setting)[attested:]
        if stopped:
            assert not any(isinstance(one, ConsentAnswered) and one.answer == "yes" for one in fresh)
        await self._send()
        acknowledged = sum(one.text.startswith("Stopped:") for one in self.setting.shown())
        assert acknowledged <= sum(isinstance(one, ConsentStopped) for one in told(self.setting))

    async def _silent(self) -> None:
        self.setting.keyholder.problem = SILENT

    async def _answers(self) -> None:
        self.setting.keyholder.problem = None

    async def _later(self) -> None:
        self.setting.clock.time += 70

    async def _send(self) -> None:
        await self.courier.delivery.deliver_due()


@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=30))
@settings(max_examples=100, deadline=None)
def test_after_stop_nothing_leaves_in_any_order(steps: list[str]) -> None:
    async def scene(courier: Courier) -> None:
        source = source_for(courier)
        model = Model(setting, courier, Phone(setting, courier), source, Looker(setting))
        for name in steps:
            await model.step(name)

    with tempfile.TemporaryDirectory() as folder:
        setting = make_setting(Path(folder))
        play(setting, scene)


def test_the_race_is_one_that_the_test_can_lose() -> None:
    async def scene(courier: Courier) -> None:
        model = Model(setting, courier, Phone(setting, courier), source_for(courier), Looker(setting))
        courier.location.locating._stops = _Never()  # type: ignore[assignment] # knows of no stop
        try:
            await model.step("stop-while-looking")
        except AssertionError:
            lost.append(True)

    lost: list[bool] = []
    with tempfile.TemporaryDirectory() as folder:
        setting = make_setting(Path(folder))
        play(setting, scene)
    assert lost == [True]


class _Never:
    def holds(self, who: bytes, now: int) -> bool:
        return False
