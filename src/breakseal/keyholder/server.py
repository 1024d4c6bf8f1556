"""The keyholder's sockets, and the one thread behind them."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar, cast

import msgspec

from breakseal.kernel import errors
from breakseal.keyholder import protocol as p
from breakseal.keyholder.ahead import Forerunner
from breakseal.keyholder.engine import Engine, problem
from breakseal.keyholder.store import StoreFailedError

_LOG = logging.getLogger("breakseal.keyholder")
MAX_BATCH = 32
MAX_PATIENT = 8
"""Of a batch's questions those about location (`protocol.PATIENT`): what an emergency waits behind, at most twice."""
MAX_WAITING = 1_000
"""Questions about location that may wait; whoever asks beyond that is told at once, and not after the time-out."""
SWEEP_EVERY = 60.0

Reply = Callable[[p.Message], None]
A = TypeVar("A", bound=p.Message)


class Worker(threading.Thread):
    """Feeds the engine: takes whatever has queued up, some at a time, and first what must not wait for location."""

    def __init__(
        self,
        engine: Engine,
        loop: asyncio.AbstractEventLoop,
        failed: Callable[[], None],
        ahead: Forerunner | None = None,
    ) -> None:
        super().__init__(name="engine", daemon=True)
        self._ahead = ahead
        self._busy = False
        self._engine = engine
        self._loop = loop
        self._failed = failed
        self._queue: SimpleQueue[tuple[p.Message, Reply] | None] = SimpleQueue()
        self._lanes: tuple[deque[tuple[p.Message, Reply] | None], ...] = deque(), deque()
        self._due = loop.time() + SWEEP_EVERY

    def submit(self, question: p.Message, reply: Reply) -> None:
        """Queue a question, in the event loop, where `reply` is called too."""
        if isinstance(question, p.PATIENT) and self._queue.qsize() + len(self._lanes[1]) >= MAX_WAITING:
            reply(problem(errors.UnavailableError("too many wait: ask again in a moment", reason="busy")))
            return
        self._queue.put((question, reply))
        if self._ahead is not None and self._busy:
            self._ahead.add(question)

    def stop(self) -> None:
        """End after what is queued."""
        self._queue.put(None)

    def run(self) -> None:
        """Work until stopped, or until the store fails: then the process must end, as it must with this thread."""
        try:
            while self._turn():
                pass
        except Exception as error:  # noqa: BLE001 # a keyholder that only looks alive keeps everybody waiting
            _LOG.critical("the engine failed: the keyholder stops", extra={"kind": type(error).__name__})
            self._loop.call_soon_threadsafe(self._failed)

    def _turn(self) -> bool:
        batch = self._gather()
        asked = [one for one in batch if one is not None]
        for question, reply in asked:
            if isinstance(question, p.Administer) and question.task != "state":
                self._loop.call_soon_threadsafe(reply, self._administer(question))
        rest = [one for one in asked if not isinstance(one[0], p.Administer) or one[0].task == "state"]
        if rest:
            self._busy = True
            answers = self._engine.answer([question for question, _ in rest])
            self._loop.call_soon_threadsafe(_deliver, [reply for _, reply in rest], answers)
        if self._loop.time() >= self._due:
            self._sweep()
        return None not in batch

    def _gather(self) -> list[tuple[p.Message, Reply] | None]:
        with suppress(Empty):
            while True:
                self._busy = any(self._lanes)
                one = self._queue.get(block=not any(self._lanes), timeout=SWEEP_EVERY)
                # The end comes after all that was queued, so in the lane that is served last.
                self._lanes[one is None or isinstance(one[0], p.PATIENT)].append(one)
        urgent, patient = self._lanes
        batch = [urgent.popleft() for _ in range(min(len(urgent), MAX_BATCH))]
        if self._ahead is not None:
            self._ahead.turn(one[0] for one in urgent if one is not None)
        return batch + [patient.popleft() for _ in range(min(len(patient), 0 if urgent else MAX_PATIENT))]

    def _sweep(self) -> None:
        self._due = self._loop.time() + SWEEP_EVERY
        try:
            self._engine.sweep()
        except StoreFailedError:
            raise
        except errors.BreaksealError as error:
            _LOG.error("sweep failed", extra={"reason": error.reason})

    def _administer(self, question: p.Administer) -> p.Message:
        try:
            if question.task == "backup":
                self._engine.backup(Path(question.path))
            elif question.task in ("sweep", "publish", "rotate"):
                self._engine.sweep()
            else:
                raise errors.RefusedError("there is no such task", reason="unknown-task")
        except StoreFailedError:
            raise
        except errors.BreaksealError as error:
            return problem(error)
        except Exception:  # noqa: BLE001 # an administrator's mistake must not stop emergencies
            _LOG.exception("task failed")
            return problem(errors.UnavailableError("the task failed: look at the log", reason="internal"))
        return p.Done(detail=question.task)


def _deliver(replies: Sequence[Reply], answers: Sequence[p.Message]) -> None:
    for reply, answer in zip(replies, answers, strict=True):
        reply(answer)


class _Connection(asyncio.Protocol):
    """One neighbour. Answers go out in the order of the questions: one that is ready early waits for its turn."""

    def __init__(self, worker: Worker, allowed: tuple[type[p.Message], ...]) -> None:
        self._worker = worker
        self._allowed = allowed
        self._frames = p.Frames()
        self._transport: asyncio.Transport | None = None
        self._turns: deque[list[bytes]] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            for body in self._frames.feed(data):
                question = p.question_decoder.decode(body)
                if not isinstance(question, self._allowed):
                    raise errors.RefusedError("this socket does not take that message")
                turn: list[bytes] = []
                self._turns.append(turn)
                self._worker.submit(question, partial(self._reply, turn))
        except (errors.BreaksealError, msgspec.MsgspecError):
            if self._transport is not None:
                self._transport.close()

    def _reply(self, turn: list[bytes], answer: p.Message) -> None:
        data = p.frame(answer)
        if len(data) > p.MAX_FRAME:
            data = p.frame(
                problem(errors.RefusedError("the answer is too long to carry", reason="too-large"))
            )
        turn.append(data)
        while self._turns and self._turns[0]:
            self._write(self._turns.popleft()[0])

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


async def serve_sockets(
    worker: Worker, folder: Path, names: Sequence[str] = tuple(p.SOCKETS)
) -> list[asyncio.Server]:
    """Listen on one socket a kind of neighbour, below `folder`; modes are the caller's to set."""
    loop = asyncio.get_running_loop()
    servers = []
    for name in names:
        path = folder / f"{name}.sock"
        path.unlink(missing_ok=True)
        servers.append(
            await loop.create_unix_server(partial(_Connection, worker, p.SOCKETS[name]), str(path))
        )
        path.chmod(0o660)
    return servers


class InProcessClient:
    """What `KeyholderClient` is to the neighbours, for the door, which lives in the keyholder's own process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def ask(self, question: p.Message, answer: type[A]) -> A:
        """Return the engine's answer; raises as `KeyholderClient.ask` does."""
        future: asyncio.Future[p.Message] = asyncio.get_running_loop().create_future()

        def reply(message: p.Message) -> None:
            if not future.done():
                future.set_result(message)

        self._worker.submit(question, reply)
        return p.expect(await future, answer)
