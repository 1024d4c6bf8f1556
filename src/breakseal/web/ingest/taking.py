"""Taking fixes: sealed at once to the record's point, durable before the app gets its answer."""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Request

from breakseal.kernel.model.fixes import fix_info, seal_fix
from breakseal.kernel.model.location import Fix
from breakseal.programmes.location.reports import KEPT_FIXES
from breakseal.web.ingest.admission import key_of
from breakseal.web.ingest.ports import Device, SealedFix
from breakseal.web.parts import WebParts

TOGETHER = 32
"""Fixes sealed before others get their turn: some three milliseconds."""


async def take(request: Request[Any, Any, Any], device: Device, fixes: tuple[Fix, ...]) -> None:
    """Seal and keep `fixes`, all in one step; nothing of them stays in memory."""
    if not fixes:
        return
    parts: WebParts = request.app.state.parts
    key, info = key_of(device.point), fix_info(device.handle, device.device)
    sealed: list[SealedFix] = []
    for start in range(0, len(fixes), TOGETHER):
        if start:
            await asyncio.sleep(0)
        some = fixes[start : start + TOGETHER]
        sealed += [SealedFix(device.device, fix.at, seal_fix(key, fix, info)) for fix in some]
    await parts.store.devices.keep_fixes(sealed, KEPT_FIXES)
