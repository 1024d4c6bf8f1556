"""Reports as lines of JSON, from standard input or a file that the phone system writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from breakseal.callgate.gate import Gate, Taken
from breakseal.callgate.report import read_report
from breakseal.kernel.errors import BreaksealError


def take_lines(
    gate: Gate, lines: Iterable[bytes], taken: Callable[[Taken], None], refused: Callable[[int, str], None]
) -> None:
    """Take each line as one report; a line that is refused is told by number and reason, and the rest goes on."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            taken(gate.take(read_report(line.strip())))
        except BreaksealError as error:
            refused(number, f"{error.reason}: {error}")
