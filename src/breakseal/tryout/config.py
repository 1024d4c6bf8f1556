"""The try-out's settings: one frozen object, read from a TOML file in which unknown names stop the start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from breakseal.kernel.errors import ConfigError

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class TryoutConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the page's program needs to know.

    `web` is the origin that it asks as a client, `origin` what browsers call the page itself, `key` the enrolled client
    key (PEM, P-256), `name` the organisation's enrolled name and
    `recipient` the key's, as the person's list will show them. `visitor_header` is the
    header in which a proxy says who asks (empty: the connection's own address counts), `per_visitor` how many
    questions an hour go out for one visitor. `region` is the country of numbers without a country code.
    """

    web: str
    origin: str
    key: Path
    name: str
    recipient: str
    host: str = "127.0.0.1"
    port: Port = 8917
    visitor_header: str = ""
    per_visitor: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    region: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] = "US"


def load_config(path: Path) -> TryoutConfig:
    """Return the settings in the TOML file at `path`; the key's path starts from its folder.

    Raises:
        ConfigError: unreadable, unknown names, wrong values, or a page that other machines would get in clear.
    """
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=TryoutConfig, dec_hook=_path)
    except OSError as error:
        raise ConfigError(f"cannot read `{path}`: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"`{path}`: {error}") from error
    if config.host not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError(
            f"the page is served in clear to a TLS proxy on this machine: set host to 127.0.0.1, not `{config.host}`"
        )
    return msgspec.structs.replace(config, key=path.resolve().parent / config.key)


def _path(kind: type, value: object) -> object:
    """Return a path from its text; anything else is no value of ours."""
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError
