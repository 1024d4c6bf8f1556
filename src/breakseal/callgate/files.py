"""The callgate's secret and pinned files; a secret that others on the machine can read stops the start."""

from __future__ import annotations

import stat
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.kernel.errors import BreaksealError, ConfigError
from breakseal.kernel.model import signed
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.signers import Ed25519Signer

MIN_TOKEN = 32
"""Characters."""


def read_secret(path: Path) -> bytes:
    """Return the bytes of the secret file at `path`.

    Raises:
        ConfigError: missing, or readable by others than its owner.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigError(f"others can read `{path}`: run chmod 600 on it")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read `{path}`: {error.strerror}") from error


def read_signer(path: Path) -> Ed25519Signer:
    """Return the client key in the PEM file at `path` (PKCS #8, Ed25519).

    Raises:
        ConfigError: missing, readable by others, or another kind of key.
    """
    try:
        key = serialization.load_pem_private_key(read_secret(path), None)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"`{path}` is not a private key in PEM") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ConfigError(f"`{path}` must be an ed25519 key")
    return Ed25519Signer(key)


def read_token(path: Path) -> bytes:
    """Return what the phone system must show.

    Raises:
        ConfigError: missing, readable by others, or too short to be safe.
    """
    token = read_secret(path).strip()
    if len(token) < MIN_TOKEN:
        raise ConfigError(f"`{path}` must hold at least {MIN_TOKEN} random characters")
    return token


def read_root(path: Path) -> Root:
    """Return the pinned root statement: whoever installs the callgate got the file by a trusted way.

    Raises:
        ConfigError: missing or not a root statement.
    """
    try:
        _, statement = signed.read(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"cannot read `{path}`: {error.strerror}") from error
    except BreaksealError as error:
        raise ConfigError(f"`{path}` is not a signed root statement") from error
    if not isinstance(statement, Root):
        raise ConfigError(f"`{path}` is another statement than the root")
    return statement
