"""The Python in the guide for developers of clients signs what the server takes."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from breakseal.ambient import SystemClock
from tests.support.clients import Held, Place, body_of, installed
from tests.support.locating import RETRIEVE

GUIDE = Path(__file__).parents[2] / "docs/use/client.md"


def test_the_guides_program_gets_a_location(tmp_path: Path) -> None:
    async def scene() -> None:
        async with installed(tmp_path, clock=SystemClock()) as place:
            await asyncio.to_thread(_write_program, tmp_path, place)
            form = {"client_assertion": await _sign(tmp_path, place, "assertion")}
            held = await place.agreed(**form)
            proof = await _sign(tmp_path, place, "proof", RETRIEVE, held.token)
            headers = place.bearing(Held("", held.token, {}), RETRIEVE) | {"dpop": proof}
            answer = await place.http.post(RETRIEVE, json={}, headers=headers)
            assert answer.status_code == 200
            assert body_of(answer)["area"]["areaType"] == "CIRCLE"

    asyncio.run(scene())


def _write_program(folder: Path, place: Place) -> None:
    found = re.search(r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    (folder / "sign.py").write_text(found[1])
    pem = place.company.client._private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "client.pem").write_bytes(pem)


async def _sign(folder: Path, place: Place, *words: str) -> str:
    kind, *rest = words
    command = [sys.executable, "sign.py", kind, place.company.client_id, place.company.origin, *rest]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=folder, check=True, capture_output=True, text=True
    )
    return str(done.stdout).strip()
