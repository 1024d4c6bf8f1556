"""What other cores do beside the engine: check the signatures of what waits, and seal what was released.

OpenSSL works without the interpreter's lock, and the engine waits for the disk twice a batch. Neither thread has the
store, and neither decides anything.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from breakseal.kernel.errors import UnavailableError
from breakseal.keyholder.ahead import Ahead
from breakseal.keyholder.disclosure.opening import Released
from breakseal.keyholder.engine import problem
from breakseal.keyholder.protocol import Disclose, Message

_LOG = logging.getLogger("breakseal.keyholder")
Deliver = Callable[[list[Message]], None]


class Beside:
    """The two threads; they end with `stop`, after what they have."""

    def __init__(self, ahead: Ahead) -> None:
        self._ahead = ahead
        self._waiting: SimpleQueue[Message | None] = SimpleQueue()
        self._released: SimpleQueue[tuple[Sequence[Message | Released], Deliver] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (("ahead", self._look), ("seal", self._seal))
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End, once everything that was released is delivered."""
        self._waiting.put(None)
        self._released.put(None)
        for thread in self._threads:
            thread.join(timeout)

    def await_turn(self, question: Message) -> None:
        """Look at a question that waits for the engine."""
        self._waiting.put(question)

    def turn(self, left: Iterable[Message]) -> None:
        """Go on with what is left: the engine took the rest."""
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()
        for question in left:
            self._waiting.put(question)

    def close(self, answers: Sequence[Message | Released], deliver: Deliver) -> None:
        """Seal what was released among `answers`, then hand all to `deliver`."""
        self._released.put((answers, deliver))

    def _look(self) -> None:
        while (question := self._waiting.get()) is not None:
            if isinstance(question, Disclose):
                with suppress(Exception):  # SAFETY: whatever it is, the engine meets it too, and refuses
                    self._ahead.look(question.request)
                    self._ahead.look(question.basis)

    def _seal(self) -> None:
        while (batch := self._released.get()) is not None:
            answers, deliver = batch
            deliver([sealed(one) for one in answers])


def sealed(answer: Message | Released) -> Message:
    """Return the answer as it leaves."""
    try:
        return answer.seal() if isinstance(answer, Released) else answer
    except Exception:  # noqa: BLE001 # nobody is left waiting, and the trace names code, never data
        _LOG.exception("answer not sealed")
        return problem(UnavailableError("the answer could not be sealed: ask again", reason="internal"))
