"""A foreign client as a process: npm `openid-client` in a script that speaks in JSON lines."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from breakseal.kernel.model.canonical import b64
from tests.support.clients import Place

SCRIPTS = Path(__file__).parent / "node"


class Foreign:
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
async def foreign(
    script: str, place: Place, folder: Path, origin: str, **orders: str
) -> AsyncIterator[Foreign]:
    """Run `script` of the folder `node`, told an issuer, its key and `orders`; it must end well."""
    key = folder / "client.jwk"
    key.write_text(json.dumps(_jwk(place)))
    known = {"ISSUER": origin, "CLIENT_ID": place.company.client_id, "KEY_FILE": str(key)} | orders
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "node", str(SCRIPTS / script), stdin=pipe, stdout=pipe, stderr=pipe, env=os.environ | known
    )
    try:
        yield Foreign(process)
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
