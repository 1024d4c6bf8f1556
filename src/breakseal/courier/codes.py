"""Codes: made, sent, checked, and attested. A code belongs to one claim, and lives ten minutes and five tries.

What is answered depends on the claim, its number's budget and the channel only: the courier does not know
whether a number is on anybody's record.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from dataclasses import dataclass
from typing import Literal

from breakseal.courier.channels import Channels
from breakseal.courier.delivery import KEPT, Delivery, open_number
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.outbox.claims import Claims, NewClaim, StoredClaim
from breakseal.courier.outbox.store import Outbox, Waiting
from breakseal.courier.private import Private
from breakseal.courier.protocol import AnswerCode, Attested, StartClaim, Started
from breakseal.courier.standing import Standing
from breakseal.kernel.errors import RefusedError, RequestError, VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.answers import NUMBER_INFO, claim_info
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.model.statements import ClaimNumber, NumberAttested
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.seal import aead, hpke

LIFE = 600
"""Seconds for which a code, and then the attestation, is good."""
TRIES = 5
FIRST_TRY = 4.0
"""Seconds for which `start` waits for the channel before it says "waiting"."""
MAX_PERMIT_ID = 128
_CODE = re.compile(r"[0-9]{6}")
_CODES = 1_000_000
_FAIR = 2**32 // _CODES * _CODES


@dataclass(frozen=True, slots=True)
class BoundClaim:
    """A claim that a permit is about: its digest (32 bytes), channel, and the number (opened, and still sealed)."""

    digest: bytes
    channel: Literal["sms", "voice", "desk"]
    number: Private
    sealed: bytes


class Codes:
    """Answers `StartClaim` and `AnswerCode`."""

    def __init__(
        self,
        *,
        claims: Claims,
        outbox: Outbox,
        delivery: Delivery,
        channels: Channels,
        standing: Standing,
        keys: CourierKeys,
        keyholder: PublicKey,
        regions: tuple[str, ...],
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._claims = claims
        self._outbox = outbox
        self._delivery = delivery
        self._channels = channels
        self._standing = standing
        self._keys = keys
        self._keyholder = keyholder
        self._regions = regions
        self._clock = clock
        self._entropy = entropy
        self._first_tries: set[asyncio.Task[bool]] = set()

    async def start(self, question: StartClaim) -> Started:
        """Make and send the code that a permit allows.

        Raises:
            FormatError, VerificationError: permit or claim do not hold, or do not belong together.
            RequestError: no number to which a code goes.
            RefusedError: permit used or over, a budget spent, or the channel's processor not enrolled.
            UnavailableError: channel not offered, keyholder silent, or store failed. Nothing was spent.
        """
        now = max(self._clock.now(), self._outbox.swept_before())
        permit = check_permit(question.permit, self._keyholder, "code", now)
        claim = self._bind(question.claim, permit)
        await self._channels.check(claim.channel)
        code = make_code(self._entropy)
        message = self._message(permit, claim, code, question.language, now)
        mac = self._keys.code_mac(claim.digest, code)
        self._claims.add(
            NewClaim(
                digest=claim.digest,
                channel=claim.channel,
                number=claim.sealed,
                number_mac=self._keys.number_mac(claim.number),
                code_mac=mac,
                expires=now + LIFE,
            ),
            message,
            now,
        )
        note("code-made", channel=claim.channel)
        return Started(state="sent" if await self._try_first(message) else "waiting")

    async def answer(self, question: AnswerCode) -> Attested:
        """Check a code; the right one gets the attestation, and gets the same one again while the code lives.

        Raises:
            RequestError: not six digits.
            RefusedError: `claim-unknown`, `code-expired`, `code-tries-spent` or `code-wrong`.
            VerificationError: the keyholder's ingest key does not hold.
            UnavailableError: the keyholder is silent; the right code may be given again.
        """
        code = Private(question.code)
        if not _CODE.fullmatch(question.code):
            raise RequestError("a code is six digits", reason="code-malformed")
        claim = self._spend_try(question.claim)
        if not hmac.compare_digest(self._keys.code_mac(question.claim, code), claim.code_mac):
            note("code-refused", channel=claim.channel, reason="code-wrong", attempt=claim.tries + 1)
            raise RefusedError("the code is wrong", reason="code-wrong")
        self._claims.uncount_try(question.claim)
        if claim.attestation:
            return Attested(statement=claim.attestation)
        point = await self._standing.ingest_point()
        self._claims.keep_attestation(question.claim, self._attest(question.claim, claim, point))
        note("code-right", channel=claim.channel)
        kept = self._claims.get(question.claim)
        return Attested(statement=kept.attestation if kept else b"")

    def _spend_try(self, digest: bytes) -> StoredClaim:
        claim = self._claims.get(digest)
        if claim is None:
            raise RefusedError("no code was sent for this claim", reason="claim-unknown")
        if self._clock.now() >= claim.expires:
            raise RefusedError("the code is over: make a new claim", reason="code-expired")
        if claim.tries >= TRIES:
            raise RefusedError("five codes were wrong: make a new claim", reason="code-tries-spent")
        # INVARIANT: counted durably before it is compared, so that a crash gives no free try.
        self._claims.count_try(digest)
        return claim

    def _bind(self, envelope: bytes, permit: Permit) -> BoundClaim:
        outer, statement = signed.read(envelope)
        if not isinstance(statement, ClaimNumber):
            raise VerificationError("this is no claim of a number", reason="claim-not-verified")
        digest = canonical.digest(outer.payload_bytes())
        if not hmac.compare_digest(canonical.unb64(permit.about), digest):
            raise VerificationError("the permit is about another claim", reason="permit-for-another-claim")
        if permit.to != statement.number or permit.channel != statement.channel:
            raise VerificationError(
                "permit and claim name different numbers", reason="permit-for-another-claim"
            )
        # SAFETY: sealed for the key that claims it, so that nobody hands in a number seen on somebody else's way.
        info = claim_info(statement.key)
        number = open_number(self._keys, canonical.unb64(permit.to), self._regions, info)
        kept = hpke.seal_to(self._keys.point(), number.reveal().encode(), KEPT)
        return BoundClaim(digest=digest, channel=statement.channel, number=number, sealed=kept)

    def _message(
        self, permit: Permit, claim: BoundClaim, code: Private, language: Literal["en", "es"], now: int
    ) -> Waiting:
        place = aead.context("breakseal/courier/code/v1", permit.id)
        return Waiting(
            permit=permit.id,
            kind="code",
            channel=claim.channel,
            recipient=claim.sealed,
            about=claim.digest,
            words=permit.words,
            language=language,
            code=aead.seal(self._keys.outbox_key(), code.reveal().encode(), place, self._entropy),
            taken=now,
            expires=now + LIFE,
        )

    async def _try_first(self, message: Waiting) -> bool:
        task = asyncio.create_task(self._delivery.deliver(message))
        self._first_tries.add(task)
        task.add_done_callback(self._first_tries.discard)
        done, _ = await asyncio.wait({task}, timeout=FIRST_TRY)
        return bool(done) and task.exception() is None and task.result()

    def _attest(self, digest: bytes, claim: StoredClaim, point: bytes) -> bytes:
        now = self._clock.now()
        number = open_number(self._keys, claim.number, self._regions)
        statement = NumberAttested(
            issued=now,
            expires=now + LIFE,
            nonce=canonical.b64(self._entropy.token(16)),
            claim=canonical.b64(digest),
            number=canonical.b64(hpke.seal_to(point, number.reveal().encode(), NUMBER_INFO)),
            channel=claim.channel,
        )
        return signed.write(statement, self._keys.signer)


Kind = Literal["code", "notice", "consent", "locate", "agreed", "watch"]


def check_permit(data: bytes, key: PublicKey, kind: Kind, now: int) -> Permit:
    """Return a permit of `kind` that the keyholder signed and that is not over.

    Raises:
        FormatError, VerificationError: no permit, of another signer, or of another kind.
        RefusedError: it is over.
    """
    return check_kind(read_permit(data, key), kind, now)


def check_kind(permit: Permit, kind: Kind, now: int) -> Permit:
    """Return a permit whose signature held, if it is of `kind` and not over; raises as `check_permit`."""
    if permit.kind != kind or len(permit.id) > MAX_PERMIT_ID:
        raise VerificationError("the permit is for something else", reason="permit-of-another-kind")
    canonical.unb64(permit.about, 16 if kind == "consent" else 32)
    if now >= permit.expires:
        raise RefusedError("the permit is over", reason="permit-expired")
    return permit


def make_code(entropy: Entropy) -> Private:
    """Return six digits, each code as likely as any other."""
    while True:
        value = int.from_bytes(entropy.token(4), "big")
        if value < _FAIR:
            return Private(f"{value % _CODES:06d}")
