"""The simulated carrier's settings: its subscribers and the client that may ask."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from breakseal.kernel.errors import ConfigError
from breakseal.simulate.carrier.tracks import Subscriber


class CarrierSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file as it is written. `secret_file` holds the client's secret."""

    client: str
    secret_file: str
    port: int = 8917
    host: str = "127.0.0.1"
    subscribers: tuple[Subscriber, ...]
    token_seconds: int = 300


def load_settings(path: Path) -> CarrierSettings:
    """Return the settings of the TOML file at `path`.

    Raises:
        ConfigError: no such file, not TOML, an unknown name, or a subscriber without a track.
    """
    try:
        found = msgspec.convert(tomllib.loads(path.read_text("utf-8")), CarrierSettings, strict=True)
    except OSError as error:
        raise ConfigError(f"cannot read the carrier's settings `{path}`") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"the carrier's settings do not fit: {error}") from error
    if any(not one.track or one.radius < 1 for one in found.subscribers):
        raise ConfigError("each subscriber needs a track and a radius of 1 m at least")
    return found


def read_secret(settings: CarrierSettings, beside: Path) -> str:
    """Return the client's secret; a relative path is taken from the folder `beside`.

    Raises:
        ConfigError: the file cannot be read, or is empty.
    """
    try:
        secret = (beside / settings.secret_file).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("cannot read the carrier's `secret_file`") from error
    if not secret:
        raise ConfigError("the carrier's `secret_file` is empty")
    return secret
