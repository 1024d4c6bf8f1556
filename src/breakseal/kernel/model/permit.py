"""The keyholder's word to the courier: a signed permit to send one message."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model.attested import attest, verify_attested
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.signed import Signer

DOMAIN = b"breakseal/permit/v1\n"


class Permit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Send one message of `kind` before `expires` (Unix seconds).

    `to` is sealed to the courier: canonical `Address` (info `ADDRESS_INFO`) for a notice, the E.164 number
    (`claim_info`) for a code. `about` is the SHA-256 of the leaf or of the claim. A notice is worded
    by `words` and `language`, and says nothing of agency, category or name.
    """

    v: Literal[1] = 1
    type: Literal["permit"] = "permit"
    id: str
    kind: Literal["notice", "code"]
    to: str
    about: str
    words: Literal["neutral", "plain"] = "neutral"
    language: Literal["en", "es"] = "en"
    channel: Literal["sms", "voice", "desk", "mail", ""] = ""
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
