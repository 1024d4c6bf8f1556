"""A real installation for the benches: many enrolled people, one call centre, the shipped parts as processes.

People are enrolled through the engine itself, in batches, before the processes start; SQLite and fsync as shipped.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal import config as settings
from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.bootstrap import installation, keyholder
from breakseal.config import Config, Courier, Settings
from breakseal.kernel.model import answers, canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.seal import aead, hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.engine import Engine
from breakseal.oversight import founding, keyfile
from breakseal.stores.sqlite.main import SqliteMainStore

ORG, POSITION = "bench-centre", "1"
OFFICER = canonical.b64(bytes(16))
BATCH = 48
CATEGORIES = ("emergency.medical", "emergency.home", "emergency.identity")
"""What each person of the bench wrote; every opening asks for all categories, as the board does."""
PLAIN = canonical.encode({"fields": {"entry": "side door"}, "pad": "0" * 470})


def number_of(person: int) -> str:
    """Return the phone of a person; those past the enrolled ones are nobody's."""
    return f"+1608{5550000 + person:07d}"


@dataclass
class Town:
    """What the client needs to make calls and openings."""

    folder: Path
    config: Config
    callgate: Ed25519Signer
    officer: P256Signer
    session: P256Signer
    opener: ec.EllipticCurvePrivateKey
    ingest: bytes = b""
    people: int = 0
    handles: list[str] = field(default_factory=list)

    @property
    def web(self) -> str:
        """The web's origin."""
        return self.config.settings.web.origin


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def stamp(life: int = 280) -> dict[str, Any]:
    now = SystemClock().now()
    return {"issued": now, "expires": now + life, "nonce": canonical.b64(SystemEntropy().token(16))}


def build(
    folder: Path,
    people: int,
    *,
    courier: Courier | None = None,
    also: Callable[[list[Ed25519Signer]], list[bytes]] | None = None,
) -> Town:
    """Make the installation and enrol everybody; `also` returns further statements, signed by the overseers."""
    web, door = free_port(), free_port()
    base = Settings(demo=True)
    made = msgspec.structs.replace(
        base,
        web=msgspec.structs.replace(base.web, port=web, origin=f"http://localhost:{web}"),
        door=msgspec.structs.replace(base.door, port=door, origin=f"http://localhost:{door}"),
        courier=courier or base.courier,
    )
    config = Config(path=folder / settings.FILE, settings=made)
    founded = installation.found(config, SystemClock(), SystemEntropy())
    town = Town(
        folder, config, Ed25519Signer(ed25519.Ed25519PrivateKey.generate()), _p256("demo"), _p256("session"),
        ec.generate_private_key(ec.SECP256R1()),
    )  # fmt: skip
    overseers = [keyfile.read_signer(path) for path in founded.overseers]
    for name in ("web", "courier-web"):
        config.socket(name).parent.mkdir(parents=True, exist_ok=True)
    for part in ("keyholder", "courier", "web"):
        config.folder(part).mkdir(parents=True, exist_ok=True)
    config.folder("demo").mkdir(parents=True, exist_ok=True)
    (config.folder("demo") / "people.json").write_text("[]")
    engine = keyholder.build(config)
    try:
        _found(engine, town, overseers)
        if also is not None:
            _submit(engine, also(overseers))
        _enrol(engine, town, people)
    finally:
        close(engine)
    return town


def close(engine: Engine) -> None:
    """End an engine of this process, so that another process may open its files."""
    engine.core.store.close()
    sequencer = engine.log._sequencer  # type: ignore[attr-defined] # noqa: SLF001 # it closes with its process
    sequencer.close()


def _p256(use: str) -> P256Signer:
    return P256Signer(ec.generate_private_key(ec.SECP256R1()), use)  # type: ignore[arg-type]


def ask(engine: Engine, questions: list[p.Message]) -> list[p.Message]:
    """Put questions to the engine as the socket does, a batch at a time; a refusal ends the bench."""
    found: list[p.Message] = []
    for at in range(0, len(questions), BATCH):
        found += engine.answer(questions[at : at + BATCH])
    for one in found:
        if isinstance(one, p.Problem):
            raise SystemExit(f"the bench's town was refused: {one.reason} {one.detail}")
    return found


def _submit(engine: Engine, envelopes: list[bytes]) -> list[p.Message]:
    return ask(engine, [p.Submit(statements=(one,)) for one in envelopes])


def _found(engine: Engine, town: Town, overseers: list[Ed25519Signer]) -> None:
    for path in sorted(installation.statements_folder(town.config).glob("*.json")):
        _submit(engine, [founding.envelope_bytes(founding.read_draft(path.read_bytes())[1])])
    named = enrolments.NamedKey(name="bench", key=town.callgate.key)
    sponsor = _p256("demo")
    _submit(engine, [signed.write(
        enrolments.EnrolOrganisation(
            **stamp(), org=ORG, name="Bench", kind="call-centre", places=("55025",),
            sponsors=(enrolments.NamedKey(name="sponsor", key=sponsor.key),), clients=(named,),
        ), *overseers[:2])])  # fmt: skip
    offer = enrolments.OfferKey(**stamp(), org=ORG, name="Officer", key=town.officer.key)
    enrol = enrolments.EnrolOfficer(
        **stamp(), org=ORG, officer=OFFICER, name="Officer", role="call-taker", key=town.officer.key
    )
    roster = enrolments.Roster(**stamp(), org=ORG, officers=(OFFICER,))
    until = SystemClock().now() + 8 * 3600
    shift = s.Session(**stamp(), key=town.session.key, until=until, position=POSITION)
    _submit(engine, [signed.write(offer, town.officer)])
    _submit(engine, [signed.write(enrol, sponsor)])
    _submit(engine, [signed.write(roster, sponsor)])
    _submit(engine, [signed.write(shift, town.officer)])
    (facts,) = ask(engine, [p.AskFacts()])
    assert isinstance(facts, p.Facts)
    ingest = signed.read(facts.ingest)[1]
    assert isinstance(ingest, enrolments.IngestKey)
    town.ingest = canonical.unb64(ingest.key)


def _enrol(engine: Engine, town: Town, people: int) -> None:
    keys = [(_p256("demo"), _p256("session")) for _ in range(people)]
    answers_ = _submit(engine, [
        signed.write(s.EnrolSubject(**stamp(), key=own.key, session=session.key), own) for own, session in keys
    ])  # fmt: skip
    town.handles = [one.handle for one in answers_ if isinstance(one, p.Submitted)]
    courier = Ed25519Signer(keyfile.read_ed25519(town.config.key("courier")))
    point = _courier_point(engine)
    claims = [
        _claim(session, point, number_of(at))
        for at, (_, session) in enumerate(keys)
    ]  # fmt: skip
    _submit(engine, claims)
    _submit(engine, [_attested(town, courier, claim, number_of(at)) for at, claim in enumerate(claims)])
    _write_all(engine, town, [session for _, session in keys])
    _submit(engine, [
        signed.write(
            s.Grant(**stamp(), purpose="emergency-response", categories=EMERGENCY_CATEGORIES, anywhere=True, places=()), own  # noqa: E501 # one statement
        ) for own, _ in keys
    ])  # fmt: skip
    town.people = people


def _claim(session: P256Signer, point: bytes, number: str) -> bytes:
    mine = session.key.id
    sealed = _sealed(point, number, answers.claim_info(mine))
    return signed.write(s.ClaimNumber(**stamp(), key=mine, number=sealed, channel="sms"), session)


def _courier_point(engine: Engine) -> bytes:
    (facts,) = ask(engine, [p.AskFacts()])
    assert isinstance(facts, p.Facts)
    root = signed.read(facts.root)[1]
    assert isinstance(root, enrolments.Root)
    return canonical.unb64(founding.courier_point(facts.courier, root))


def _sealed(point: bytes, text: str, info: bytes) -> str:
    return canonical.b64(hpke.seal_to(point, text.encode(), info))


def _attested(town: Town, courier: Ed25519Signer, claim: bytes, number: str) -> bytes:
    digest = canonical.digest(signed.read(claim)[0].payload_bytes())
    return signed.write(
        s.NumberAttested(
            **stamp(), claim=canonical.b64(digest), number=_sealed(town.ingest, number, answers.NUMBER_INFO), channel="sms"  # noqa: E501 # one statement
        ), courier)  # fmt: skip


def _write_all(engine: Engine, town: Town, sessions: list[P256Signer]) -> None:
    entropy, rows, wraps = SystemEntropy(), [], []
    for handle, session in zip(town.handles, sessions, strict=True):
        for category in CATEGORIES:
            key = entropy.token(32)
            ciphertext = aead.seal(key, PLAIN, aead.record_context(handle, category, 1), entropy)
            rows.append((handle, category, ciphertext))
            wraps.append(signed.write(
                s.Wrap(
                    **stamp(), set="set-1", share=1, category=category, version=1,
                    sha256=canonical.b64(canonical.digest(ciphertext)),
                    key=canonical.b64(
                        hpke.seal_to(
                            town.ingest,
                            key,
                            answers.wrap_info(handle, category, 1, canonical.b64(canonical.digest(ciphertext))),
                        )
                    ),
                ), session))  # fmt: skip
    _submit(engine, wraps)
    _fill(town.config.records, rows)


def _fill(path: Path, rows: list[tuple[str, str, bytes]]) -> None:
    async def work() -> None:
        store = SqliteMainStore(path)
        for handle, category, ciphertext in rows:
            await store.stage(handle, category, 1, ciphertext, 0)
            await store.promote(handle, category, 1)
        await store.close()

    asyncio.run(work())


@contextmanager
def process(*command: str, ready: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a Python program and wait until `ready` (an address) answers."""
    started = subprocess.Popen([sys.executable, *command])
    try:
        waited = 0
        while not _answers(ready) and waited < 200:
            time.sleep(0.1)
            waited += 1
            if started.poll() is not None:
                raise SystemExit(f"{' '.join(command)} ended with {started.returncode}")
        yield started
    finally:
        started.terminate()
        started.wait(20)


def _answers(address: str) -> bool:
    try:
        httpx.get(address, timeout=1)
    except httpx.HTTPError:
        return False
    return True


@contextmanager
def running(town: Town) -> Iterator[None]:
    """Run the keyholder (with its log and door) and the web, each a process of its own, as `breakseal part` does."""
    named = ("-m", "breakseal.cli.main", "part")
    path = ("--config", str(town.config.path))
    door = f"{town.config.settings.door.origin}/"
    with (
        process(*named, "keyholder", *path, ready=door),
        process(*named, "web", *path, ready=f"{town.web}/api/facts"),
    ):
        yield
