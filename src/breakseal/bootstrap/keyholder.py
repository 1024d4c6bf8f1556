"""The keyholder's process: engine, sockets, door and the log's public view; nothing of the web tier is loaded."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import msgspec

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import App, Surface, until_over
from breakseal.bootstrap.sockets import let_connect
from breakseal.bootstrap.tether import Tether
from breakseal.bootstrap.tls import certificate
from breakseal.config import Config
from breakseal.kernel.errors import ConfigError, UnavailableError
from breakseal.kernel.policy.load import load as load_policy
from breakseal.kernel.tlog.signature import Ed25519Signer as NoteSigner
from breakseal.keyholder.ahead import Forerunner
from breakseal.keyholder.assembly import open_engine
from breakseal.keyholder.door.api import DemoPerson
from breakseal.keyholder.door.app import create_door
from breakseal.keyholder.engine import Engine
from breakseal.keyholder.server import InProcessClient, Worker, serve_sockets
from breakseal.keyholder.store import Store
from breakseal.log.local import LocalLog
from breakseal.log.publisher import PublicView
from breakseal.log.store import LogStore
from breakseal.log.tileserver import TileServer
from breakseal.oversight import keyfile
from breakseal.policydesk import shipped
from breakseal.rootkeys.file import FileRootBackend


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve sockets and door until the tether is over.

    Raises:
        ConfigError: a setting, key or store with which it refuses to start.
        UnavailableError: its store failed; whoever started it starts it again.
    """
    tether.watch()
    engine = build(config)
    failed = asyncio.Event()
    forerunner = Forerunner(engine.core.ahead)
    forerunner.start()
    worker = Worker(engine, asyncio.get_running_loop(), failed.set, forerunner)
    worker.start()
    servers = await serve_sockets(worker, config.socket("web").parent)
    _let_neighbours(config)
    surface = Surface(door(config, worker), bound, certificate(config, "door"))
    watching = asyncio.create_task(_stop_when_failed(failed, surface))
    try:
        await until_over(surface, tether)
    finally:
        watching.cancel()
        for server in servers:
            server.close()
        worker.stop()
        forerunner.stop()
        await asyncio.to_thread(worker.join, 10.0)
        if not worker.is_alive():
            # A copy of the file alone must hold everything.
            engine.core.store.close()
            engine.log.close()
    if failed.is_set():
        raise UnavailableError("the keyholder's store failed: check the disk", reason="store-failed")


def build(config: Config) -> Engine:
    """Return the started engine; errors as in `run`."""
    clock, entropy = ambient.clock(), ambient.entropy()
    root = config.root_file.read_bytes()
    policy = load_policy(shipped.text(), shipped.schema(), entropy=entropy)
    return open_engine(
        Store(config.register),
        FileRootBackend(config.epochs, entropy),
        open_log(config),
        root=root,
        signer=keyfile.read_signer(config.key("keyholder")),
        policy=policy,
        clock=clock,
        entropy=entropy,
    )


def open_log(config: Config) -> LocalLog:
    """Return the installation's log, for the one process that appends to it.

    Raises:
        ConfigError: there is no log, or the key is not its.
    """
    store = LogStore.open_reader(config.log_store)
    name = store.identity().name
    store.close()
    signer = NoteSigner(name, keyfile.read_ed25519(config.key("log")))
    return LocalLog(
        config.log_store, signer, ambient.clock(), admit=_admit, period=config.settings.log.publish_seconds
    )


def _admit(_entry: bytes) -> None:
    """Take any entry: only the keyholder's own thread reaches this sequencer, and it writes signed leaves alone."""


def door(config: Config, worker: Worker) -> App:
    """Return the door, with the public log under `/log/`."""
    view = PublicView(LogStore.open_reader(config.log_store))
    return create_door(
        InProcessClient(worker),
        clock=ambient.clock(),
        entropy=ambient.entropy(),
        public_log=TileServer(view, "/log"),
        demo_people=_demo_people(config.folder("demo") / "people.json") if config.settings.demo else (),
    )


def _demo_people(path: Path) -> tuple[DemoPerson, ...]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[DemoPerson, ...])
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"cannot read the demo's people `{path}`") from error


def _let_neighbours(config: Config) -> None:
    """INVARIANT: the web connects to its own socket alone, the courier to its own; the admin's is for root."""
    let_connect(config.socket("web"), config.settings.accounts.web)
    let_connect(config.socket("courier"), config.settings.accounts.courier)
    config.socket("admin").chmod(0o600)


async def _stop_when_failed(failed: asyncio.Event, surface: Surface) -> None:
    await failed.wait()
    surface.stop()
