"""The typed messages about location between the keyholder and its neighbours (framing: `keyholder.protocol`).

A token is 32 random bytes that the keyholder makes and keeps by hash: the web tier carries it and can neither make
one nor use one without the client's own proof (RFC 9449) for each look. On the wire it is base64url; "the token's
SHA-256" is that of the wire's text (43 ASCII characters), which is also the `ath` of a proof.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.location import Area, Lasting, LocationPrecision, Watched
from breakseal.keyholder.message import Message


class AskConsent(Message, frozen=True, tag="ask-consent"):
    """A client wants to ask a person. `assertion` is the client's (RFC 7523 compact JWS), used up by this.

    `number` is E.164, sealed to the courier (`ask_info`), base64url.
    """

    assertion: bytes
    number: str
    purpose: str
    precision: LocationPrecision
    lasting: Lasting
    rate: Number


class ConsentAsked(Message, frozen=True, tag="consent-asked"):
    """The ask's id (16 bytes), the permit by which the courier may send the question, and when the ask lapses."""

    ask: bytes
    permit: bytes
    expires: Number


class TakeToken(Message, frozen=True, tag="take-token"):
    """The client that asked comes for its token; `verifier` is the secret of a consent by key (`Consent.challenge`).

    Refused as `authorization-pending`, `access-denied`, `expired-token` or `wrong-verifier`.
    """

    ask: bytes
    assertion: bytes
    verifier: bytes = b""


class TokenGiven(Message, frozen=True, tag="token-given"):
    """A token (32 bytes), when it ends (Unix seconds), and what it is for.

    `consent` is the consent's public name, `handle` the record of whoever gave it. `once`: the consent is to one
    answer, and opens no watch.
    """

    token: bytes
    expires: Number
    purpose: str
    precision: LocationPrecision
    consent: bytes
    handle: str
    once: bool = False


class AskToken(Message, frozen=True, tag="ask-token"):
    """A client asks about its own token (RFC 7662); `token` is the token's SHA-256."""

    token: bytes
    assertion: bytes


class TokenState(Message, frozen=True, tag="token-state"):
    """Whether the token opens anything now. Not the client's own, unknown and over are one answer: not active.

    `expires` is the token's end, `until` the consent's (Unix seconds); `once` as in `TokenGiven`.
    """

    active: bool
    expires: Number = 0
    purpose: str = ""
    client: str = ""
    precision: LocationPrecision | Literal[""] = ""
    until: Number = 0
    once: bool = False


class AskStatus(Message, frozen=True, tag="ask-status"):
    """A client asks, by a DPoP proof of the request for `path`, what its token's consent is. Answer: `TokenState`.

    Nobody is located and nothing is logged; refused as `Locate` is ("no-token").
    """

    token: bytes
    proof: bytes
    path: str


class DropToken(Message, frozen=True, tag="drop-token"):
    """A client gives its own token back (RFC 7009); unknown ones too are `Done`."""

    token: bytes
    assertion: bytes


class Locate(Message, frozen=True, tag="locate"):
    """One look. `token` is the token's SHA-256, `proof` the client's DPoP proof of this very HTTP request.

    `path` is the request's path, which the proof must name under the web's origin. `recipient` is the P-256 point
    (65 bytes) to which the answer is sealed. `max_age` is seconds, -1 for any. `area` is given for a yes-or-no look.
    """

    token: bytes
    proof: bytes
    path: str
    recipient: bytes
    max_age: Number = -1
    area: Area | None = None


class Located(Message, frozen=True, tag="located"):
    """The look is logged: its leaf, and the permit by which the courier may ask the source, once, within seconds.

    `handle` is the record whose own phone's fix the web tier may hand in instead (`OpenFix`). Paused and nothing
    known give an empty permit: it reads as unavailable.
    """

    leaf: bytes
    permit: bytes
    handle: str
    until: Number


class OpenFix(Message, frozen=True, tag="open-fix"):
    """The web tier hands in what the person's own phone told, for the look that `permit` (`Located`) is of; once.

    `fix` is sealed to the record's point (`kernel.model.fixes.fix_info` of the record and `device`).
    """

    permit: bytes
    device: str
    fix: bytes


class FixForCourier(Message, frozen=True, tag="fix-for-courier"):
    """The fix, sealed to the courier for this very permit (`kernel.model.fixes.handed_info`)."""

    sealed: bytes


class Watch(Message, frozen=True, tag="watch"):
    """A client wants to be told when the phone enters or leaves an area; `token`, `proof` and `path` as in `Locate`.

    `watch.id` is the first 16 bytes of the SHA-256 of the proof's signing input. The watch ends at `until` (Unix
    seconds), or a minute before its consent.
    """

    token: bytes
    proof: bytes
    path: str
    watch: Watched
    until: Number


class AskWatches(Message, frozen=True, tag="ask-watches"):
    """A client asks what it watches under its token's consent: at `path` all, or the one named, which DELETE ends."""

    token: bytes
    proof: bytes
    path: str
    method: Literal["GET", "DELETE"]


class WatchView(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A watch that lives: its id, when it ends (Unix seconds), and the web tier's own note."""

    id: str
    until: Number
    view: str


class Watches(Message, frozen=True, tag="watches"):
    """The answer to `Watch` and to `AskWatches`: the watches meant."""

    watches: tuple[WatchView, ...]


class AskStands(Message, frozen=True, tag="ask-stands"):
    """The courier asks, right before it tells a sink, whether what this permit of kind "watch" allows still stands.

    Answer: `Done`, or refused: consent or watch ended, location paused, record frozen.
    """

    permit: str


class Attest(Message, frozen=True, tag="attest"):
    """The courier hands in what it attests about consents: `ConsentAnswered` or `ConsentStopped`. Answer: `Done`."""

    statement: bytes


LocationQuestion = (
    AskConsent | TakeToken | AskToken | AskStatus | DropToken | Locate | OpenFix | Watch | AskWatches | AskStands
    | Attest
)  # fmt: skip
LocationAnswer = ConsentAsked | TokenGiven | TokenState | Located | FixForCourier | Watches

WEB = (AskConsent, TakeToken, AskToken, AskStatus, DropToken, Locate, OpenFix, Watch, AskWatches)
COURIER = (Attest, AskStands)
