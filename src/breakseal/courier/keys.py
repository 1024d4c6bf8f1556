"""The courier's keys and their files: one signs attestations, one opens what is sealed to it, one guards its store."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.courier.config import CourierConfig
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import hpke

_MAX_FILE = 16 * 1024


@dataclass(frozen=True, slots=True, repr=False)
class CourierKeys:
    """The keys in memory. INVARIANT: the store holds numbers and codes only under `store`, never in clear."""

    signer: Ed25519Signer
    seal: ec.EllipticCurvePrivateKey
    store: bytes

    def point(self) -> bytes:
        """Return the point (65 bytes) to which addresses and claimed numbers are sealed."""
        return hpke.point_of(self.seal.public_key())

    def number_mac(self, number: Private) -> bytes:
        """Return what stands for a number in the store (32 bytes)."""
        return self._mac(b"breakseal/courier/number/v1\n", number.reveal().encode())

    def code_mac(self, claim: bytes, code: Private) -> bytes:
        """Return what stands for the code of one claim (its 32-byte digest) in the store."""
        return self._mac(b"breakseal/courier/code/v1\n", claim + code.reveal().encode())

    def outbox_key(self) -> bytes:
        """Return the AES-256 key under which a code waits to be sent."""
        return self._mac(b"breakseal/courier/outbox/v1\n", b"")

    def _mac(self, label: bytes, data: bytes) -> bytes:
        return hmac.digest(self.store, label + data, hashlib.sha256)


def create_keys(config: CourierConfig, entropy: Entropy) -> None:
    """Make the three key files, each readable by its owner only.

    Raises:
        ConfigError: one exists already; a key is never replaced by accident.
    """
    _write(Path(config.sign_key_file), _pem(ed25519.Ed25519PrivateKey.generate()))
    _write(Path(config.seal_key_file), _pem(ec.generate_private_key(ec.SECP256R1())))
    _write(Path(config.store_key_file), entropy.token(32))


def load_keys(config: CourierConfig) -> CourierKeys:
    """Read the three key files.

    Raises:
        ConfigError: one is missing, readable by others, or not such a key.
    """
    sign = _parse(config.sign_key_file)
    seal = _parse(config.seal_key_file)
    store = read_private(config.store_key_file)
    if not isinstance(sign, ed25519.Ed25519PrivateKey):
        raise ConfigError("`sign_key_file` does not hold an ed25519 key")
    if not isinstance(seal, ec.EllipticCurvePrivateKey) or not isinstance(seal.curve, ec.SECP256R1):
        raise ConfigError("`seal_key_file` does not hold a p256 key")
    if len(store) != 32:
        raise ConfigError("`store_key_file` does not hold 32 bytes")
    return CourierKeys(signer=Ed25519Signer(sign), seal=seal, store=store)


def read_private(path: str) -> bytes:
    """Return the bytes of a file that only its owner may read.

    Raises:
        ConfigError: missing, too long, not a plain file, or open to others (the check is on the open file).
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f"cannot read `{path}`: make it, or mend the path") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_FILE:
            raise ConfigError(f"`{path}` is no key file")
        if status.st_mode & 0o077:
            raise ConfigError(f"others may read `{path}`: run `chmod 600` on it")
        return file.read()


def _parse(path: str) -> object:
    try:
        return serialization.load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"`{path}` does not hold a key in PEM") from error


def _pem(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise ConfigError(f"`{path}` exists already: keep it, or move it away first") from error
    except OSError as error:
        raise ConfigError(f"cannot write `{path}`: make its folder, or mend the path") from error
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
