"""The ID token: who answered, under a name that means nothing anywhere else.

The key is this tier's own and proves only that this installation's web tier issued the token; it opens nothing.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from breakseal.kernel.model.canonical import b64, digest

ALGORITHM = "ES256"
_NAME = b"breakseal/pairwise/v1\n"


def pairwise(ask: bytes) -> str:
    """Return the `sub` of whoever answered `ask`: another one for each question, so that nobody can compare them."""
    return b64(digest(_NAME + ask))


class IdTokens:
    """Signs ID tokens with one P-256 key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, issuer: str) -> None:
        self._key = ECKey.import_key(_jwk(key))
        self._kid = self._key.thumbprint()
        self._issuer = issuer

    def issue(self, client: str, ask: bytes, now: int, expires: int, nonce: str = "") -> str:
        """Return the signed token for `client` (OpenID Connect Core section 2); times are Unix seconds."""
        claims = {
            "iss": self._issuer, "sub": pairwise(ask), "aud": client, "iat": now, "exp": expires, "azp": client,
        }  # fmt: skip
        if nonce:
            claims["nonce"] = nonce
        return jwt.encode({"alg": ALGORITHM, "kid": self._kid}, claims, self._key)

    def public_set(self) -> dict[str, Any]:
        """Return the JWK set (RFC 7517 section 5) with the public key."""
        public = self._key.as_dict(private=False)
        return {"keys": [{**public, "kid": self._kid, "use": "sig", "alg": ALGORITHM}]}


def _jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    numbers = key.private_numbers()
    point = numbers.public_numbers
    parts = {"d": numbers.private_value, "x": point.x, "y": point.y}
    return {"kty": "EC", "crv": "P-256"} | {name: b64(value.to_bytes(32)) for name, value in parts.items()}
