"""Signers that hold their private key in memory: services from a key file, and browsers' counterparts in programs."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from breakseal.kernel.model.keys import KeyUse, describe_key
from breakseal.kernel.model.signed import Signer


class Ed25519Signer(Signer):
    """An Ed25519 key (RFC 8032): keyholders, logs, couriers, callgates, oversight files, recovery sheets."""

    def __init__(self, private: ed25519.Ed25519PrivateKey, use: KeyUse = "service") -> None:
        self._private = private
        self.key = describe_key(private.public_key(), use)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`."""
        return self._private.sign(message)


class P256Signer(Signer):
    """An ECDSA key whose signatures are r||s, as Web Crypto makes them (IEEE P1363)."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, use: KeyUse = "session") -> None:
        self._private = private
        self.key = describe_key(private.public_key(), use)

    def sign(self, message: bytes) -> bytes:
        """Return the signature of `message`."""
        r, s = decode_dss_signature(self._private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
