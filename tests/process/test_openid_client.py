"""A foreign client, npm `openid-client`, with nothing but our metadata: a token by CIBA, a location, and STOP."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from breakseal.ambient import SystemClock
from breakseal.kernel.model.canonical import b64
from tests.support.clientparts import serving
from tests.support.clients import NUMBER, OFTEN, Place, installed
from tests.support.courier import free_port

SCRIPT = Path(__file__).parents[1] / "support/node/client.mjs"
LIMIT = 60


def test_openid_client_gets_a_token_and_a_location_and_after_stop_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        async with (
            installed(tmp_path, clock=SystemClock(), origin=origin) as place,
            serving(place.app, port),
            _client(place, tmp_path, origin) as client,
        ):
            assert "urn:openid:params:grant-type:ciba" in (await client.said("discovered"))["grants"]
            assert (await client.said("asked"))["interval"] == 2
            await place.reply(f"DAY {await place.code()}")

            token = await client.said("token")
            assert token["type"] == "dpop"
            assert token["claims"]["aud"] == place.company.client_id
            found = await client.said("location")
            assert found["status"] == 200, found
            assert found["correlator"] == "openid-client-1"
            assert found["body"]["area"]["areaType"] == "CIRCLE"
            assert (await client.said("introspected"))["active"] is True
            assert await place.looks() == 1

            await place.reply("STOP")
            client.tell("look")
            refused = await client.said("looked")
            assert (refused["status"], refused["scheme"]) == (401, "dpop")
            assert await place.looks() == 1
            client.tell("end")
            assert (await client.said("machine"))["type"] == "bearer"

    asyncio.run(asyncio.wait_for(scene(), LIMIT))


class _Client:
    """The running script."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self, step: str) -> dict[str, Any]:
        """Return the next step's line, which must be `step`."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            assert self._process.stderr is not None
            raise AssertionError((await self._process.stderr.read()).decode())
        found: dict[str, Any] = json.loads(line)
        assert found["step"] == step, found
        return found

    def tell(self, word: str) -> None:
        """Write a line to the script."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())


@asynccontextmanager
async def _client(place: Place, folder: Path, origin: str) -> AsyncIterator[_Client]:
    key = folder / "client.jwk"
    key.write_text(json.dumps(_jwk(place)))
    orders = {
        "ISSUER": origin,
        "CLIENT_ID": place.company.client_id,
        "KEY_FILE": str(key),
        "NUMBER": NUMBER,
        "SCOPE": OFTEN,
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", str(SCRIPT), stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | orders
    )
    try:
        yield _Client(process)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _jwk(place: Place) -> dict[str, str]:
    numbers = place.company.client._private.private_numbers()
    point = numbers.public_numbers
    parts = {"d": numbers.private_value, "x": point.x, "y": point.y}
    return {"kty": "EC", "crv": "P-256"} | {name: b64(value.to_bytes(32)) for name, value in parts.items()}
