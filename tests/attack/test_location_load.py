"""A crowd of looks, of one client or of all, must not stand between a call and help."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from breakseal.keyholder import protocol as p
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.location import messages as m
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.keyholder.server import MAX_BATCH, MAX_PATIENT, MAX_WAITING, Worker, serve_sockets

LOOK = m.Locate(token=bytes(32), proof=b"", path="/", recipient=bytes(65))
CALL = p.Disclose(request=b"", basis=b"")


class SlowEngine:
    """Answers batches one at a time, each when it is let."""

    def __init__(self) -> None:
        self.batches: list[list[type[p.Message]]] = []
        self.let = threading.Semaphore(0)
        self.begun = threading.Event()

    def answer(self, questions: Sequence[p.Message]) -> list[p.Message]:
        self.batches.append([type(one) for one in questions])
        self.begun.set()
        self.let.acquire(timeout=5)
        return [p.Done(detail=type(one).__name__) for one in questions]

    def sweep(self) -> None:
        """Nothing is due."""


@pytest.mark.parametrize("looks", [MAX_PATIENT, 40 * MAX_PATIENT])
def test_an_opening_waits_for_the_looks_that_are_under_way_only(looks: int, tmp_path: Path) -> None:
    async def scene() -> list[list[type[p.Message]]]:
        engine, done = SlowEngine(), asyncio.Event()
        worker = Worker(engine, asyncio.get_running_loop(), done.set)  # type: ignore[arg-type] # answers as one
        worker.start()
        servers = await serve_sockets(worker, tmp_path, ("web",))
        client = KeyholderClient(str(tmp_path / "web.sock"))
        crowd = [asyncio.create_task(client.ask(LOOK, p.Done)) for _ in range(looks)]
        await asyncio.to_thread(engine.begun.wait, 5.0)
        call = asyncio.create_task(client.ask(CALL, p.Done))
        await asyncio.sleep(0.1)
        for _ in range(2):
            engine.let.release()
        assert (await call).detail == "Disclose"
        assert sum(one.done() for one in crowd) <= 2 * MAX_PATIENT
        for _ in range(looks):
            engine.let.release()
        assert {(await one).detail for one in crowd} == {"Locate"}
        await client.close()
        for server in servers:
            server.close()
        worker.stop()
        engine.let.release()
        await asyncio.to_thread(worker.join, 10.0)
        return engine.batches

    batches = asyncio.run(scene())
    assert p.Disclose in batches[1], "it was behind more than one batch"
    assert max(batch.count(m.Locate) for batch in batches) <= MAX_PATIENT


def test_a_crowd_beyond_what_may_wait_is_told_so_at_once_and_no_emergency_is() -> None:
    async def scene() -> tuple[list[p.Message], int]:
        engine, answers = SlowEngine(), list[p.Message]()
        worker = Worker(engine, asyncio.get_running_loop(), lambda: None)  # type: ignore[arg-type] # answers as one
        for question in [LOOK] * (MAX_WAITING + 5) + [CALL]:
            worker.submit(question, answers.append)
        told = list(answers)
        for _ in range(MAX_WAITING):
            engine.let.release()
        worker.stop()
        worker.start()
        await asyncio.to_thread(worker.join, 30.0)
        await asyncio.sleep(0)
        return told, len(answers)

    told, answered = asyncio.run(scene())
    assert [(type(one), getattr(one, "reason", "")) for one in told] == [(p.Problem, "busy")] * 5
    assert answered == MAX_WAITING + 5 + 1


def test_a_stop_is_not_behind_the_looks_either() -> None:
    assert not issubclass(m.Attest, p.PATIENT)
    assert set(p.PATIENT) == {*m.WEB, LocateUnder}


def test_what_is_queued_before_the_end_is_answered_in_whichever_lane() -> None:
    async def scene() -> tuple[list[p.Message], bool]:
        engine, answers = SlowEngine(), list[p.Message]()
        for _ in range(100):
            engine.let.release()
        worker = Worker(engine, asyncio.get_running_loop(), lambda: None)  # type: ignore[arg-type] # answers as one
        for question in [LOOK] * 3 * MAX_PATIENT + [CALL] * 2 * MAX_BATCH:
            worker.submit(question, answers.append)
        worker.stop()
        worker.start()
        await asyncio.to_thread(worker.join, 10.0)
        await asyncio.sleep(0)
        return answers, worker.is_alive()

    answers, alive = asyncio.run(scene())
    assert len(answers) == 3 * MAX_PATIENT + 2 * MAX_BATCH
    assert not alive


def test_answers_of_one_connection_keep_the_order_of_its_questions(tmp_path: Path) -> None:
    """A neighbour may send both kinds by one connection, and reads its answers in the order in which it asked."""

    async def scene() -> list[str]:
        engine = SlowEngine()
        for _ in range(100):
            engine.let.release()
        worker = Worker(engine, asyncio.get_running_loop(), lambda: None)  # type: ignore[arg-type] # answers as one
        servers = await serve_sockets(worker, tmp_path, ("web",))
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "web.sock"))
        asked: list[p.Message] = [LOOK, CALL, *[LOOK] * 2 * MAX_PATIENT, CALL]
        for question in asked:
            writer.write(p.frame(question))
        await writer.drain()
        await asyncio.sleep(0.1)
        worker.start()
        frames, read = p.Frames(), list[str]()
        while len(read) < len(asked):
            for body in frames.feed(await asyncio.wait_for(reader.read(65_536), 5)):
                answer = p.answer_decoder.decode(body)
                assert isinstance(answer, p.Done)
                read.append(answer.detail)
        writer.close()
        for server in servers:
            server.close()
        worker.stop()
        await asyncio.to_thread(worker.join, 10.0)
        assert read == [type(one).__name__ for one in asked]
        return read

    assert asyncio.run(scene())
