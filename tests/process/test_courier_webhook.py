"""A gateway's posts to the courier's process: signed, fresh, taken once, and nothing personal in answers or log."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from breakseal.courier.config import Webhook
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model.location import ConsentStopped
from tests.process.test_courier_process import process, until
from tests.support.carriers import secret_file
from tests.support.consents import told
from tests.support.courier import NUMBER, Setting, free_port, make_setting

SECRET = b"a secret of thirty-two characters"
PATH = "/inbound/sms"


@dataclass
class Gateway:
    """Posts to the courier; `now` is the time of its signatures."""

    client: httpx.AsyncClient
    now: int

    def text(self, **changes: object) -> dict[str, object]:
        return {"id": "m1", "from": NUMBER, "text": "HELP", "at": self.now} | changes

    def event(self, event: str, name: str = "e1") -> dict[str, object]:
        return {"id": name, "event": event, "number": NUMBER, "at": self.now}

    async def post(self, value: object, headers: dict[str, str] | None = None, path: str = PATH) -> int:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        sent = signature(body, self.now) if headers is None else headers
        answer = await self.client.post(path, content=body, headers=sent)
        assert NUMBER[1:] not in answer.text
        return answer.status_code


def signature(body: bytes, at: int, secret: bytes = SECRET) -> dict[str, str]:
    mac = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Breakseal-Signature": f"t={at},v1={mac}"}


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    secret = secret_file(tmp_path, SECRET.decode() + "\n")
    one = make_setting(tmp_path / "courier", inbound=Webhook(port=free_port(), secret_file=str(secret)))
    one.keyholder.issued = one.clock.time = int(time.time())
    return one


@asynccontextmanager
async def gateway(setting: Setting) -> AsyncIterator[Gateway]:
    """Start the courier's process, and wait until it takes posts."""
    inbound = setting.config.inbound
    assert isinstance(inbound, Webhook)
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{inbound.port}")
    async with setting.keyholder.listening(setting.config.keyholder_socket), process(setting), client:
        await until(lambda: reachable(inbound.port))
        yield Gateway(client, int(time.time()))


def reachable(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=1)
    except httpx.HTTPError:
        return False
    return True


def log_of(setting: Setting) -> str:
    return (setting.folder / "log").read_text("utf-8")


def test_a_post_without_a_fresh_signature_of_its_very_bytes_is_not_read(setting: Setting) -> None:
    async def scene() -> None:
        async with gateway(setting) as one:
            text, now = one.text(), one.now
            raw = json.dumps(text).encode()
            assert await one.post(text, {}) == 401
            assert await one.post(text, signature(raw, now, b"another secret of that length...")) == 401
            assert await one.post(text, signature(raw + b" ", now)) == 401
            assert await one.post(text, signature(raw, now - 301)) == 401
            assert await one.post(text, signature(raw, now + 330)) == 401
            for header in (f"t={now}", f"t={now},v1=", "v1=" + "0" * 64, f"t=-1,v1={'0' * 64}", "\x00"):
                if header.isprintable():
                    assert await one.post(text, {"Breakseal-Signature": header}) == 401
            assert await one.post(b"{", signature(b"[", now)) == 401, "nothing is said of an unsigned body"

    asyncio.run(scene())
    assert setting.shown() == []
    assert '"reason": "signature-wrong"' in log_of(setting)


def test_what_is_no_message_is_refused(setting: Setting) -> None:
    async def scene() -> None:
        async with gateway(setting) as one:
            assert await one.post(b"x" * 20_000) == 413
            bad: list[object] = [
                b"",
                b"{",
                b"\xff",
                [],
                {},
                one.text(more=1),
                one.text(id=""),
                one.text(at=-1),
            ]
            bad += [
                one.text(**{"from": 1}),
                one.text(id="x" * 201),
                one.text(text="x" * 4001),
                one.event("exploded"),
            ]
            assert [await one.post(value) for value in bad] == [400] * len(bad)
            assert await one.post(one.text(), path="/inbound/other") == 404
            assert (await one.client.get(PATH)).status_code == 405
            assert await one.post(one.text(**{"from": "+442079460958"})) == 422, (
                "not served: the gateway hears it"
            )

    asyncio.run(scene())
    assert setting.shown() == []


def test_each_message_and_event_is_taken_once(setting: Setting) -> None:
    async def scene() -> None:
        async with gateway(setting) as one:
            for _ in range(3):
                assert await one.post(one.text()) == 200
            await until(lambda: len(setting.shown()) == 1)
            for _ in range(2):
                assert await one.post(one.event("opted-out")) == 200
                assert await one.post(one.event("number-moved", "e2")) == 200
            await until(lambda: len(told(setting)) == 2)
            await asyncio.sleep(0.6)

    asyncio.run(scene())
    assert len(setting.shown()) == 1
    assert [one.why for one in told(setting) if isinstance(one, ConsentStopped)] == ["stopped", "moved"]
    log = log_of(setting)
    assert NUMBER[1:] not in log
    assert "POST" not in log


@pytest.mark.parametrize(("text", "mode"), [("too short", 0o600), (SECRET.decode(), 0o644)])
def test_a_secret_that_keeps_nobody_out_stops_the_start(
    setting: Setting, tmp_path: Path, text: str, mode: int
) -> None:
    secret_file(tmp_path, text).chmod(mode)
    with pytest.raises(ConfigError):
        setting.courier()


@pytest.mark.parametrize("changes", [{"host": "0.0.0.0"}, {"port": 0}])
def test_an_open_port_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    known: dict[str, object] = {"port": 8920, "secret_file": "x"}
    setting = make_setting(tmp_path, inbound=Webhook(**(known | changes)))  # type: ignore[arg-type] # its members
    with pytest.raises(ConfigError):
        setting.config.check()
