"""Tries every attack that can be tried, and says of each whether it found a hole."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from breakseal.canary import clients, strangers
from breakseal.canary.scene import STEP, Attack, NotRunError, Scene
from breakseal.client.answers import AnswerError
from breakseal.client.client import COME_AGAIN
from breakseal.kernel.errors import BreaksealError

MOST_TOLD = 5
"""Findings of one attack that are told; the rest is counted."""
_CODE = re.compile(r"DAY (\d{4})")
TRIES = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attack: `ran`, whether it `held`, how many requests it sent, and what it found."""

    name: str
    ran: bool
    held: bool
    requests: int
    found: tuple[str, ...]


def run(scene: Scene) -> Iterator[Outcome]:
    """Yield the outcome of each attack as it is known; the canary's phone may be asked again in the end."""
    for attack in (*strangers.ATTACKS, *clients.ATTACKS):
        if _is_set(scene, attack):
            yield _tried(scene, attack)
    if scene.phone is None or scene.client is None:
        return
    agreed = _tried(scene, Attack("the-canarys-phone-agrees", "consent", _agree))
    yield agreed
    try:
        if agreed.ran and agreed.held:
            for attack in clients.AGREED:
                yield _tried(scene, attack)
    finally:
        scene.phone.says("START")


def _is_set(scene: Scene, attack: Attack) -> bool:
    """Tell whether what the attack needs was given at all; if not, it is not spoken of."""
    given = {
        "nothing": True,
        "door": scene.door is not None,
        "try-page": scene.try_page is not None,
        "key": scene.client is not None,
        "consent": scene.phone is not None,
    }
    return given[attack.needs]


def _tried(scene: Scene, attack: Attack) -> Outcome:
    wires = [wire for wire in (scene.web, scene.door, scene.try_page) if wire]
    before = sum(wire.sent for wire in wires)
    found: list[str] = []
    ran = True
    try:
        found.extend(attack.tries(scene))
    except NotRunError as error:
        ran = bool(found)
        found = found or [str(error)]
    requests = sum(wire.sent for wire in wires) - before
    told = tuple(found[:MOST_TOLD])
    more = len(found) - len(told)
    return Outcome(
        attack.name, ran, not (ran and found), requests, told + ((f"and {more} more",) if more else ())
    )


def _agree(scene: Scene) -> Iterator[str]:
    """The canary's own phone says DAY to the question that was put to it."""
    phone, question = scene.phone, scene.question
    if phone is None or question is None:
        raise NotRunError("the canary's phone was not asked: three questions a day, and one at a time")
    code = _question_of(scene)
    phone.says(f"DAY {code}")
    for _ in range(TRIES):
        time.sleep(STEP * 5)
        try:
            scene.held = scene.keyed.token(question)
            return
        except AnswerError as error:
            if error.reason not in COME_AGAIN:
                yield f"the phone's yes was answered with {error.reason}"
                return
        except BreaksealError as error:
            raise NotRunError("the server does not answer") from error
    raise NotRunError("the phone's yes was not taken in time")


def _question_of(scene: Scene) -> str:
    """Return the code of the newest question that came to the canary's phone."""
    phone = scene.phone
    if phone is None:
        raise NotRunError("no phone of the canary's own is given (--phone-url)")
    for _ in range(int(40 / STEP)):
        codes = [found[1] for text in phone.texts() if (found := _CODE.search(text))]
        if codes:
            return codes[0]
        time.sleep(STEP)
    raise NotRunError("no question came to the canary's phone: START was sent, run it again later")
