"""What the demo's stories have in common: steps that are told, checks that end the story, ways in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.config import Config
from breakseal.demo import checks, settling
from breakseal.demo.resident import Home
from breakseal.demo.visitor import Visitor
from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model.body import Trail
from breakseal.kernel.model.signers import P256Signer
from breakseal.kernel.ports import Clock, Entropy


@dataclass(frozen=True, slots=True)
class Step:
    """One step that was played: what happened, and what was checked of it."""

    name: str
    happened: str
    checked: str


Tell = Callable[[Step], None]


@dataclass(slots=True)
class Story:
    """A story that is played once, by people of its own."""

    config: Config
    clock: Clock
    entropy: Entropy
    tell: Tell
    steps: list[Step] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def _signs_up(self, number: str) -> Home:
        """Return a resident who made a key and a record, and proved the phone `number`."""
        home = Home(
            self._visitor(), P256Signer(ec.generate_private_key(ec.SECP256R1()), "demo"), self.entropy
        )
        done = home.sign_up()
        checks.check_logged(home.visitor, done.leaves[-1], checks.root_of(self.config))
        self._step("sign-up", "a resident makes a key and a record", "its entry is proved in the log")
        home.prove_phone(number, settling.messages(self.config))
        self._step(
            "phone",
            "a code goes to the phone and comes back",
            "the courier attests the number to the keyholder",
        )
        return home

    def _receipts(self, trail: Trail) -> None:
        receipts = [checks.receipt_of(one) for one in trail.entries]
        second = checks.second_opinion(receipts, self._visitor().facts().log_vkey)
        by = (
            "with the kernel and with tools/verify" if second else "with the kernel (no second verifier here)"
        )
        self._step("receipts", f"{len(receipts)} receipts", f"verified {by}")

    def _visitor(self) -> Visitor:
        visitor = Visitor(self.config, self.clock, self.entropy)
        self._stack.callback(visitor.close)
        return visitor

    def _step(self, name: str, happened: str, checked: str) -> None:
        step = Step(name, happened, checked)
        self.steps.append(step)
        self.tell(step)

    def _check(self, holds: bool, otherwise: str) -> None:  # noqa: FBT001 # an assertion of the story
        if not holds:
            self._fail(otherwise)

    def _fail(self, text: str) -> NoReturn:
        raise VerificationError(text, reason="story-failed")
