"""The courier's process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from breakseal.bootstrap import ambient
from breakseal.bootstrap.sockets import connectable, let_connect
from breakseal.bootstrap.tether import Tether
from breakseal.config import Carrier, Channel, Config, Inbound
from breakseal.courier import app
from breakseal.courier.config import CourierConfig
from breakseal.kernel.errors import ConfigError
from breakseal.oversight import founding

_PATHS = ("url_file", "password_file", "ca_file", "folder", "secret_file")


async def run(config: Config, tether: Tether) -> None:
    """Run the courier until the tether is over.

    Raises:
        ConfigError: a setting or file with which it refuses to start.
    """
    tether.watch()
    root = founding.read_root(config.root_file.read_bytes())
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(
            app.run(
                settings(config),
                keyholder=root.keyholders[0].sign,
                clock=ambient.clock(),
                entropy=ambient.entropy(),
                stop=stop,
            )
        )
        socket = config.socket("courier-web")
        waiting = group.create_task(connectable(socket))
        await asyncio.wait((serving, waiting), return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            let_connect(socket, config.settings.accounts.web)
            tether.ready()
        await tether.over()
        stop.set()


def settings(config: Config) -> CourierConfig:
    """Return the courier's own settings.

    Raises:
        ConfigError: a channel, `inbound` or `carrier` lacks a member, or has one of another kind.
    """
    tree: dict[str, object] = {
        "run_dir": str(config.folder("courier")),
        "socket": str(config.socket("courier-web")),
        "keyholder_socket": str(config.socket("courier")),
        "sign_key_file": str(config.key("courier")),
        "seal_key_file": str(config.key("courier-seal")),
        "store_key_file": str(config.key("courier-store")),
        "name": config.settings.courier.name,
        "site": config.settings.web.origin,
        "codes_per_hour": config.settings.courier.codes_per_hour,
        "local_sinks": config.settings.demo,
    }
    courier = config.settings.courier
    tree.update((name, _members(config, part)) for name, part in (*courier.channels(), *courier.places()))
    try:
        return msgspec.convert(tree, CourierConfig)
    except msgspec.ValidationError as error:
        raise ConfigError(f"the courier's settings do not fit: {error}") from error


def _members(config: Config, channel: Channel | Inbound | Carrier) -> dict[str, object]:
    """Return the members that the file named, with paths made whole."""
    named = {name: getattr(channel, name) for name in channel.__struct_fields__}
    members: dict[str, object] = {name: value for name, value in named.items() if value}
    for name in _PATHS:
        if name in members:
            members[name] = str(config.resolve(str(Path(named[name]))))
    return members
