"""Both sides of tlog-witness: every status, never back, and the client's dealings with each answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.errors import UnavailableError, VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.note import COSIGNATURE_V1, Note, Signature
from breakseal.kernel.tlog.signature import open_note, sign_note
from breakseal.log.sequencer import Sequencer
from breakseal.log.witness.client import ask
from breakseal.log.witness.messages import SIZE_TYPE, Answer, encode_request
from breakseal.log.witness.server import Witness
from breakseal.log.witness.store import WitnessStore
from tests.support.faults import Fault, Plan
from tests.support.logs import ORIGIN, Log, MovedClock, entry, signer

KEY = signer("w.example/1", COSIGNATURE_V1)


class Pair:
    """A log with some checkpoints, and a witness that follows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = Plan()
        self.clock = MovedClock()
        self.sequencer: Sequencer = Log(folder / "log.db").create()
        self.notes: dict[int, bytes] = {0: self.sequencer.reader.checkpoint()}
        for start in (0, 3, 10):
            self.sequencer.append(
                [entry(number) for number in range(start, start + (3, 7, 290)[(0, 3, 10).index(start)])]
            )
            self.notes[self.sequencer.last.size] = self.sequencer.reader.checkpoint()
        self.witness = self.opened()

    def opened(self) -> Witness:
        store = WitnessStore(self.folder / "witness.db", connect=self.plan.connect)
        return Witness(store, KEY, {ORIGIN: [signer().key]}, self.clock)

    def send(self, old: int, size: int) -> Answer:
        return self.witness.add_checkpoint(
            encode_request(old, self.sequencer.reader.consistency(old, size), self.notes[size])
        )


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def test_a_growing_log_is_cosigned_each_time(pair: Pair) -> None:
    for old, size in ((0, 0), (0, 3), (3, 3), (3, 10), (10, 300)):
        answer = pair.send(old, size)
        assert answer.status == 200
        text = pair.notes[size].decode().rpartition("\n\n")[0] + "\n"
        opened = open_note(f"{text}\n".encode() + answer.body, [KEY.key])
        assert opened.time_of(KEY.key) == pair.clock.time


def test_another_old_size_is_a_conflict_that_names_the_size(pair: Pair) -> None:
    assert pair.send(0, 10).status == 200
    answer = pair.send(3, 300)
    assert (answer.status, answer.content_type, answer.body) == (409, SIZE_TYPE, b"10\n")


def test_a_rollback_is_refused_also_after_a_restart(pair: Pair) -> None:
    assert pair.send(0, 300).status == 200
    pair.witness = pair.opened()
    assert pair.send(0, 3).status == 409
    assert pair.witness.add_checkpoint(encode_request(300, [], pair.notes[3])).status == 400


def test_a_fork_is_refused(pair: Pair, tmp_path: Path) -> None:
    assert pair.send(0, 10).status == 200
    forked = Log(tmp_path / "fork.db").create()
    forked.append([entry(number) for number in range(100, 300)])
    proof = forked.reader.consistency(10, 200)
    assert pair.witness.add_checkpoint(encode_request(10, proof, forked.reader.checkpoint())).status == 422
    same = sign_note(Checkpoint(ORIGIN, 10, bytes(32)).text(), [signer()]).encode()
    assert pair.witness.add_checkpoint(encode_request(10, [], same)).status == 422
    assert pair.send(10, 300).status == 200


def test_each_kind_of_bad_request_has_its_status(pair: Pair) -> None:
    right = pair.notes[10]
    unknown = sign_note(Checkpoint("other.example", 10, bytes(32)).text(), [signer("other.example")]).encode()
    unsigned = sign_note(Checkpoint(ORIGIN, 10, bytes(32)).text(), [signer("nobody.example")]).encode()
    forged = right.replace(b"\n10\n", b"\n11\n")
    no_tree = sign_note(f"{ORIGIN}\n0\n{'A' * 43}=\n", [signer()]).encode()
    statuses = {
        encode_request(0, [], unknown): 404,
        encode_request(0, [], unsigned): 403,
        encode_request(0, [], forged): 403,
        encode_request(11, [], right): 400,
        encode_request(0, [bytes(32)], right): 422,
        encode_request(0, [], no_tree): 422,
        encode_request(0, [bytes(32)] * 64, right): 400,
        b"": 400,
        b"old 0\n" + right: 400,
        b"old 00\n\n" + right: 400,
        b"old 0\n\nrubbish": 400,
    }
    for body, status in statuses.items():
        assert pair.witness.add_checkpoint(body).status == status, body[:80]
    assert pair.send(0, 10).status == 200


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", ["BEGIN", "INSERT INTO seen", "COMMIT"])
@pytest.mark.parametrize("error", ["SQLITE_BUSY", "SQLITE_IOERR_FSYNC"])
def test_a_failing_store_gives_no_cosignature_and_no_second_history(
    pair: Pair, point: str, after: bool, error: str
) -> None:
    pair.plan.faults = [Fault(point, after, error)]
    with pytest.raises(UnavailableError):
        pair.send(0, 10)
    if error == "SQLITE_IOERR_FSYNC":
        with pytest.raises(UnavailableError):
            pair.send(0, 10)
    persisted = after and point == "COMMIT"
    pair.witness = pair.opened()
    assert pair.send(0, 10).status == (409 if persisted else 200)
    assert pair.send(10, 300).status == 200


def test_the_clock_going_back_stops_the_witness(pair: Pair) -> None:
    assert pair.send(0, 3).status == 200
    pair.clock.time -= 1
    with pytest.raises(UnavailableError):
        pair.send(3, 10)
    pair.clock.time += 1
    assert pair.send(3, 10).status == 200


def test_the_client_finds_out_where_the_witness_stands(pair: Pair) -> None:
    assert pair.send(0, 10).status == 200
    prove = pair.sequencer.reader.consistency
    line = ask(pair.witness.add_checkpoint, KEY.key, pair.notes[300], prove, old=0)
    note = pair.notes[300] + line.encode().encode()
    assert len(open_note(note, [signer().key, KEY.key]).verified) == 2
    with pytest.raises(VerificationError) as caught:
        ask(pair.witness.add_checkpoint, KEY.key, pair.notes[10], prove)
    assert caught.value.reason == "witness-ahead"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(503, "text/plain", b""), UnavailableError),
        (Answer(409, SIZE_TYPE, b"x\n"), UnavailableError),
        (Answer(409, "text/plain", b"3\n"), UnavailableError),
        (Answer(200, "text/plain", b"rubbish"), UnavailableError),
        (Answer(200, "text/plain", b"\xff"), UnavailableError),
        (Answer(422, "text/plain", b""), VerificationError),
        (Answer(403, "text/plain", b""), VerificationError),
    ],
)
def test_the_client_refuses_bad_answers(pair: Pair, answer: Answer, error: type[Exception]) -> None:
    with pytest.raises(error):
        ask(lambda _: answer, KEY.key, pair.notes[10], pair.sequencer.reader.consistency)


def test_the_client_refuses_another_witness_s_cosignature(pair: Pair) -> None:
    other = Note("x\n", pair_lines(pair)).encode().split(b"\n\n")[1]
    with pytest.raises(VerificationError):
        ask(
            lambda _: Answer(200, "text/plain", other),
            KEY.key,
            pair.notes[10],
            pair.sequencer.reader.consistency,
        )


def pair_lines(pair: Pair) -> tuple[Signature, ...]:
    """A log signature where a cosignature should be."""
    return sign_note(pair.notes[10].decode().rpartition("\n\n")[0] + "\n", [signer("w.example/2")]).signatures
