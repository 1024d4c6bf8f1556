"""A missing person who agreed beforehand, with keyholder, courier and a simulated carrier as processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.courier.phonebox import PhoneReply, write_reply
from breakseal.keyholder import protocol as p
from tests.process.test_exigent import SHARP, Town, metres
from tests.support import parts
from tests.support.courier import NUMBER

MINUTE, DAY = 60, 86_400


def texts(town: Town) -> list[str]:
    """Return what the phone got so far."""
    shown = town.config.folder("courier") / "sms"
    return [one.read_text() for one in sorted(shown.iterdir())] if shown.is_dir() else []


def agree(town: Town) -> None:
    """Have Rosa agree at the door, and wait until her phone was told."""
    town.world.ask(town.search.agreeing(town.rosa), p.Submitted)
    parts.until(lambda: town.search.places.desk(town.rosa).consents[0].told > 0, "the phone to be told")
    town.turn(MINUTE)


@pytest.mark.timeout(240)
def test_the_one_fix_that_was_agreed_to_and_none_after_stop(tmp_path: Path) -> None:
    town = Town(tmp_path)
    search, rosa = town.search, town.rosa
    with town.running():
        before = search.open(NUMBER, "26-0001")
        search.nothing(before, NUMBER)
        search.end(before)
        agree(town)
        assert "if two officers of Dane-Police say that you are missing" in texts(town)[0]
        town.turn(3 * DAY)
        name = search.open(NUMBER)
        found = town.asked(search.located(name, NUMBER))
        assert (found.answer, found.source) == ("found", "carrier")
        assert found.fix is not None
        assert found.fix.radius == SHARP
        assert metres(found.fix) <= SHARP
        parts.until(
            lambda: town.refused(search.looking(name, NUMBER)) == "missing-used-up", "the fix to count"
        )
        assert town.refused(search.looking(search.open(NUMBER), NUMBER)) == "missing-used-up"
        assert town.listed(rosa)[-10:] == [
            "missing-opened", "missing-seconded", "missing-unavailable", "missing-found", "if-missing-given",
            "missing-opened", "missing-seconded", "located-missing", "missing-opened", "missing-seconded",
        ]  # fmt: skip
        replies = town.config.folder("courier") / "replies"
        write_reply(replies, PhoneReply(sender=NUMBER, text="STOP", at=town.world.clock.time, id="one"))
        parts.until(lambda: not search.places.desk(rosa).consents, "STOP")
        town.turn(3 * DAY)
        search.nothing(search.open(NUMBER, "26-0002"), NUMBER)
        assert town.listed(rosa)[-4:] == [
            "consent-stopped", "missing-opened", "missing-seconded", "missing-unavailable",
        ]  # fmt: skip
