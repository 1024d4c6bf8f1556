"""Structs that a keyholder signs as a whole: heads, permits, answers. `by` is the signer's key id."""

from __future__ import annotations

from typing import Protocol, TypeVar, cast

import msgspec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model.signed import Signer


class _Attested(Protocol):
    @property
    def by(self) -> str: ...

    @property
    def sig(self) -> str: ...


A = TypeVar("A", bound=_Attested)


def attest(value: A, domain: bytes, signer: Signer) -> A:
    """Return `value` signed by `signer`, over `domain` and its canonical form without the signature."""
    bare = _replaced(value, by=signer.key.id, sig="")
    return _replaced(bare, sig=canonical.b64(signer.sign(domain + canonical.encode(bare))))


def verify_attested(value: _Attested, domain: bytes, key: keys.PublicKey) -> None:
    """Check that the holder of `key` signed `value`.

    Raises:
        VerificationError: it names another signer, or the signature does not hold.
    """
    if value.by != key.id:
        raise VerificationError("another signer is named")
    bare = canonical.encode(_replaced(value, sig=""))
    keys.verify_raw(key.check(), canonical.unb64(value.sig), domain + bare)


def _replaced(value: A, **fields: str) -> A:
    return cast("A", msgspec.structs.replace(cast("msgspec.Struct", value), **fields))
