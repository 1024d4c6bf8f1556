"""What courier tests stand on: keys and settings in a folder, signed claims and permits, a keyholder's socket."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.ambient import SystemEntropy
from breakseal.courier.app import Courier
from breakseal.courier.client import CourierClient
from breakseal.courier.config import CourierConfig, Desk, Phonebox, Replies
from breakseal.courier.keys import CourierKeys, create_keys, load_keys
from breakseal.courier.phonebox import PhoneMessage, read_folder
from breakseal.courier.protocol import AnswerCode, StartClaim
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.answers import address_bound, address_info, claim_info
from breakseal.kernel.model.enrolments import IngestKey
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.statements import Address, ClaimNumber
from breakseal.kernel.ports import Clock
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol
from breakseal.keyholder.location.messages import AskStands, Attest

NUMBER = "+12025550143"
NOON = 1_800_000_000
ENTROPY = SystemEntropy()


class SetClock(Clock):
    """Shows what the test sets."""

    def __init__(self, now: int = NOON) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def nonce() -> str:
    return canonical.b64(ENTROPY.token(16))


def make_config(folder: Path, **changes: object) -> CourierConfig:
    """Return settings whose files all stand in `folder`: SMS, voice and mail to phoneboxes, a desk."""
    config = CourierConfig(
        run_dir=str(folder / "store"),
        socket=str(folder / "courier-web.sock"),
        keyholder_socket=str(folder / "courier.sock"),
        sign_key_file=str(folder / "sign.pem"),
        seal_key_file=str(folder / "seal.pem"),
        store_key_file=str(folder / "store.key"),
        name="Breakseal",
        site="https://records.example",
        sms=Phonebox(processor="demo-phone", folder=str(folder / "sms")),
        voice=Phonebox(processor="demo-phone", folder=str(folder / "voice")),
        mail=Phonebox(processor="demo-phone", folder=str(folder / "mail")),
        desk=Desk(processor="county-desk", folder=str(folder / "desk")),
        inbound=Replies(folder=str(folder / "replies")),
        poll_seconds=0.05,
        retry_seconds=1,
    )
    return msgspec.structs.replace(config, **changes)


@dataclass
class Keyholder:
    """A keyholder's courier socket with the real protocol: its key, register, due permits and what it was told."""

    point: bytes
    signer: Ed25519Signer = field(default_factory=lambda: Ed25519Signer(ed25519.Ed25519PrivateKey.generate()))
    ingest: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    processors: dict[str, int] = field(
        default_factory=lambda: {"demo-phone": 0, "county-desk": 0, "mail-host": 0}
    )
    due: list[bytes] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    attested: list[bytes] = field(default_factory=list)
    problem: protocol.Problem | None = None
    """What an attestation is answered with, instead of being taken."""
    ended: bool = False
    """Whether what permits for watches allow stands no more."""
    confirmed: list[str] = field(default_factory=list)
    """The permits for watches about which it was asked."""
    confirming: Callable[[], object] = lambda: None
    """Runs while it is asked."""
    issued: int = NOON
    connected: list[asyncio.StreamWriter] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self, path: str) -> AsyncIterator[None]:
        server = await asyncio.start_unix_server(self._converse, path)
        try:
            yield
        finally:
            server.close()
            for writer in self.connected:
                writer.close()
            await asyncio.gather(*(writer.wait_closed() for writer in self.connected), return_exceptions=True)
            self.connected.clear()
            await asyncio.to_thread(Path(path).unlink, missing_ok=True)

    def permit(self, **fields: object) -> bytes:
        permit = Permit(id=nonce(), kind="notice", to="", about="", expires=self.issued + 3600)
        return sign_permit(msgspec.structs.replace(permit, **fields), self.signer)

    def notice(self, kind: Literal["sms", "mail"], to: str, **fields: object) -> bytes:
        """Return a permit for a notice to this address, and have it due."""
        address = canonical.encode(Address(kind=kind, to=to))
        bound = address_bound(nonce(), nonce())
        sealed = canonical.b64(hpke.seal_to(self.point, address, address_info(bound)))
        values = {"to": sealed, "bound": bound, "about": canonical.b64(ENTROPY.token(32)), **fields}
        permit = self.permit(**values)
        self.due.append(permit)
        return permit

    def claim(self, number: str = NUMBER, channel: Literal["sms", "voice", "desk"] = "sms") -> StartClaim:
        """Return a signed claim of `number` with its permit."""
        person = P256Signer(ec.generate_private_key(ec.SECP256R1()))
        sealed = canonical.b64(hpke.seal_to(self.point, number.encode(), claim_info(person.key.id)))
        statement = ClaimNumber(
            issued=self.issued,
            expires=self.issued + 300,
            nonce=nonce(),
            key=person.key.id,
            number=sealed,
            channel=channel,
        )
        envelope = signed.write(statement, person)
        about = canonical.b64(digest_of(envelope))
        return StartClaim(
            claim=envelope,
            permit=self.permit(
                kind="code", to=sealed, about=about, channel=channel, expires=self.issued + 600
            ),
        )

    def facts(self) -> protocol.Facts:
        processors = tuple(
            protocol.ProcessorFact(processor=name, name=name, does="messages", active_from=start)
            for name, start in self.processors.items()
        )
        ingest = IngestKey(
            issued=self.issued,
            expires=self.issued + 86_400,
            nonce=nonce(),
            keyholder="k1",
            key=canonical.b64(hpke.point_of(self.ingest.public_key())),
        )
        return protocol.Facts(
            root=b"",
            ingest=signed.write(ingest, self.signer),
            courier=b"",
            keyholder="k1",
            log_vkey="",
            checkpoint=b"",
            policy="",
            organisations=(),
            processors=processors,
            counts={},
            state="open",
        )

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected.append(writer)
        frames = protocol.Frames()
        while data := await reader.read(65_536):
            for body in frames.feed(data):
                writer.write(protocol.frame(self._answer(protocol.question_decoder.decode(body))))

    def _answer(self, question: protocol.Message) -> protocol.Message:
        match question:
            case protocol.AskFacts():
                return self.facts()
            case protocol.TakePermits(limit=limit):
                return protocol.Permits(permits=tuple(self.due[:limit]))
            case protocol.PermitDone(permit=permit, outcome=outcome):
                self.told.append((permit, outcome))
                if outcome == "sent":
                    self.due = [one for one in self.due if permit.encode() not in one]
                return protocol.Done()
            case AskStands() | Attest():
                return self._location(question)
        return protocol.Problem(family="RequestError", reason="bad-request", detail="not on this socket")

    def _location(self, question: AskStands | Attest) -> protocol.Message:
        if isinstance(question, AskStands):
            self.confirmed.append(question.permit)
            self.confirming()
            ended = protocol.Problem(family="RefusedError", reason="no-watch", detail="it ended")
            return ended if self.ended else protocol.Done()
        if self.problem is not None:
            return self.problem
        self.attested.append(question.statement)
        return protocol.Done()


@dataclass
class Setting:
    """A courier's folder, settings and keys, and its keyholder."""

    folder: Path
    config: CourierConfig
    keys: CourierKeys
    keyholder: Keyholder
    clock: SetClock

    def courier(self) -> Courier:
        return Courier(self.config, self.keyholder.signer.key, self.clock, ENTROPY)

    def shown(self, channel: str = "sms") -> list[PhoneMessage]:
        return read_folder(self.folder / channel)

    def answer(self, question: StartClaim) -> AnswerCode:
        """Return the right answer to the code that the phone shows last."""
        return AnswerCode(claim=digest_of(question.claim), code=self.last_code())

    def last_code(self) -> str:
        return code_in(self.shown()[-1].text)


def make_setting(folder: Path, **changes: object) -> Setting:
    folder.mkdir(parents=True, exist_ok=True)
    config = make_config(folder, **changes)
    create_keys(config, ENTROPY)
    keys = load_keys(config)
    return Setting(
        folder=folder, config=config, keys=keys, keyholder=Keyholder(keys.point()), clock=SetClock()
    )


@asynccontextmanager
async def asking(path: str) -> AsyncIterator[CourierClient]:
    """A client of the courier's socket, closed at the end."""
    client = CourierClient(path)
    try:
        yield client
    finally:
        await client.close()


def digest_of(envelope: bytes) -> bytes:
    """Return the SHA-256 of the statement in an envelope."""
    return canonical.digest(signed.read(envelope)[0].payload_bytes())


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found[0]


def play(setting: Setting, scene: Callable[[Courier], Awaitable[None]]) -> None:
    """Play a scene with a courier whose keyholder listens, and close the courier whatever happens."""

    async def all_of_it() -> None:
        courier = setting.courier()
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            try:
                await scene(courier)
            finally:
                await courier.close()

    asyncio.run(all_of_it())
