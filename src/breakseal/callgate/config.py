"""The callgate's settings: one frozen object, read from a TOML file in which unknown names stop the start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from breakseal.kernel.errors import ConfigError

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class CallgateConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one call centre's callgate needs to know.

    `org` is the centre's id as the root keys enrolled it, `web` the origin that takes the events. The files:
    `key` (PEM, Ed25519, the enrolled client key), `root` (the signed root statement, pinned), `token` (what the
    phone system must show) and `spool` (SQLite, made when missing). `region` is the country whose numbers come
    without a country code (ISO 3166-1, two letters). `call_hours` bounds how long one call can be a basis.
    """

    org: str
    web: str
    key: Path
    root: Path
    token: Path
    spool: Path
    region: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] = "US"
    host: str = "127.0.0.1"
    port: Port = 8914
    positions: tuple[str, ...] = ()
    call_hours: Annotated[int, msgspec.Meta(ge=1, le=4)] = 4
    refresh_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 6


def load_config(path: Path) -> CallgateConfig:
    """Return the settings in the TOML file at `path`; relative paths in it start from its folder.

    Raises:
        ConfigError: unreadable, unknown names, wrong values, or an intake that other machines could reach.
    """
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=CallgateConfig, dec_hook=_path)
    except OSError as error:
        raise ConfigError(f"cannot read `{path}`: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"`{path}`: {error}") from error
    if config.host not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError(
            f"the intake listens on this machine only: set host to 127.0.0.1, not `{config.host}`"
        )
    base = path.resolve().parent
    return msgspec.structs.replace(
        config,
        key=base / config.key,
        root=base / config.root,
        token=base / config.token,
        spool=base / config.spool,
    )


def _path(kind: type, value: object) -> object:
    """Return a path from its text; anything else is no value of ours."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError
