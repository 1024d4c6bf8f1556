"""What this tier says of a subscription when it is asked again: kept by the keyholder, readable here alone."""

from __future__ import annotations

import hashlib
import hmac

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model import canonical
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead
from breakseal.web.location.messages import FenceConfig, FenceType, In, Moment

_LABEL = b"breakseal/web/fences/v1"


class FenceView(In, frozen=True, kw_only=True):
    """A subscription in its client's own words, without its credential."""

    sink: str
    types: tuple[FenceType, ...]
    config: FenceConfig
    startsAt: Moment  # noqa: N815 # CAMARA's spelling


class FenceViews:
    """Seals and opens them under a key that follows from the key of ID tokens."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, entropy: Entropy) -> None:
        secret = key.private_numbers().private_value.to_bytes(32)
        self._key = hmac.digest(secret, _LABEL, hashlib.sha256)
        self._entropy = entropy

    def seal(self, name: str, view: FenceView) -> str:
        """Return the view of subscription `name`, sealed (base64url)."""
        return canonical.b64(aead.seal(self._key, msgspec.json.encode(view), _place(name), self._entropy))

    def open(self, name: str, sealed: str) -> FenceView:
        """Return what `seal` sealed.

        Raises:
            FormatError, VerificationError: it did not.
        """
        plain = aead.open_sealed(self._key, canonical.unb64(sealed), _place(name))
        try:
            return msgspec.json.decode(plain, type=FenceView)
        except msgspec.MsgspecError as error:
            raise FormatError("no view of a subscription") from error


def _place(name: str) -> bytes:
    return aead.context("breakseal/fence-view/v1", name)
