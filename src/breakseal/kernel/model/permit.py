"""The keyholder's word to the courier: a signed permit to send one message, or to ask a source once."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model.attested import attest, verify_attested
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.location import Area, LocationPrecision, Terms, Watched
from breakseal.kernel.model.signed import Signer

DOMAIN = b"breakseal/permit/v1\n"
Ground = Literal["consent", "order", "exigent", "missing"]
"""On what a look stands: what the person agreed to, a court's order, an exigent request, or a missing-person case."""


class Permit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Send one message of `kind` before `expires` (Unix seconds).

    `to` is sealed to the courier: canonical `Address` (`address_info` of `bound`) for a notice, the E.164 number
    (`claim_info`) for a code. `about` is the SHA-256 of the leaf or of the claim; zeros for a reminder that
    something is held for a month more only. A notice is worded by `words` and `language`, and says
    nothing of agency, category or name.

    "consent" asks the phone `to` (`ask_info` of the terms' client) to agree to `terms`; `about` is the ask's id.
    "locate" lets the courier ask a source once where the phone `to` (`locate_info`) is, and seal the answer, no more
    precise than `precision`, to `recipient` (P-256 point) under `found_info` of the leaf `about`; `max_age` is
    seconds (-1 any), `area` a yes-or-no question. `ground` is on what it stands: "consent" and "missing" end with STOP.
    "agreed" tells the phone `to` (`agreed_info`) in `language` what was agreed to for it by a person's own key: the one
    of `agreed` until `until`; or, where that is 0, every month, that those in `agreed` and `more` others may look.
    "watch" lets the courier do what `watch` says; `about` is zeros where nobody is located.
    """

    v: Literal[1] = 1
    type: Literal["permit"] = "permit"
    id: str
    kind: Literal["notice", "code", "consent", "locate", "agreed", "watch"]
    to: str
    about: str
    words: Literal["neutral", "plain", "reminder"] = "neutral"
    language: Literal["en", "es"] = "en"
    channel: Literal["sms", "voice", "desk", "mail", ""] = ""
    bound: str = ""
    terms: Terms | None = None
    precision: LocationPrecision | Literal[""] = ""
    recipient: str = ""
    max_age: Number = -1
    area: Area | None = None
    ground: Ground | Literal[""] = ""
    agreed: tuple[Terms, ...] = ()
    until: Number = 0
    more: Number = 0
    watch: Watched | None = None
    expires: Number
    by: str = ""
    sig: str = ""


def sign_permit(permit: Permit, signer: Signer) -> bytes:
    """Return the canonical bytes of `permit` signed by the keyholder."""
    return canonical.encode(attest(permit, DOMAIN, signer))


def read_permit(data: bytes, key: keys.PublicKey) -> Permit:
    """Parse a permit and check that the keyholder signed it.

    Raises:
        FormatError: not a canonical permit.
        VerificationError: another signer, or the signature does not hold.
    """
    permit = canonical.decode(data, Permit)
    verify_attested(permit, DOMAIN, key)
    return permit
