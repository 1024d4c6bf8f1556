"""Where tiles and entry bundles are, and which of them a tree has (C2SP tlog-tiles).

A tile of level L and number N holds up to 256 hashes: the nodes at height 8 * L with the indexes
from 256 * N on. An entry bundle N holds the entries under level-0 tile N.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.merkle import MAX_SIZE

TILE_WIDTH = 256
MAX_LEVEL = 63
ENTRIES = -1
"""The level that stands for entry bundles."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class TilePath:
    """One tile or (level `ENTRIES`) entry bundle: its level, number and width in hashes (1 to 256)."""

    level: int
    number: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Refuse what no path can name."""
        fits = ENTRIES <= self.level <= MAX_LEVEL and 0 <= self.number <= MAX_SIZE // TILE_WIDTH
        if not (fits and 1 <= self.width <= TILE_WIDTH):
            raise FormatError("no such tile", reason="bad-tile-path")

    @property
    def start(self) -> int:
        """The index, at the tile's level, of its first hash or entry."""
        return self.number * TILE_WIDTH

    @property
    def full(self) -> bool:
        """Whether it has all of its 256 hashes or entries."""
        return self.width == TILE_WIDTH

    def encode(self) -> str:
        """Return the path relative to the log's prefix, such as `tile/0/x001/x234/067.p/8`."""
        groups = [f"{self.number % 1000:03d}"]
        rest = self.number // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        suffix = "" if self.full else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(reversed(groups))}{suffix}"


def parse_path(text: str) -> TilePath:
    """Return the tile that `text` names; it has one spelling only.

    Raises:
        FormatError: not a tile path, or another spelling of one.
    """
    match = _PATH.fullmatch(text)
    if match is None:
        raise FormatError("not a tile path", reason="bad-tile-path")
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    width = TILE_WIDTH if match["width"] is None else int(match["width"])
    path = TilePath(level, int(match["number"].replace("/", "").replace("x", "")), width)
    if path.encode() != text:
        raise FormatError("not a tile path", reason="bad-tile-path")
    return path


def level_count(level: int, size: int) -> int:
    """Return how many hashes (or entries) a tree of `size` entries has at tile level `level`."""
    return size >> (8 * max(level, 0))


def width_at(level: int, number: int, size: int) -> int:
    """Return the width of tile `number` at `level` in a tree of `size` entries: 0 (none) to 256."""
    return max(0, min(TILE_WIDTH, level_count(level, size) - number * TILE_WIDTH))


def tiles_at(level: int, size: int) -> Iterator[TilePath]:
    """Yield the tiles of `level`, full ones first and then the partial one if there is one."""
    count = level_count(level, size)
    for number in range(count // TILE_WIDTH):
        yield TilePath(level, number)
    if count % TILE_WIDTH:
        yield TilePath(level, count // TILE_WIDTH, count % TILE_WIDTH)


def tiles_of(size: int) -> Iterator[TilePath]:
    """Yield every current tile and entry bundle of a tree of `size` entries."""
    yield from tiles_at(ENTRIES, size)
    level = 0
    while level_count(level, size):
        yield from tiles_at(level, size)
        level += 1
