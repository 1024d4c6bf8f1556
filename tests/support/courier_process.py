"""The courier as a process of its own for tests: `python -m tests.support.courier_process SETTINGS KEYHOLDER_KEY`."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import msgspec

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.courier.app import run
from breakseal.courier.config import CourierConfig
from breakseal.kernel.model.keys import PublicKey


def main() -> None:
    """Run until killed; the settings and the keyholder's public key stand in two JSON files."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=CourierConfig)
    keyholder = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=PublicKey)
    asyncio.run(run(config, keyholder=keyholder, clock=SystemClock(), entropy=SystemEntropy()))


if __name__ == "__main__":
    main()
