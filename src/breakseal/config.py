"""The settings of one installation: a frozen object read from `breakseal.toml`.

Unknown names, a missing secret file and a secret that others may read refuse the start with one
sentence. Secrets stand in files of their own and never in the settings. No setting widens what may
be opened: that takes a signed statement (design section 4).
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from breakseal.kernel.errors import ConfigError

FILE = "breakseal.toml"
MAX_FILE = 64 * 1024
DAY = 86_400

PartName = Literal["keyholder", "courier", "web"]
PARTS: tuple[PartName, ...] = ("keyholder", "courier", "web")
KeyName = Literal["keyholder", "log", "courier", "courier-seal", "courier-store", "web-tokens"]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file."""


class Listen(_Table, frozen=True):
    """Where a surface listens, and `origin`: what browsers call it (no slash at the end)."""

    port: int
    origin: str
    host: str = "localhost"
    tls_cert: str = ""
    tls_key: str = ""


class Log(_Table, frozen=True):
    """The log's public view moves every `publish_seconds` (a day; 0 at once, for the demo)."""

    publish_seconds: int = DAY


class Channel(_Table, frozen=True):
    """One way of sending: an Apprise gateway, the demo's phone, slips at an official's desk, or SMTP.

    `processor` is who gets what is sent, as the root keys named it. `url_file` (apprise) and
    `password_file` (smtp) are secrets; `folder` is for phonebox and desk; the rest is for smtp.
    """

    kind: Literal["apprise", "phonebox", "desk", "smtp"]
    processor: str
    url_file: str = ""
    folder: str = ""
    host: str = ""
    port: int = 0
    tls: Literal["", "starttls", "tls", "none"] = ""
    sender: str = ""
    account: str = ""
    password_file: str = ""
    ca_file: str = ""


class Inbound(_Table, frozen=True):
    """How answers to text messages come in: the demo phone's folder, or a gateway's signed posts.

    `secret_file` is a secret; `host`, `port` and it are for webhook, `folder` is for phonebox.
    """

    kind: Literal["phonebox", "webhook"]
    folder: str = ""
    host: str = ""
    port: int = 0
    secret_file: str = ""


class Carrier(_Table, frozen=True):
    """Whom the courier asks where a phone is: by CAMARA (`base_url`, `token_url`) or by OMA MLP (`url`).

    `processor` is the carrier as the root keys named it, `secret_file` is a secret, `ca_file` may be left out.
    """

    kind: Literal["camara", "mlp"]
    processor: str
    base_url: str = ""
    token_url: str = ""
    url: str = ""
    client_id: str = ""
    secret_file: str = ""
    ca_file: str = ""


class Courier(_Table, frozen=True):
    """How messages are sent; `name` is what they call this service. A channel left out is not offered.

    Without `inbound` nobody can agree by text, without `carrier` no phone is located.
    """

    name: str = "Breakseal"
    codes_per_hour: int = 600
    sms: Channel | None = None
    voice: Channel | None = None
    desk: Channel | None = None
    mail: Channel | None = None
    inbound: Inbound | None = None
    carrier: Carrier | None = None

    def channels(self) -> tuple[tuple[str, Channel], ...]:
        """Return the channels that are offered, by name."""
        named = (("sms", self.sms), ("voice", self.voice), ("desk", self.desk), ("mail", self.mail))
        return tuple((name, channel) for name, channel in named if channel is not None)

    def places(self) -> tuple[tuple[str, Inbound | Carrier], ...]:
        """Return where answers and locations come from, by name."""
        named = (("inbound", self.inbound), ("carrier", self.carrier))
        return tuple((name, place) for name, place in named if place is not None)


class Accounts(_Table, frozen=True):
    """The numeric user and group of each part, used when the start has the rights of root."""

    web: int = 48901
    keyholder: int = 48902
    courier: int = 48903


class Settings(_Table, frozen=True):
    """The file as it is written; `Config` adds where it lies.

    `operator` is shown to the public. `outside_test` is the address of the last outside security
    test's report. `areas_dir` holds the organisations' own areas as GeoJSON. `try_page` is the address of the try-out's
    page (docs/operate/tryout.md), linked where it is named.
    """

    data_dir: str = "."
    demo: bool = False
    web: Listen = Listen(port=8911, origin="http://localhost:8911")
    door: Listen = Listen(port=8912, origin="http://localhost:8912")
    log: Log = Log()
    courier: Courier = Courier()
    accounts: Accounts = Accounts()
    operator: str = ""
    security_contact: str = ""
    outside_test: str = ""
    areas_dir: str = ""
    try_page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings and every path that follows from them; `path` is the file, or where it would be."""

    path: Path
    settings: Settings

    @property
    def data(self) -> Path:
        """The folder that holds everything, one folder a part."""
        return (self.path.parent / self.settings.data_dir).resolve()

    def folder(self, part: PartName | Literal["public", "demo"]) -> Path:
        """Return the folder of a part, which only that part's account may enter; `public` anybody."""
        return self.data / part

    def socket(self, name: str) -> Path:
        """Return the path of the Unix socket `name` (contract: `keyholder.protocol.SOCKETS`, courier-web)."""
        owner = "courier" if name == "courier-web" else "keyholder"
        return self.data / "run" / owner / f"{name}.sock"

    @property
    def root_file(self) -> Path:
        """The signed root statement."""
        return self.folder("public") / "root.json"

    @property
    def epochs(self) -> Path:
        """The folder of the epoch keys: never in a backup of the stores."""
        return self.folder("keyholder") / "epochs"

    @property
    def register(self) -> Path:
        """The keyholder's store file."""
        return self.folder("keyholder") / "register.sqlite"

    @property
    def log_store(self) -> Path:
        """The log's store file."""
        return self.folder("keyholder") / "log.sqlite"

    @property
    def records(self) -> Path:
        """The web tier's store file."""
        return self.folder("web") / "records.sqlite"

    @property
    def calls(self) -> Path:
        """The web tier's memory of live calls."""
        return self.folder("web") / "calls.sqlite"

    def key(self, name: KeyName) -> Path:
        """Return the private key file `name`, in the folder of the part that uses it."""
        owner: PartName = next((part for part in PARTS if name.startswith(part)), "keyholder")
        return self.folder(owner) / "keys" / f"{name}.pem"

    def resolve(self, text: str) -> Path:
        """Return a path of the file, taken from the file's own folder."""
        return (self.path.parent / text).resolve()

    def secrets(self, part: PartName) -> Iterator[Path]:
        """Yield the secret files that `part` needs to start."""
        if part == "keyholder":
            yield from (self.key("keyholder"), self.key("log"))
        if part == "courier":
            yield from (self.key("courier"), self.key("courier-seal"))
            yield self.key("courier-store")
            for _, channel in self.settings.courier.channels():
                files = (channel.url_file, channel.password_file)
                yield from (self.resolve(name) for name in files if name)
            for _, place in self.settings.courier.places():
                if place.secret_file:
                    yield self.resolve(place.secret_file)
        if part == "web" and os.path.exists(self.key("web-tokens")):  # noqa: PTH110 # where nobody may look there is none
            yield self.key("web-tokens")  # made at the web tier's first start


def load(path: Path) -> Config:
    """Return the settings of the file at `path`.

    Raises:
        ConfigError: no such file, not TOML, an unknown name or a value of the wrong kind.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot read the settings `{path}`: run `breakseal init` or name --config"
        ) from error
    return Config(path=path.resolve(), settings=parse(data))


def parse(data: bytes) -> Settings:
    """Return the settings that the TOML `data` writes; raises as `load`."""
    if len(data) > MAX_FILE:
        raise ConfigError(f"the settings are longer than {MAX_FILE} bytes")
    try:
        tree = tomllib.loads(data.decode("utf-8"))
        settings = msgspec.convert(tree, Settings, strict=True)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the settings are not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ConfigError(f"the settings do not fit: {_plain(error)}") from error
    for name, surface in (("web", settings.web), ("door", settings.door)):
        _check_surface(name, surface)
    if settings.web.origin == settings.door.origin:
        raise ConfigError(
            "web and door need origins of their own: the door's passkeys must be out of the web's reach"
        )
    if settings.web.port and _place(settings.web) == _place(settings.door):
        raise ConfigError("web and door listen at the same place: give each a port of its own")
    return settings


def _place(surface: Listen) -> tuple[str, int]:
    return surface.host, surface.port


def _plain(error: msgspec.ValidationError) -> str:
    text = str(error).replace("Object contains unknown", "unknown").replace("Object missing", "missing")
    return text.replace("$.", "").replace("`$`", "the file")


def _check_surface(name: str, surface: Listen) -> None:
    if not 0 <= surface.port <= 65_535:
        raise ConfigError(f"{name}.port is not a port: use 1 to 65535, or 0 for any")
    scheme, _, rest = surface.origin.partition("://")
    if scheme not in ("http", "https") or not rest or "/" in rest:
        raise ConfigError(f"{name}.origin is not an origin: write it as https://host or https://host:port")
    if bool(surface.tls_cert) != bool(surface.tls_key):
        raise ConfigError(f"{name} has one of tls_cert and tls_key: give both or none")
    if scheme == "http" and rest.partition(":")[0] not in ("localhost", "127.0.0.1"):
        raise ConfigError(f"{name}.origin is http: browsers make passkeys on https only, except on localhost")


def check_secret(path: Path) -> None:
    """Check that the secret at `path` is a plain file that only its owner may read.

    Raises:
        ConfigError: it is missing, not a file, or open to others.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ConfigError(f"the secret `{path}` cannot be found: restore it, or correct its path") from error
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(f"the secret `{path}` is not a file")
    if found.st_mode & 0o077:
        raise ConfigError(f"others may read the secret `{path}`: run `chmod 600 {path}`")
    if not os.access(path, os.R_OK):
        raise ConfigError(f"the secret `{path}` belongs to another account: run as that account or as root")


def check(config: Config, parts: tuple[PartName, ...] = PARTS) -> None:
    """Check what the settings point at, for the named parts.

    Raises:
        ConfigError: the first thing with which Breakseal refuses to start.
    """
    if not config.root_file.is_file():
        raise ConfigError(f"there is no root statement at `{config.root_file}`: run `breakseal init` first")
    for part in parts:
        for path in config.secrets(part):
            check_secret(path)
    for surface in (config.settings.web, config.settings.door):
        if surface.tls_key:
            check_secret(config.resolve(surface.tls_key))
            if not config.resolve(surface.tls_cert).is_file():
                raise ConfigError(f"there is no certificate at `{config.resolve(surface.tls_cert)}`")


def render(settings: Settings) -> str:
    """Return `settings` as the text of a settings file, with every name in it."""
    lines = [f"{name} = {_value(value)}" for name, value in _plain_members(settings)]
    for table in ("web", "door", "log", "courier", "accounts"):
        lines += _render_table(table, getattr(settings, table))
    return "\n".join(lines) + "\n"


def _render_table(name: str, table: _Table) -> list[str]:
    lines = ["", f"[{name}]"]
    lines += [f"{key} = {_value(value)}" for key, value in _plain_members(table)]
    if isinstance(table, Courier):
        for key, part in (*table.channels(), *table.places()):
            lines += _render_table(f"{name}.{key}", part)
    return lines


def _plain_members(table: _Table) -> Iterator[tuple[str, str | int | bool]]:
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, str | int):
            yield name, value


def _value(value: str | int | bool) -> str:  # noqa: FBT001 # a value of the file, not a switch
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else msgspec.json.encode(value).decode()
