"""Fences and the end: from STOP on, or whatever else ends a consent, no sink is told anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from breakseal.courier.app import Courier
from tests.support.consents import Phone, SetSource
from tests.support.courier import Setting, make_setting
from tests.support.fences import SinkProgram, take, watch_permit
from tests.unit.test_courier_fences import staged


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def test_stop_in_the_middle_of_a_check_tells_nothing(setting: Setting) -> None:
    """Before the source was asked, while it was, while the sink was spoken to: after STOP nothing is said."""

    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        phone = Phone(setting, courier)
        source.during = lambda: phone.says("STOP")
        await at_once(setting, courier, program)
        assert program.heard == []
        phone.says("STOP")
        await at_once(setting, courier, program)
        await take(courier, watch_permit(setting, program.url, "started"))
        await take(courier, watch_permit(setting, program.url, "SUBSCRIPTION_EXPIRED"))
        assert program.heard == []
        assert len(source.asked) == 1

    staged(setting, scene)


async def at_once(setting: Setting, courier: Courier, program: SinkProgram) -> None:
    await take(courier, watch_permit(setting, program.url, initial=True))


def test_stop_ends_what_is_under_way_before_it_is_acknowledged(setting: Setting) -> None:
    """A source that takes its time, and a sink that does: when the phone hears of its STOP, both were given up."""

    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        phone, fencing = Phone(setting, courier), courier.location.fencing
        program.before = asyncio.Event()
        fencing.take(watch_permit(setting, program.url, initial=True))
        await asyncio.wait_for(program.came.wait(), 5)
        fencing.take(watch_permit(setting, program.url, id="B" * 22, initial=True))
        await asyncio.sleep(0.05)
        assert len(fencing._running) == 2
        phone.says("STOP")
        texts = await phone.sees()
        assert texts[-1].startswith("Stopped")
        assert fencing._running == {}
        heard = len(program.heard)
        program.before.set()
        await asyncio.sleep(0.1)
        assert len(program.heard) == heard

    staged(setting, scene)


def test_another_number_goes_on_when_one_says_stop(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        Phone(setting, courier, number="+12025550187").says("STOP")
        await courier.location.hear()
        await at_once(setting, courier, program)
        assert program.types == ["area-entered"]

    staged(setting, scene)


def test_nothing_is_told_that_the_keyholder_does_not_confirm(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        setting.keyholder.ended = True
        await at_once(setting, courier, program)
        assert len(source.asked) == len(setting.keyholder.confirmed) == 1
        assert program.heard == []
        setting.keyholder.ended = False
        await at_once(setting, courier, program)
        assert program.types == ["area-entered"], "not told before: still a first time"

    staged(setting, scene)


def test_a_permit_that_ran_out_while_the_source_was_asked_tells_nothing(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        def dawdle() -> None:
            setting.clock.time += 16

        source.during = dawdle
        await at_once(setting, courier, program)
        assert program.heard == []

    staged(setting, scene)


def _late(setting: Setting, _phone: Phone) -> None:
    setting.clock.time += 16


def _stop(_setting: Setting, phone: Phone) -> None:
    phone.says("STOP")


@pytest.mark.parametrize("happens", [_late, _stop])
@pytest.mark.parametrize("tell", ["check", "started", "SUBSCRIPTION_DELETED"])
def test_what_happens_while_the_keyholder_confirms_counts(
    setting: Setting, tell: str, happens: Callable[[Setting, Phone], None]
) -> None:
    """The connection stands and all is well, and then the phone says STOP, or the permit is over."""

    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        phone = Phone(setting, courier)
        setting.keyholder.confirming = lambda: happens(setting, phone)
        await take(courier, watch_permit(setting, program.url, tell, initial=True))
        assert len(setting.keyholder.confirmed) == 1
        assert program.heard == []

    staged(setting, scene)
