"""Passkeys in software: assertions as an authenticator at the door makes them."""

from __future__ import annotations

import hashlib
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.keys import DOMAIN, PublicKey, spki_of
from breakseal.kernel.model.statements import Statement

RP_ID, DOOR = "localhost", "http://localhost:8912"


class Passkey:
    """One credential; `origin`, `rp_id` and `flags` are what its machine says, true or not."""

    def __init__(self, name: bytes = b"") -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        spki = spki_of(self._private.public_key())
        raw_id = name or hashlib.sha256(spki).digest()
        self.key = PublicKey(
            alg="p256", use="passkey", id=canonical.b64(canonical.digest(raw_id)), spki=canonical.b64(spki)
        )

    def sign(self, message: bytes) -> bytes:
        raise AssertionError("a passkey signs through `envelope`")

    def signature(
        self,
        payload: bytes,
        *,
        origin: str = DOOR,
        rp_id: str = RP_ID,
        flags: int = 5,
        kind: str = "webauthn.get",
        cross: bool = False,
        challenge: bytes = b"",
    ) -> signed.Signature:
        asked = challenge or canonical.digest(DOMAIN + payload)
        client = {"type": kind, "challenge": canonical.b64(asked), "origin": origin, "crossOrigin": cross}
        client_data = json.dumps(client).encode()
        auth = canonical.digest(rp_id.encode()) + bytes([flags]) + bytes(4)
        signature = self._private.sign(auth + canonical.digest(client_data), ec.ECDSA(hashes.SHA256()))
        return signed.Signature(
            key=self.key.id,
            sig=canonical.b64(signature),
            auth=canonical.b64(auth),
            client=canonical.b64(client_data),
        )

    def envelope(self, statement: Statement, **lies: object) -> bytes:
        """Return the statement in its envelope, signed by this passkey alone."""
        payload = canonical.encode(statement)
        signature = self.signature(payload, **lies)  # type: ignore[arg-type]
        return canonical.encode(signed.Signed(payload=canonical.b64(payload), signatures=(signature,)))
