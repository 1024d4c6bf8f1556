"""What a client signs by itself: who it is (RFC 7523) and that it sends this very request (RFC 9449).

The web tier carries both and is believed in nothing: address, times and single use are checked here, by the root's
name of the web origin and the keyholder's own clock.
"""

from __future__ import annotations

import msgspec

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical, jws
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.canonical import Number
from breakseal.keyholder.authority import check_not_restored, consume
from breakseal.keyholder.core import Core
from breakseal.keyholder.location.messages import AskStatus, AskWatches, Locate, Watch
from breakseal.keyholder.register.holders import Holder

ASSERTION_LIFE = 300
"""Seconds that a client assertion may live at most."""
MAX_JTI = 256
Proved = Locate | AskStatus | Watch | AskWatches


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of a client assertion that are checked (RFC 7523 section 3); others say nothing to us."""

    iss: str
    sub: str
    aud: str | tuple[str, ...]
    exp: Number
    jti: str
    iat: Number | None = None
    nbf: Number = 0

    @property
    def issued(self) -> int:
        """When it was made; without `iat` the earliest moment at which it can have been."""
        return self.exp - ASSERTION_LIFE if self.iat is None else self.iat


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The claims of a DPoP proof (RFC 9449 section 4.2). `ath` is the SHA-256 of the token on the wire."""

    htm: str
    htu: str
    iat: Number
    jti: str
    ath: str

    @property
    def issued(self) -> int:
        """When it was made."""
        return self.iat


def client_of(core: Core, assertion: bytes, now: int) -> Holder:
    """Return the client that signed `assertion`, and use it up; inside a transaction.

    Raises:
        VerificationError: unknown client, another audience, too early, too late, used before: all "invalid-client".
    """
    try:
        return _asserted(core, assertion, now)
    except (FormatError, RefusedError, VerificationError) as error:
        raise VerificationError(f"not a client assertion: {error}", reason="invalid-client") from error


def prover_of(core: Core, question: Proved, now: int) -> Holder:
    """Return the client whose own proof of this very request `question` carries, and use it up.

    Whether the token is any good is not looked at before this held, so nobody without an enrolled key learns it.

    Raises:
        RefusedError: it does not hold: "no-token", as for all that is wrong with a token.
    """
    try:
        return _proved(core, question, now)
    except (FormatError, RefusedError, VerificationError) as error:
        raise no_token() from error


def no_token() -> RefusedError:
    """Return the one refusal of everything that is wrong with a token or its proof."""
    return RefusedError("there is no such token for this client and request", reason="no-token")


def _asserted(core: Core, assertion: bytes, now: int) -> Holder:
    read = jws.parse(assertion)
    said = jws.claims(read, Assertion)
    if read.header.typ not in ("", "JWT"):
        raise VerificationError("it is of another type")
    holder = _client(core, said.iss, now)
    jws.verify(read, holder.key)
    origin = core.roots.root.door.web_origin
    if said.sub != said.iss or said.aud not in (origin, (origin,)):
        raise VerificationError("it is for somebody else")
    early = max(said.nbf, said.issued) > now + SKEW
    if early or not now - SKEW < said.exp <= now + ASSERTION_LIFE + SKEW:
        raise VerificationError("it is not in force now: set the clock right")
    _use_up(core, read, said, said.exp)
    return holder


def _proved(core: Core, question: Proved, now: int) -> Holder:
    read = jws.parse(question.proof)
    said = jws.claims(read, Proof)
    if read.header.typ != "dpop+jwt" or read.header.jwk is None:
        raise VerificationError("not a proof")
    holder = _client(core, canonical.b64(canonical.digest(jws.shown(read.header.jwk))), now)
    jws.verify(read, holder.key)
    address = core.roots.root.door.web_origin + question.path
    method = question.method if isinstance(question, AskWatches) else "POST"
    if (said.htm, said.htu) != (method, address) or abs(now - said.iat) > SKEW:
        raise VerificationError("a proof of another request")
    # The client hashes the token as it travels (base64url of 32 bytes); that text's digest is what `token` is.
    if canonical.unb64(said.ath, 32) != question.token:
        raise VerificationError("a proof for another token")
    _use_up(core, read, said, said.iat + SKEW)
    return holder


def _client(core: Core, name: str, now: int) -> Holder:
    holder = core.holders.find(name, now)
    if holder.kind != "client" or holder.key.use != "service":
        raise VerificationError("not a client's key")
    return holder


def _use_up(core: Core, read: jws.Jws, said: Assertion | Proof, expires: int) -> None:
    if not 0 < len(said.jti) <= MAX_JTI:
        raise FormatError(f"a jti has 1 to {MAX_JTI} characters")
    check_not_restored(core, said)
    consume(core, read.digest, expires)
