"""A deferred notice comes on its day though web tier and courier are stopped: the keyholder's process runs alone."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from breakseal.cli import main
from breakseal.config import Config, load
from breakseal.demo import instance
from breakseal.kernel.model import answers, canonical, permit
from breakseal.kernel.model import body as bodies
from breakseal.kernel.model import statements as s
from breakseal.kernel.seal import hpke
from breakseal.kernel.tlog import proof as tlog_proof
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.keyholder import protocol as p
from breakseal.keyholder.client import A, KeyholderClient
from breakseal.oversight import keyfile
from tests.support import courts, parts
from tests.support.courts import DAY, Court
from tests.support.world import Person, World

PROGRAM = """
import pathlib, sys
from breakseal import ambient
from breakseal.keyholder import server
server.SWEEP_EVERY = 0.2
hands = pathlib.Path(sys.argv.pop(1))
ambient.SystemClock.now = lambda self: int(hands.read_text())
from breakseal.cli import main
main.main()
"""
"""The keyholder's own program, by a clock whose hands the test moves, and a sweep that comes sooner."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "kh")
    world.found()
    return world


def installed(world: World, folder: Path) -> Config:
    """Make an installation, and put this world's keyholder into it."""
    web, door = instance.free_ports()
    given = ("--web-origin", f"http://localhost:{web}", "--door-origin", f"http://localhost:{door}")
    assert main.run(["init", str(folder), *given]) == 0
    config = load(folder / "breakseal.toml")
    for name, place in (("keyholder.db", config.register), ("log.db", config.log_store)):
        for old in place.parent.glob(f"{place.name}*"):
            old.unlink()
        shutil.copy(world.folder / name, place)
    shutil.rmtree(config.epochs, ignore_errors=True)
    shutil.copytree(world.folder / "epochs", config.epochs)
    config.root_file.write_bytes(world.root)
    for part, key in (("keyholder", world.keyholder._private), ("log", world.log_signer._private)):
        config.key(part).unlink()  # type: ignore[arg-type]
        keyfile.write_private(config.key(part), key)  # type: ignore[arg-type]
    return config


@contextmanager
def keyholder(config: Config, hands: Path) -> Iterator[None]:
    """Run the keyholder's part, and nothing else of the installation."""
    with (hands.parent / "keyholder.log").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, str(hands), "part", "keyholder", "--config", str(config.path)],
            stdout=output, stderr=output, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        parts.until(lambda: config.socket("web").is_socket(), "the keyholder")
        assert set(parts.pids(config)) == {"keyholder"}
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        config.socket("web").unlink(missing_ok=True)


def ask(config: Config, neighbour: str, question: p.Message, answer: type[A]) -> A:
    async def once() -> A:
        client = KeyholderClient(str(config.socket(neighbour)))
        try:
            return await client.ask(question, answer)
        finally:
            await client.close()

    return asyncio.run(once())


def list_of(config: Config, world: World, person: Person) -> bodies.Trail:
    envelope = world.sign(s.ReadTrail, person.own, recipient=person.recipient)
    sealed = ask(config, "web", p.Read(statement=envelope), p.Sealed).sealed
    trail = canonical.decode(
        hpke.open_from(person.opener, sealed, answers.TRAIL_INFO), bodies.Trail, limit=1 << 24
    )
    bodies.verify_trail(trail, world.keyholder.key)
    return trail


@pytest.mark.timeout(180)
def test_the_keyholder_alone_tells_on_the_day(world: World, tmp_path: Path) -> None:
    court, rosa = Court(world), world.resident()
    world.submit(world.channels(rosa, b"sealed", timing="at-once"))
    order = court.order(defer_days=30)
    court.lodge(order)
    court.look(order)
    world.engine.sweep()
    world.close()
    hands, deadline = tmp_path / "hands", world.clock.time + 30 * DAY
    config = installed(world, tmp_path / "one")

    def turn(time: int) -> None:
        world.clock.time = time
        hands.with_suffix(".new").write_text(str(time))
        hands.with_suffix(".new").replace(hands)

    turn(deadline - 1)
    with keyholder(config, hands):
        assert list_of(config, world, rosa).head.deferred == 0
        assert ask(config, "courier", p.TakePermits(), p.Permits).permits == ()
        turn(deadline)
        parts.until(lambda: list_of(config, world, rosa).head.deferred == 2, "the sweep of that day")
        trail = list_of(config, world, rosa)
        for entry, kind in zip(trail.entries[-2:], ("basis", "disclose"), strict=True):
            notice = canonical.decode(canonical.unb64(entry.body), bodies.Body)
            told = bodies.read_joined(notice)
            assert told is not None
            assert (told[1].type, told[1].basis) == (kind, courts.digest(order))
            joined = notice.joined
            assert isinstance(joined, bodies.Entry)
            witnesses = parse_policy(f"log {world.log_signer.key.encode()}\nquorum none\n".encode())
            for one in (entry, joined):
                tlog_proof.verify(one.proof.encode(), canonical.unb64(one.leaf), witnesses)
        sent = ask(config, "courier", p.TakePermits(), p.Permits).permits  # it waits until a courier comes
        assert {permit.read_permit(one, world.keyholder.key).kind for one in sent} == {"notice"}
