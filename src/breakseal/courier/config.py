"""The courier's settings: one frozen object; secrets stand in files and are named by path only."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.errors import ConfigError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Adapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every adapter names: the processor, as enrolled by the root keys, that gets what it sends."""

    processor: str


class Gateway(Adapter, frozen=True, tag="apprise"):
    """A gateway for SMS or voice: a private file with one Apprise URL.

    The URL holds `{digits}` (country code and number) or `{number}` (the same with an encoded plus sign)
    where the recipient belongs.
    """

    url_file: str


class Phonebox(Adapter, frozen=True, tag="phonebox"):
    """A folder of JSON files, one a message, that the demo's phone shows."""

    folder: str


class Desk(Adapter, frozen=True, tag="desk"):
    """A folder that the printer at an official's desk empties: one text file a slip."""

    folder: str


class Smtp(Adapter, frozen=True, tag="smtp"):
    """A mail host; `password_file` and `ca_file` may be empty. `tls` "none" is for this machine's own host only."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    sender: str
    account: str = ""
    password_file: str = ""
    ca_file: str = ""


class Replies(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="phonebox", tag_field="kind"
):
    """A folder of JSON files, one a reply of the demo's phone."""

    folder: str


class Webhook(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="webhook", tag_field="kind"
):
    """Where a gateway posts text messages and events, signed with the secret of `secret_file`."""

    port: int
    secret_file: str
    host: str = "127.0.0.1"


class Camara(Adapter, frozen=True, tag="camara"):
    """A carrier by CAMARA location-retrieval v0.5: `base_url` is its {apiRoot}, tokens come from `token_url`."""

    base_url: str
    token_url: str
    client_id: str
    secret_file: str
    ca_file: str = ""
    timeout_seconds: int = 8


class Mlp(Adapter, frozen=True, tag="mlp"):
    """A carrier's location server by OMA MLP 3.x at `url`."""

    url: str
    client_id: str
    secret_file: str
    ca_file: str = ""
    timeout_seconds: int = 8


class CourierConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that the courier is told.

    `run_dir` holds its store and `socket` is where the web tier asks; `keyholder_socket` is the keyholder's
    courier socket. `name` is what the messages call this service and `site` the address that the plain
    words give. `regions` are the countries (ISO 3166) to whose numbers codes go, and `codes_per_hour` bounds
    all codes together: both limit what an intruder's made-up claims can cost. `inbound` is how answers to texts come
    in, and `carrier` whom the courier asks where a phone is. `local_sinks` lets clients be told on this machine: in
    the demo alone.
    """

    run_dir: str
    socket: str
    keyholder_socket: str
    sign_key_file: str
    seal_key_file: str
    store_key_file: str
    name: str
    site: str
    sms: Gateway | Phonebox | None = None
    voice: Gateway | Phonebox | None = None
    desk: Desk | None = None
    mail: Smtp | Phonebox | None = None
    inbound: Replies | Webhook | None = None
    carrier: Camara | Mlp | None = None
    local_sinks: bool = False
    regions: tuple[str, ...] = ("US", "PR", "GU", "VI", "AS", "MP")
    codes_per_hour: int = 600
    poll_seconds: float = 2.0
    retry_seconds: int = 15

    def check(self) -> None:
        """Refuse settings that cannot be meant.

        Raises:
            ConfigError: no channel at all, mail in clear to another machine, or a number out of range.
        """
        if not (self.sms or self.voice or self.desk or self.mail):
            raise ConfigError("the courier has no channel: name `sms`, `voice`, `desk` or `mail`")
        if isinstance(self.mail, Smtp) and self.mail.tls == "none" and self.mail.host not in LOOPBACK:
            raise ConfigError("mail to another machine needs `tls` to be `starttls` or `tls`")
        if isinstance(self.inbound, Webhook) and self.inbound.host not in LOOPBACK:
            raise ConfigError(
                "inbound messages come through a TLS proxy on this machine: listen on 127.0.0.1"
            )
        if isinstance(self.inbound, Webhook) and not 1 <= self.inbound.port <= 65_535:
            raise ConfigError("the port for inbound messages is 1 to 65535")
        if self.carrier is not None and not 1 <= self.carrier.timeout_seconds <= 10:
            raise ConfigError("the carrier's `timeout_seconds` is 1 to 10: the web tier waits 15 seconds")
        if not self.regions:
            raise ConfigError("name at least one country in `regions`")
        if self.codes_per_hour < 1 or self.poll_seconds <= 0 or self.retry_seconds < 1:
            raise ConfigError("`codes_per_hour`, `poll_seconds` and `retry_seconds` are above zero")
