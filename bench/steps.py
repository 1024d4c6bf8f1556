"""Microseconds by step, in one process and without HTTP: what an opening is made of."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from bench.load import Job, der, requests
from bench.town import Town, close
from breakseal.bootstrap import keyholder
from breakseal.kernel.model import answers, canonical, signed
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p

ROUNDS, BATCH = 20, 32


def steps(town: Town, *, first: int = 0) -> dict[str, float]:
    """Return the time of each step, and of the whole engine alone and in batches of 32."""
    engine = keyholder.build(town.config)
    work = iter(_questions(town, first, (ROUNDS + 1) * (BATCH + 1)))
    _engine(engine, work, BATCH, 1)
    together = _engine(engine, work, BATCH, ROUNDS) / BATCH
    alone = _engine(engine, work, 1, ROUNDS)
    event, request = _one(town, first)
    point = hpke.point_of(town.opener.public_key())
    padded = b"0" * 2048
    sealed = hpke.seal_to(point, padded, answers.OPENED_INFO)
    party = RelyingParty("localhost", "http://localhost")
    found = {
        "us_engine_in_batch_of_32": together,
        "us_engine_alone": alone,
        "us_verify_request_p256": _timed(
            lambda: signed.verify(signed.read(request)[0], lambda _: town.session.key, party)
        ),
        "us_verify_event_ed25519": _timed(
            lambda: signed.verify(signed.read(event)[0], lambda _: town.callgate.key, party)
        ),
        "us_open_caller_hpke": _timed(lambda: hpke.open_from(town.opener, sealed, answers.OPENED_INFO)),
        "us_seal_answer_hpke": _timed(lambda: hpke.seal_to(point, padded, answers.OPENED_INFO)),
    }
    close(engine)
    return found


def _questions(town: Town, first: int, count: int) -> list[p.Message]:
    job = Job(
        host="", port=0, path="", callgate=der(town.callgate._private), session=der(town.session._private),  # noqa: SLF001 # the bench's own key
        recipient=canonical.b64(hpke.point_of(town.opener.public_key())), ingest=town.ingest, first=first,
        people=town.people, warm=0, count=0, paced=0, concurrency=0, cookie="", tag="",
    )  # fmt: skip
    bodies = [msgspec.json.decode(one.partition(b"\r\n\r\n")[2]) for one in requests(job, count, "steps")]
    return [
        p.Disclose(request=canonical.unb64(one["request"]), basis=canonical.unb64(one["basis"]))
        for one in bodies
    ]


def _one(town: Town, first: int) -> tuple[bytes, bytes]:
    question = _questions(town, first, 1)[0]
    assert isinstance(question, p.Disclose)
    return question.basis, question.request


def _engine(engine: object, work: object, size: int, rounds: int) -> float:
    took = 0.0
    for _ in range(rounds):
        batch = [next(work) for _ in range(size)]  # type: ignore[call-overload]
        began = time.perf_counter()
        found = engine.answer(batch)  # type: ignore[attr-defined]
        took += time.perf_counter() - began
        assert not any(isinstance(one, p.Problem) for one in found), found
    return took / rounds * 1e6


def _timed(work: Callable[[], object], rounds: int = 300) -> float:
    began = time.perf_counter()
    for _ in range(rounds):
        work()
    return (time.perf_counter() - began) / rounds * 1e6
