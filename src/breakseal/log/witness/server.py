"""A witness's answer to add-checkpoint: cosign only what extends all that was cosigned before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from breakseal.kernel.errors import BreaksealError, FormatError, UnavailableError, VerificationError
from breakseal.kernel.ports import Clock
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.merkle import verify_growth
from breakseal.kernel.tlog.note import VerifierKey, parse_note
from breakseal.kernel.tlog.signature import Signer, open_note, sign_text
from breakseal.log.witness.messages import SIZE_TYPE, TEXT_TYPE, AddCheckpoint, Answer, parse_request
from breakseal.log.witness.store import Seen, WitnessStore


class Witness:
    """One witness key and its memory, for the logs that it knows."""

    def __init__(
        self, store: WitnessStore, signer: Signer, logs: Mapping[str, Sequence[VerifierKey]], clock: Clock
    ) -> None:
        """Take the store, a cosigning key (its type is a cosignature's), log keys by origin and a clock."""
        self._store = store
        self._signer = signer
        self._logs = logs
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request; what is cosigned was stored durably before this returns.

        Raises:
            UnavailableError: the store or the key failed; answer 503 and cosign nothing.
        """
        try:
            request = parse_request(body)
            point = parse_checkpoint(parse_note(request.checkpoint).text)
        except FormatError as error:
            return _refused(422 if error.reason == "bad-empty-root" else 400, error)
        keys = self._logs.get(point.origin)
        if keys is None:
            return _text(404, "unknown log origin")
        try:
            opened = open_note(request.checkpoint, keys)
        except VerificationError as error:
            return _refused(403, error)
        if request.old > point.size:
            return _text(400, "the old size is above the checkpoint's")
        return self._cosign(request, point, opened.note.text)

    def _cosign(self, request: AddCheckpoint, point: Checkpoint, text: str) -> Answer:
        # INVARIANT: check and persist are one step, and persist comes before the answer.
        with self._store.exclusive():
            seen = self._store.seen(point.origin)
            if request.old != seen.size:
                return Answer(409, SIZE_TYPE, f"{seen.size}\n".encode())
            try:
                verify_growth(seen.size, point.size, request.proof, seen.root, point.root)
            except VerificationError as error:
                return _refused(422, error)
            now = self._clock.now()
            if now < seen.time:
                raise UnavailableError(
                    "the clock went back: set it right, the witness waits", reason="clock-back"
                )
            line = sign_text(text, self._signer, now).encode()
            self._store.remember(point.origin, Seen(point.size, point.root, now))
        return Answer(200, TEXT_TYPE, line.encode())


def _refused(status: int, error: BreaksealError) -> Answer:
    return _text(status, str(error))


def _text(status: int, words: str) -> Answer:
    return Answer(status, TEXT_TYPE, f"{words}\n".encode())
