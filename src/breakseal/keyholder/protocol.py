"""The typed messages between the keyholder and its neighbours, and their framing.

A frame is a 4-byte big-endian length and that many bytes of MessagePack. Each connection carries
requests and answers in order. Which messages a socket accepts is fixed by the socket
(`SOCKETS`): there is one for the web tier, one for the courier and one for the machine's administrator.

There is no message that looks a number up: finding the subject happens inside `Disclose`, from a
signed, live basis.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from breakseal.kernel import errors
from breakseal.kernel.errors import FormatError
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.enrolments import NamedKey
from breakseal.keyholder.location import messages as location
from breakseal.keyholder.message import Message as Message  # noqa: PLC0414 # neighbours know it by this place
from breakseal.keyholder.orders import messages as orders

MAX_FRAME = 16 * 1024 * 1024


class Submit(Message, frozen=True, tag="submit"):
    """Hand in signed statements that belong together (canonical envelopes); all are taken or none."""

    statements: tuple[bytes, ...]


class Submitted(Message, frozen=True, tag="submitted"):
    """What came of `Submit`: the subject's or officer's handle where one is known, and the leaf hash of each entry.

    `permit` is the keyholder's signed permit for the courier, where the statement calls for one.
    """

    handle: str = ""
    leaves: tuple[bytes, ...] = ()
    permit: bytes = b""


class Disclose(Message, frozen=True, tag="disclose"):
    """Ask for an opening: the signed request, and the signed basis statement (empty for one's own record)."""

    request: bytes
    basis: bytes = b""


class Disclosed(Message, frozen=True, tag="disclosed"):
    """The answer to `Disclose`, alike for hit and miss but for `handle`.

    `sealed` is the canonical `Opened` sealed to the request's recipient. `handle` tells the web tier whose
    ciphertexts to add; empty for a miss. `leaf` is the leaf's SHA-256, `until` Unix seconds.
    """

    leaf: bytes
    sealed: bytes
    until: int
    handle: str = ""


class Read(Message, frozen=True, tag="read"):
    """Ask for what a `ReadTrail` or `ReadDesk` statement asks for; of a list the page that begins at entry `first`."""

    statement: bytes
    first: Number = 1


class Sealed(Message, frozen=True, tag="sealed"):
    """Something sealed to the recipient that the statement named."""

    sealed: bytes


class Identify(Message, frozen=True, tag="identify"):
    """Ask whose session key signed this `Hello`."""

    statement: bytes


class Identified(Message, frozen=True, tag="identified"):
    """Who it is, as far as the web tier needs it. `handle` is the subject's record or the officer's id."""

    kind: str
    handle: str
    key: str
    until: int
    org: str = ""
    role: str = ""
    position: str = ""


class Prove(Message, frozen=True, tag="prove"):
    """Ask for the tlog-proof of the leaf with this SHA-256."""

    leaf: bytes


class Proved(Message, frozen=True, tag="proved"):
    """A C2SP tlog-proof (text) and the leaf."""

    leaf: bytes
    proof: bytes


class AskFacts(Message, frozen=True, tag="ask-facts"):
    """Ask for what is public about this keyholder."""


class OrganisationFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An enrolled organisation as the public may see it; `clients` are the keys of its programs, by name.

    `certificates` are those with which a court signs PDFs, as the register names them (`EnrolCourtLine`).
    After `proved_until` they may ask nobody where a phone is, until the overseers sign the enrolment again.
    """

    org: str
    name: str
    kind: str
    places: tuple[str, ...]
    active_from: int
    roster_until: int
    proved_until: int
    clients: tuple[NamedKey, ...] = ()
    certificates: tuple[str, ...] = ()


class ProcessorFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An enrolled processor as the public may see it."""

    processor: str
    name: str
    does: str
    active_from: int


class Facts(Message, frozen=True, tag="facts"):
    """What is public: the signed root, ingest key and enrolment of the courier (envelopes), and the log.

    `courier` is the `EnrolCourier` that things are sealed by, empty while there is none.
    `checkpoint` is the latest published one, `counts` the published number of leaves by type (and
    "misses" nowhere: a miss is a disclosure like any other). `state` is "open", "quarantine" (after a
    restore) or "emergencies-only".
    """

    root: bytes
    ingest: bytes
    courier: bytes
    keyholder: str
    log_vkey: str
    checkpoint: bytes
    policy: str
    organisations: tuple[OrganisationFact, ...]
    processors: tuple[ProcessorFact, ...]
    counts: dict[str, int]
    state: str
    reason: str = ""


class TakePermits(Message, frozen=True, tag="take-permits"):
    """The courier asks for the notices that are due, and for what is due for watches."""

    limit: int = 50


class Permits(Message, frozen=True, tag="permits"):
    """Signed permits (canonical `Permit` envelopes), oldest first."""

    permits: tuple[bytes, ...]


class PermitDone(Message, frozen=True, tag="permit-done"):
    """The courier says what became of a permit: "sent" or "failed" (then a notice is offered again, for seven days).

    Of a watch: "sent" if an event left the courier, "over" if its sink wants no more.
    """

    permit: str
    outcome: str


class Done(Message, frozen=True, tag="done"):
    """Nothing more to say."""

    detail: str = ""


class Administer(Message, frozen=True, tag="administer"):
    """The administrator asks for `task`: "backup" (to `path`), "sweep", "rotate", "publish", "state"."""

    task: str
    path: str = ""


class Problem(Message, frozen=True, tag="problem"):
    """A refusal or failure: the machine reason, a sentence, and the family (`kernel.errors`) by whose fault it is."""

    family: str
    reason: str
    detail: str


Question = (
    Submit | Disclose | Read | Identify | Prove | AskFacts | TakePermits | PermitDone | Administer
    | location.LocationQuestion | orders.LocateUnder
)  # fmt: skip
Answer = (
    Submitted | Disclosed | Sealed | Identified | Proved | Facts | Permits | Done | Problem
    | location.LocationAnswer
)  # fmt: skip

SOCKETS: dict[str, tuple[type[Message], ...]] = {
    "web": (Submit, Disclose, Read, Identify, Prove, AskFacts, *location.WEB, orders.LocateUnder),
    "courier": (TakePermits, PermitDone, AskFacts, *location.COURIER),
    "admin": (Administer, AskFacts, Prove),
}
"""Which messages each socket of the keyholder accepts."""

PATIENT = (*location.WEB, orders.LocateUnder)
"""What is answered after all else, so that a crowd of looks delays no emergency, and no STOP."""

_encoder = msgspec.msgpack.Encoder()
question_decoder = msgspec.msgpack.Decoder(Question)
answer_decoder = msgspec.msgpack.Decoder(Answer)


def frame(message: Message) -> bytes:
    """Return `message` as one frame."""
    data = _encoder.encode(message)
    return len(data).to_bytes(4, "big") + data


_FAMILIES: dict[str, type[errors.BreaksealError]] = {
    kind.__name__: kind
    for kind in (
        errors.RequestError,
        errors.FormatError,
        errors.VerificationError,
        errors.RefusedError,
        errors.UnavailableError,
    )
}

A = TypeVar("A", bound=Message)


def expect(reply: Message, answer: type[A]) -> A:
    """Return `reply` as the answer that was expected.

    Raises:
        BreaksealError: the error that a `Problem` carries, of its own family.
        UnavailableError: another message than expected.
    """
    if isinstance(reply, Problem):
        raise _FAMILIES.get(reply.family, errors.UnavailableError)(reply.detail, reason=reply.reason)
    if not isinstance(reply, answer):
        raise errors.UnavailableError("the keyholder answered something else", reason="keyholder-unavailable")
    return reply


class Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the body of each frame that is now whole.

        Raises:
            FormatError: a frame is longer than allowed.
        """
        buffer = self._buffer
        buffer += data
        while len(buffer) >= 4:
            size = int.from_bytes(buffer[:4], "big")
            if size > MAX_FRAME:
                raise FormatError(f"a frame is longer than the {MAX_FRAME} bytes allowed", reason="too-large")
            if len(buffer) < 4 + size:
                return
            body = bytes(buffer[4 : 4 + size])
            del buffer[: 4 + size]
            yield body
