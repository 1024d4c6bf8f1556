"""Having a file read in a process of its own, which is handed neither key, store nor session; in the same account."""

from __future__ import annotations

import os
import subprocess
import sys

import msgspec

from breakseal.kernel.errors import RequestError, UnavailableError
from breakseal.kernel.model.canonical import b64, digest
from breakseal.papers.verdict import Paper

MOST_BYTES = 8 * 1024 * 1024
TIMEOUT = 30.0
COMMAND = ("-P", "-m", "breakseal.papers.child")
_KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME")


def read_apart(data: bytes) -> Paper:
    """Return what `data` is; whatever ends the reading process reads as a file that cannot be read.

    Raises:
        RequestError: more than `MOST_BYTES`.
        UnavailableError: no process could be started.
    """
    if len(data) > MOST_BYTES:
        raise RequestError(f"a paper has at most {MOST_BYTES >> 20} MiB", reason="too-large")
    try:
        done = subprocess.run(  # noqa: S603 # our own program
            [sys.executable, *COMMAND], input=data, capture_output=True, timeout=TIMEOUT, check=False,
            env={name: os.environ[name] for name in _KEPT if name in os.environ}, close_fds=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _unreadable(data)
    except OSError as error:
        raise UnavailableError("papers cannot be read here now", reason="papers-unavailable") from error
    try:
        return msgspec.json.decode(done.stdout, type=Paper)
    except msgspec.MsgspecError:
        return _unreadable(data)


def _unreadable(data: bytes) -> Paper:
    return Paper(sha256=b64(digest(data)), readable=False)
