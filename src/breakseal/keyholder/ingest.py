"""The keys that things are sealed to on their way in; a new one each day, so that old ones can die."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import IngestKey
from breakseal.kernel.model.signed import Signer, write
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import hpke
from breakseal.keyholder.store import Store
from breakseal.keyholder.vault import DAY, Vault

KEPT_DAYS = 2
"""A key opens what was sealed to it on its own day and the next."""

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Ingest:
    """Makes, signs, uses and destroys ingest keys (P-256, kept in the vault)."""

    def __init__(self, store: Store, vault: Vault, signer: Signer, entropy: Entropy, keyholder: str) -> None:
        self._store = store
        self._vault = vault
        self._signer = signer
        self._entropy = entropy
        self._keyholder = keyholder
        self._private: dict[int, ec.EllipticCurvePrivateKey] = {}

    def forget(self) -> None:
        """Drop the copies in memory, after a transaction that was undone."""
        self._private.clear()

    def rotate(self, now: int) -> None:
        """Make today's key if there is none and destroy those past their time; inside a transaction."""
        day = now // DAY
        if not self._vault.has(_name(day)):
            self._vault.keep(_name(day), _scalar(self._entropy), now)
        for (name,) in self._store.many(
            "SELECT name FROM vault WHERE name >= 'ingest/' AND name < 'ingest0'"
        ):
            old = int(name.removeprefix("ingest/"))
            if old <= day - KEPT_DAYS:
                self._vault.destroy(name)
                self._private.pop(old, None)

    def statement(self, now: int) -> bytes:
        """Return today's key as a signed `IngestKey`, good until the end of the next day; inside a transaction."""
        self.rotate(now)  # the day may have changed since the last sweep
        day = now // DAY
        statement = IngestKey(
            issued=day * DAY,
            expires=(day + KEPT_DAYS) * DAY,
            nonce=canonical.b64(self._entropy.token(16)),
            keyholder=self._keyholder,
            key=canonical.b64(hpke.point_of(self._key(day).public_key())),
        )
        return write(statement, self._signer)

    def open(self, sealed: bytes, info: bytes, now: int) -> bytes:
        """Return what was sealed to today's key or the one before.

        Raises:
            VerificationError: sealed to neither, or for another purpose.
        """
        day = now // DAY
        for candidate in (day, day - 1):
            try:
                return hpke.open_from(self._key(candidate), sealed, info)
            except (VerificationError, RefusedError):
                continue
        raise VerificationError("not sealed to a key that this keyholder has now", reason="ingest-key")

    def _key(self, day: int) -> ec.EllipticCurvePrivateKey:
        private = self._private.get(day)
        if private is None:
            scalar = int.from_bytes(self._vault.get(_name(day)), "big")
            private = self._private[day] = ec.derive_private_key(scalar, ec.SECP256R1())
        return private


def _name(day: int) -> str:
    return f"ingest/{day:08}"


def _scalar(entropy: Entropy) -> bytes:
    """Return a P-256 private scalar (FIPS 186-5 A.2.2: candidates outside 1..order-1 are drawn again)."""
    while True:
        candidate = entropy.token(32)
        if 0 < int.from_bytes(candidate, "big") < _ORDER:
            return candidate
