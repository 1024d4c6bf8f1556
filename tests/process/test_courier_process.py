"""The courier as a process: its socket, a mail host, and what `kill -9` leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import stat
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from breakseal.courier import protocol
from breakseal.courier.app import STORE
from breakseal.courier.client import CourierClient
from breakseal.courier.config import Smtp
from breakseal.courier.protocol import AnswerCode, AskState, Attested, CourierState, StartClaim, Started
from breakseal.kernel.errors import FormatError, RefusedError, UnavailableError
from breakseal.kernel.model import signed
from breakseal.kernel.model.permit import read_permit
from breakseal.kernel.model.statements import NumberAttested
from tests.support.courier import NUMBER, Setting, asking, digest_of, free_port, make_setting

ROOT = Path(__file__).resolve().parents[2]


class Sink:
    """A mail host that keeps what it gets; `on_mail` runs before it says that it took a message."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.on_mail: Callable[[], None] = lambda: None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 # aiosmtpd's name
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(content)
        self.on_mail()
        return "250 taken"

    def ids(self) -> list[bytes]:
        return [line for mail in self.mails for line in mail.splitlines() if line.startswith(b"Message-ID")]


def smtp_setting(folder: Path, port: int) -> Setting:
    smtp = Smtp(
        processor="mail-host", host="127.0.0.1", port=port, tls="none", sender="no-reply@records.example"
    )
    setting = make_setting(folder, mail=smtp)
    setting.keyholder.issued = int(time.time())
    return setting


@asynccontextmanager
async def process(setting: Setting) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the courier and wait until it listens; at the end kill it."""
    files = setting.folder / "settings.json", setting.folder / "keyholder.json"
    files[0].write_bytes(msgspec.json.encode(setting.config))
    files[1].write_bytes(msgspec.json.encode(setting.keyholder.signer.key))
    command = (sys.executable, "-m", "tests.support.courier_process", *map(str, files))
    with (setting.folder / "log").open("ab") as log:
        courier = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=log, stderr=log)
    try:
        await until(lambda: answers(setting.config.socket))
        yield courier
    finally:
        if courier.returncode is None:
            courier.kill()
        await courier.wait()


@asynccontextmanager
async def talking(setting: Setting) -> AsyncIterator[CourierClient]:
    """Start the courier, and talk to it."""
    async with process(setting), asking(setting.config.socket) as client:
        yield client


def answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        try:
            one.connect(path)
        except OSError:
            return False
        return True


async def until(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 # what is waited for happens in another process
            await asyncio.sleep(0.02)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return smtp_setting(tmp_path, free_port())


def host(sink: Sink, setting: Setting) -> Controller:
    assert isinstance(setting.config.mail, Smtp)
    return Controller(sink, hostname="127.0.0.1", port=setting.config.mail.port)


def name_of(setting: Setting, permit: bytes) -> str:
    return read_permit(permit, setting.keyholder.signer.key).id


def test_a_number_is_attested_over_the_socket(setting: Setting) -> None:
    async def scene() -> None:
        async with setting.keyholder.listening(setting.config.keyholder_socket), talking(setting) as client:
            question = setting.keyholder.claim()
            assert (await client.ask(question, Started)).state == "sent"
            digest = digest_of(question.claim)
            wrong = f"{(int(setting.last_code()) + 1) % 1_000_000:06d}"
            with pytest.raises(RefusedError) as caught:
                await client.ask(AnswerCode(claim=digest, code=wrong), Attested)
            assert caught.value.reason == "code-wrong"
            answer = await client.ask(AnswerCode(claim=digest, code=setting.last_code()), Attested)
            assert isinstance(signed.read(answer.statement)[1], NumberAttested)
            state = await client.ask(AskState(), CourierState)
            assert [(one.channel, one.reason) for one in state.channels] == [
                (name, "") for name in ("sms", "voice", "desk", "mail")
            ]

    asyncio.run(scene())
    log = (setting.folder / "log").read_text("utf-8")
    assert '"event": "code-right"' in log
    assert NUMBER[2:] not in log
    assert setting.last_code() not in log


def test_a_code_outlives_kill_9(setting: Setting) -> None:
    async def scene() -> None:
        question = setting.keyholder.claim()
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            async with talking(setting) as client:
                await client.ask(question, Started)
            async with talking(setting) as client:
                answer = AnswerCode(claim=digest_of(question.claim), code=setting.last_code())
                assert (await client.ask(answer, Attested)).statement

    asyncio.run(scene())


def marked(setting: Setting) -> bool:
    """Tell whether the courier wrote down that the keyholder knows; killed before, it tells it again."""
    with closing(sqlite3.connect(f"file:{setting.config.run_dir}/{STORE}?mode=ro", uri=True)) as store:
        return store.execute("SELECT min(told) FROM messages").fetchone() == (1,)


def test_killed_between_send_and_mark_it_sends_again_and_marks_once(setting: Setting, sink: Sink) -> None:
    permit = setting.keyholder.notice("mail", "ana@example.org")

    async def scene() -> None:
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            async with process(setting) as courier:
                sink.on_mail = lambda: os.kill(courier.pid, signal.SIGKILL)
                with_host = host(sink, setting)
                with_host.start()
                await courier.wait()
            assert (len(sink.mails), setting.keyholder.told) == (1, [])
            sink.on_mail = lambda: None
            try:
                async with process(setting):
                    await until(lambda: marked(setting))
                async with process(setting):
                    await asyncio.sleep(2.5)  # longer than the next try would take
            finally:
                with_host.stop()

    asyncio.run(scene())
    assert len(sink.mails) == 2
    assert len(set(sink.ids())) == 1  # a mail program shows it once
    assert setting.keyholder.told == [(name_of(setting, permit), "sent")]


def test_killed_with_the_mail_host_down_it_sends_after_restart(setting: Setting, sink: Sink) -> None:
    for _ in range(3):
        setting.keyholder.notice("mail", "ana@example.org", words="plain", language="es")

    async def scene() -> None:
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            async with talking(setting) as client:
                await until(lambda: b"mail-host-failed" in (setting.folder / "log").read_bytes())
                state = await client.ask(AskState(), CourierState)
                assert state.waiting == 3
                assert [one.reason for one in state.channels if one.channel == "mail"] == ["mail-host-failed"]
            setting.keyholder.due.clear()  # the keyholder does not offer them again
            with_host = host(sink, setting)
            with_host.start()
            try:
                async with process(setting):
                    await until(lambda: len(setting.keyholder.told) == 3)
            finally:
                with_host.stop()

    asyncio.run(scene())
    assert len(set(sink.ids())) == len(sink.mails) == 3
    assert all(b"To: ana@example.org" in mail and b"Content-Language: es" in mail for mail in sink.mails)


def test_without_a_keyholder_nothing_is_sent_and_the_web_tier_hears_why(setting: Setting) -> None:
    async def scene() -> None:
        question = setting.keyholder.claim()
        async with talking(setting) as client:
            with pytest.raises(UnavailableError) as caught:
                await client.ask(question, Started)
            assert caught.value.reason == "keyholder-unavailable"

    asyncio.run(scene())
    assert setting.shown() == []


def test_without_a_courier_the_web_tier_hears_so(setting: Setting) -> None:
    with pytest.raises(UnavailableError) as caught:
        asyncio.run(CourierClient(setting.config.socket).ask(AskState(), CourierState))
    assert caught.value.reason == "courier-unavailable"


@pytest.mark.parametrize(
    "body", [b"", b"\xc1", b"\x81\xa1m\xa6submit", msgspec.msgpack.encode({"m": "ask-state", "x": 1})]
)
def test_what_is_no_question_gets_a_problem_and_the_connection_goes_on(setting: Setting, body: bytes) -> None:
    async def scene() -> None:
        async with process(setting):
            reader, writer = await asyncio.open_unix_connection(setting.config.socket)
            for _ in range(2):
                writer.write(len(body).to_bytes(4, "big") + body)
                size = int.from_bytes(await reader.readexactly(4), "big")
                reply = protocol.answer_decoder.decode(await reader.readexactly(size))
                assert isinstance(reply, protocol.ProblemAnswer)
                assert (reply.family, reply.reason) == ("FormatError", "bad-format")
            writer.write((protocol.MAX_FRAME + 1).to_bytes(4, "big"))
            size = int.from_bytes(await reader.readexactly(4), "big")
            assert b"too-large" in await reader.readexactly(size)
            assert await reader.read() == b""
            writer.close()

    asyncio.run(scene())


def test_garbled_claims_are_refused_over_the_socket(setting: Setting) -> None:
    async def scene() -> None:
        async with setting.keyholder.listening(setting.config.keyholder_socket), talking(setting) as client:
            question = setting.keyholder.claim()
            for one in (
                StartClaim(claim=b"{}", permit=question.permit),
                StartClaim(claim=question.claim, permit=b""),
            ):
                with pytest.raises(FormatError):
                    await client.ask(one, Started)

    asyncio.run(scene())


def test_socket_and_store_are_closed_to_others(setting: Setting) -> None:
    modes: dict[str, int] = {}

    def look() -> None:
        store = Path(setting.config.run_dir)
        for path in (Path(setting.config.socket), store, *store.iterdir()):
            modes[path.name] = stat.S_IMODE(path.stat().st_mode)

    async def scene() -> None:
        async with process(setting):
            await asyncio.to_thread(look)

    asyncio.run(scene())
    assert (modes.pop("courier-web.sock"), modes.pop("store")) == (0o660, 0o700)
    assert set(modes.values()) == {0o600}
