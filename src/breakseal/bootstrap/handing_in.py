"""Handing in, at every start, the root-signed statements that lie ready in the installation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from breakseal.bootstrap import rootfiles
from breakseal.bootstrap.installation import statements_folder
from breakseal.config import Config
from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.kernel.model.enrolments import Root
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.protocol import Submit, Submitted
from breakseal.oversight import founding

TAKEN_BEFORE = frozenset({"replayed", "already-taken"})


async def hand_in(config: Config, tell: Callable[[str], None]) -> None:
    """Hand in each statement of the folder and move it to `taken`; say of those that were refused why."""
    client = KeyholderClient(str(config.socket("web")))
    folder = statements_folder(config)
    try:
        for path in sorted(folder.glob("*.json")):
            data = await asyncio.to_thread(path.read_bytes)
            refusal = await _one(client, data)
            if refusal:
                tell(f"{path.name} was not taken: {refusal}")
                continue
            if note := _kept(config, data):
                tell(f"{path.name}: {note}")
            (folder / "taken").mkdir(exist_ok=True)
            path.rename(folder / "taken" / path.name)
    finally:
        await client.close()


def _kept(config: Config, data: bytes) -> str:
    """Keep a root statement that was taken beside the one before; return why not, if not."""
    statement, signed = founding.read_draft(data)
    return rootfiles.keep(config, founding.envelope_bytes(signed)) if isinstance(statement, Root) else ""


async def _one(client: KeyholderClient, data: bytes) -> str:
    """Hand in one file; return why it was refused, or nothing."""
    try:
        _, signed = founding.read_draft(data)
        if not signed.signatures:
            return "nobody has signed it yet"
        await client.ask(Submit(statements=(founding.envelope_bytes(signed),)), Submitted)
    except RefusedError as error:
        return "" if error.reason in TAKEN_BEFORE else str(error)
    except BreaksealError as error:
        return str(error)
    return ""
