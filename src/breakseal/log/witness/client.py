"""Asking a witness to cosign a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from breakseal.kernel.errors import FormatError, UnavailableError, VerificationError
from breakseal.kernel.tlog.base64text import from_decimal
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.note import Signature, VerifierKey, parse_note
from breakseal.kernel.tlog.signature import open_note
from breakseal.log.witness.messages import SIZE_TYPE, Answer, encode_request

MAX_ANSWER = 64 * 1024

Post = Callable[[bytes], Answer]
"""Sends a body to the witness's add-checkpoint; raises `UnavailableError` if it does not answer."""
Prove = Callable[[int, int], Sequence[bytes]]
"""Gives the consistency proof between two tree sizes of the log."""


def ask(post: Post, key: VerifierKey, checkpoint: bytes, prove: Prove, *, old: int = 0) -> Signature:
    """Return the witness `key`'s verified cosignature line for the signed `checkpoint`.

    `old` is the size it is believed to have cosigned last; where it says another one it is asked again.

    Raises:
        UnavailableError: it does not answer, or not with what the protocol says.
        VerificationError: it refuses the checkpoint, knows a larger tree, or its cosignature does not hold.
    """
    size = parse_checkpoint(parse_note(checkpoint).text).size
    answer = post(encode_request(old, prove(old, size), checkpoint))
    if answer.status == 409 and answer.content_type == SIZE_TYPE:
        old = _size(answer.body)
        if old > size:
            raise VerificationError(
                "the witness has cosigned a larger tree of this log", reason="witness-ahead"
            )
        answer = post(encode_request(old, prove(old, size), checkpoint))
    if answer.status in (403, 404, 422):
        raise VerificationError(
            f"the witness refused the checkpoint with status {answer.status}", reason="witness-refused"
        )
    if answer.status != 200 or len(answer.body) > MAX_ANSWER:
        raise UnavailableError(
            f"the witness answered with status {answer.status}", reason="witness-unavailable"
        )
    return _cosignature(answer.body, key, checkpoint)


def _cosignature(body: bytes, key: VerifierKey, checkpoint: bytes) -> Signature:
    """Return `key`'s line in the answer, verified over the checkpoint's text."""
    text = parse_note(checkpoint).text
    try:
        opened = open_note(text.encode() + b"\n" + body, [key])
    except FormatError as error:
        raise UnavailableError("the witness's answer is malformed", reason="witness-unavailable") from error
    return next(one for one in opened.note.signatures if (one.name, one.key_id) == (key.name, key.key_id))


def _size(body: bytes) -> int:
    try:
        return from_decimal(body.decode("ascii").removesuffix("\n"))
    except (FormatError, UnicodeDecodeError) as error:
        raise UnavailableError("the witness's answer is malformed", reason="witness-unavailable") from error
