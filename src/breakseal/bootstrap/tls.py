"""Certificates: each surface's process gets a copy in its own folder, which its account can read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal

from breakseal.config import Config
from breakseal.kernel.errors import ConfigError

Surface = Literal["web", "door"]


def certificate(config: Config, surface: Surface) -> tuple[Path, Path] | None:
    """Return the copies of certificate and key for `surface`, or None where it is served in clear."""
    settings = config.settings.web if surface == "web" else config.settings.door
    return _copies(config, surface) if settings.tls_cert else None


def hand_out(config: Config) -> None:
    """Copy each surface's certificate and key into its part's folder (0600), before accounts are given out.

    Raises:
        ConfigError: a file cannot be copied.
    """
    for surface, settings in (("web", config.settings.web), ("door", config.settings.door)):
        if settings.tls_cert:
            targets = _copies(config, surface)  # type: ignore[arg-type] # the two names above
            for source, target in zip((settings.tls_cert, settings.tls_key), targets, strict=True):
                _copy(config.resolve(source), target)


def _copies(config: Config, surface: Surface) -> tuple[Path, Path]:
    folder = config.folder("web" if surface == "web" else "keyholder") / "tls"
    return folder / "cert.pem", folder / "key.pem"


def _copy(source: Path, target: Path) -> None:
    try:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.unlink(missing_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as copy, source.open("rb") as original:
            shutil.copyfileobj(original, copy)
    except OSError as error:
        raise ConfigError(f"cannot copy `{source}`: {error.strerror}") from error
