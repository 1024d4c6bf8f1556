"""Key files: a private key as PKCS#8 PEM that only its owner may read, a public key as SPKI PEM.

Ed25519 for what signs (overseers, services, sponsors' machines), P-256 for what is sealed to.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.errors import BreaksealError, ConfigError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.keys import KeyUse, PublicKey, describe_key, parse_spki
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer

MAX_KEY = 4096
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def write_private(path: Path, key: PrivateKey) -> None:
    """Write `key` to the new file `path` (0600) in a folder made if absent (0700), durable at return.

    Raises:
        ConfigError: the file exists, so that no key is ever overwritten; or the disk refuses.
    """
    write_secret(
        path,
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def write_secret(path: Path, data: bytes) -> None:
    """Write `data` as `write_private` writes a key; raises the same."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise ConfigError(f"there is a key at `{path}` already: choose another place") from error
    except OSError as error:
        raise ConfigError(f"cannot write the key `{path}`: {error.strerror}") from error


def write_public(path: Path, key: PublicKey) -> None:
    """Write the public half as PEM to `path`.

    Raises:
        ConfigError: the disk refuses.
    """
    pem = key.check().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        path.write_bytes(pem)
    except OSError as error:
        raise ConfigError(f"cannot write `{path}`: {error.strerror}") from error


def read_ed25519(path: Path) -> ed25519.Ed25519PrivateKey:
    """Return the signing key in the file `path`.

    Raises:
        ConfigError: there is no such file, others may read it, or it is no Ed25519 key.
    """
    key = _read_private(path)
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ConfigError(f"`{path}` is not an Ed25519 key")
    return key


def read_p256(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key in the file `path`.

    Raises:
        ConfigError: there is no such file, others may read it, or it is no P-256 key.
    """
    key = _read_private(path)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigError(f"`{path}` is not a P-256 key")
    return key


def read_signer(path: Path) -> Ed25519Signer:
    """Return a signer with the key in the file `path`; raises as `read_ed25519`."""
    return Ed25519Signer(read_ed25519(path))


def read_service(path: Path) -> Signer:
    """Return a signer with the key in the file `path`, Ed25519 or P-256: a court's may be either.

    Raises:
        ConfigError: there is no such file, others may read it, or it is no key of ours.
    """
    key = _read_private(path)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return Ed25519Signer(key)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return P256Signer(key, "service")
    raise ConfigError(f"`{path}` is neither an Ed25519 nor a P-256 key")


def read_public(path: Path, use: KeyUse = "service") -> PublicKey:
    """Return the public key in the PEM file `path`.

    Raises:
        ConfigError: there is no such file, or no key of ours in it.
    """
    data = _read(path)
    try:
        key = serialization.load_pem_public_key(data)
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return describe_key(parse_spki(der), use)
    except Exception as error:  # the parser raises several kinds; all mean "no key"
        raise ConfigError(f"`{path}` is not a public key in PEM") from error


def read_described(path: Path) -> PublicKey:
    """Return the public key in the file `path`: PEM (a service's), or the JSON that the door gives for a passkey.

    Raises:
        ConfigError: there is no such file, or no key of ours in it.
    """
    data = _read(path).strip()
    if not data.startswith(b"{"):
        return read_public(path)
    try:
        key = canonical.decode(data, PublicKey)
        key.check()
    except BreaksealError as error:
        raise ConfigError(f"`{path}` is not a public key as the door writes it: {error}") from error
    return key


def public_of(key: PrivateKey, use: KeyUse = "service") -> PublicKey:
    """Return the public half of `key` as statements carry it."""
    return describe_key(key.public_key(), use)


def _read_private(path: Path) -> object:
    data = _read(path)
    if path.stat().st_mode & 0o077:
        raise ConfigError(f"others may read the secret `{path}`: run `chmod 600 {path}`")
    try:
        return serialization.load_pem_private_key(data, password=None)
    except Exception as error:  # the parser raises several kinds; all mean "no key"
        raise ConfigError(f"`{path}` is not a private key in PEM without passphrase") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_KEY + 1)[:MAX_KEY]
    except OSError as error:
        raise ConfigError(f"cannot read the key `{path}`: {error.strerror}") from error
