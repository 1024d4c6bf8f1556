"""What the processes say about themselves: one JSON object a line, of allowed members only.

A message's text never gets in, because libraries put paths, addresses and values into theirs: of a
library's record only its name, level, kind of error and place in the code are kept. There is no
access log.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from typing import TextIO

FIELDS = frozenset({"part", "level", "event", "error", "reason", "at", "count", "seconds", "code", "size"})
"""Every member that a line may have; none can carry personal data."""


class Journal:
    """Writes lines for one process."""

    def __init__(self, part: str, stream: TextIO | None = None) -> None:
        self._part = part
        self._stream = stream or sys.stderr

    def say(self, event: str, *, level: str = "info", **members: str | int) -> None:
        """Write one line.

        Raises:
            ValueError: a member is not in `FIELDS`; that is a bug of the caller.
        """
        foreign = set(members) - FIELDS
        if foreign:
            raise ValueError(f"the journal does not take `{min(foreign)}`")
        line = {"part": self._part, "level": level, "event": event, **members}
        print(json.dumps(line), file=self._stream, flush=True)

    def fault(self, event: str, error: BaseException) -> None:
        """Write one line about an error: its kind, its machine reason and where it was raised."""
        reason = str(getattr(error, "reason", ""))
        self.say(event, level="error", error=type(error).__name__, reason=reason, at=place(error))

    def adopt_logging(self, level: int = logging.WARNING) -> None:
        """Send what libraries log through this journal, and nothing of it elsewhere."""
        root = logging.getLogger()
        root.handlers = [_Handler(self)]
        root.setLevel(level)
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "litestar"):
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [], True


class _Handler(logging.Handler):
    """Turns a library's record into a line without its text."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self._journal.say(
            record.name,
            level=record.levelname.lower(),
            error=type(error).__name__ if error else "",
            at=place(error) if error else f"{record.module}:{record.lineno}",
        )


def place(error: BaseException) -> str:
    """Return where `error` was raised: the innermost frame of ours, else the innermost."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "breakseal" in frame.filename] or list(frames)
    if not ours:
        return ""
    name = ours[-1].filename.rpartition("breakseal/")[2]
    return f"{name}:{ours[-1].lineno}"
