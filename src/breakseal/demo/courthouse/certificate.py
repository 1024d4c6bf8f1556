"""The certificate with which the demo's court signs papers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEARS = 10


def self_signed(key: ec.EllipticCurvePrivateKey, name: str, now: int) -> bytes:
    """Return a self-signed certificate (PEM) for `name`."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.fromtimestamp(now, UTC)
    built = x509.CertificateBuilder(
        issuer_name=named, subject_name=named, public_key=key.public_key(), serial_number=x509.random_serial_number(),
        not_valid_before=begin - timedelta(days=1), not_valid_after=begin + timedelta(days=365 * YEARS),
    )  # fmt: skip
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
