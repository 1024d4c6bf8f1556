"""The statements that only root keys make: the root itself, and whom it lets in. Values in, values out.

Anyone may prepare one; it says nothing before the oversight keys signed it (design section 4).
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from breakseal.kernel.errors import FormatError, RequestError, VerificationError
from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.enrolments import (
    Door,
    EnrolCourier,
    EnrolCourtLine,
    EnrolOrganisation,
    EnrolProcessor,
    KeyholderKeys,
    PolicyRelease,
    RestoreRelease,
    Root,
)
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.signed import Signature, Signed, Signer
from breakseal.kernel.model.statements import Statement
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.tlog import witnesspolicy
from breakseal.kernel.tlog.note import VerifierKey

DAY = 86_400
SIGNING_ROUND = 30 * DAY
"""Seconds that overseers have to sign a statement and hand it in."""
ROOT_LIFE = 3650 * DAY
ROOT_SIGNED = (
    Root,
    EnrolOrganisation,
    EnrolCourier,
    EnrolProcessor,
    EnrolCourtLine,
    PolicyRelease,
    RestoreRelease,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What root statement 1 is made from."""

    log: VerifierKey
    keyholder: PublicKey
    door: Door
    oversight: tuple[PublicKey, ...]
    threshold: int = 2
    demo: bool = False


class Stamp:
    """Gives statements their validity and nonce."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy

    def __call__(self, life: int = SIGNING_ROUND) -> dict[str, int | str]:
        """Return the members `issued`, `expires` and `nonce` of a statement that lives `life` seconds."""
        now = self._clock.now()
        return {"issued": now, "expires": now + life, "nonce": canonical.b64(self._entropy.token(16))}


def root_statement(founding: Founding, stamp: Stamp) -> Root:
    """Return root statement 1: one keyholder, one log, no outside witness yet.

    Raises:
        RequestError: the oversight keys do not make sense.
    """
    ids = {key.id for key in founding.oversight}
    if len(ids) != len(founding.oversight) or founding.keyholder.id in ids:
        raise RequestError("each oversight key must be another key, and none a machine's")
    if not 2 <= founding.threshold <= len(ids):
        raise RequestError(
            "the root needs at least 2 oversight keys, and a threshold of 2 up to their number"
        )
    policy = f"log {founding.log.encode()}\nquorum none\n"
    witnesspolicy.parse_policy(policy.encode())
    keyholder = KeyholderKeys(id="keyholder-1", share=1, sign=founding.keyholder)
    return Root(
        **stamp(ROOT_LIFE),  # type: ignore[arg-type] # the stamp's members by name
        version=1,
        origin=founding.log.name,
        witnesses=policy,
        set="set-1",
        needed=1,
        keyholders=(keyholder,),
        door=founding.door,
        oversight=founding.oversight,
        threshold=founding.threshold,
        demo=founding.demo,
    )


def read_draft(data: bytes) -> tuple[Statement, Signed]:
    """Return the statement in `data`, a bare canonical statement or an envelope, and its envelope so far.

    Raises:
        FormatError: neither of both.
    """
    data = data.rstrip(b"\n")
    try:
        signed = canonical.decode(data, Signed)
    except FormatError:
        signed = Signed(payload=canonical.b64(data), signatures=())
    statement: Statement = canonical.decode(signed.payload_bytes(), Statement)  # type: ignore[arg-type] # a union is a type here
    return statement, signed


def add_signature(signed: Signed, signer: Signer) -> Signed:
    """Return `signed` with one more signature.

    Raises:
        RequestError: this key signed it before.
    """
    if any(one.key == signer.key.id for one in signed.signatures):
        raise RequestError("this key has signed the statement already")
    raw = signer.sign(keys.DOMAIN + signed.payload_bytes())
    more = Signature(key=signer.key.id, sig=canonical.b64(raw))
    return msgspec.structs.replace(signed, signatures=(*signed.signatures, more))


def draft_bytes(statement: SignedStatement) -> bytes:
    """Return the file of an unsigned statement."""
    return canonical.encode(statement) + b"\n"


def envelope_bytes(signed: Signed) -> bytes:
    """Return the file of a signed statement, as it is handed in."""
    return canonical.encode(signed)


def counted(signed: Signed, root: Root, *, others: bool = False) -> int:
    """Return how many different oversight keys of `root` signed, every signature of theirs checked.

    Raises:
        VerificationError: a signature does not hold, or is not of an oversight key and `others` may not sign.
    """
    known = {key.id: key for key in root.oversight}
    seen = set()
    for one in signed.signatures:
        key = known.get(one.key)
        if key is None:
            if others:
                continue
            raise VerificationError("signed by a key that the root does not name", reason="unknown-signer")
        keys.verify_raw(key.check(), canonical.unb64(one.sig), keys.DOMAIN + signed.payload_bytes())
        seen.add(one.key)
    return len(seen)


def check_signed(signed: Signed, root: Root) -> None:
    """Check that enough overseers of `root` signed; a later root is signed by those of the one before, too.

    Raises:
        VerificationError: too few signatures, or one that does not hold.
    """
    if counted(signed, root, others=True) < root.threshold:
        raise VerificationError(
            f"root statement {root.version} asks for {root.threshold} signatures of its overseers",
            reason="too-few-signatures",
        )


def read_root(data: bytes) -> Root:
    """Return the root statement in the envelope `data`, signed by enough of its own oversight keys.

    Whether a later root follows the one before is `succession.read_next`'s to check.

    Raises:
        FormatError: not a root statement.
        VerificationError: too few signatures, or one that does not hold.
    """
    statement, signed = read_draft(data)
    if not isinstance(statement, Root):
        raise FormatError("not a root statement")
    if statement.version == 1:
        counted(signed, statement)
    check_signed(signed, statement)
    return statement


def courier_point(envelope: bytes, root: Root) -> str:
    """Return the point of the courier that `envelope` enrols, signed by the threshold of the overseers of `root`.

    Raises:
        FormatError: not a courier's enrolment.
        VerificationError: too few signatures, or one that does not hold.
    """
    statement, signed = read_draft(envelope)
    if not isinstance(statement, EnrolCourier):
        raise FormatError("not a courier's enrolment")
    check_signed(signed, root)
    return statement.seal
