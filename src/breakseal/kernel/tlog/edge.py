"""The growing right edge of a tiled tree: what an appender keeps in memory, and a tile's inner nodes.

An edge holds one open tile for each level (a compact range, cut at tile borders). Appending a leaf
hash costs about one node hash; a tile that becomes full is handed out to be stored and its root goes
into the level above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.merkle import HASH_SIZE, fold
from breakseal.kernel.tlog.tilepath import TILE_WIDTH

TILE_HEIGHT = 8


def split_hashes(data: bytes, width: int) -> list[bytes]:
    """Return the `width` hashes of a tile's bytes.

    Raises:
        FormatError: another length than 32 bytes a hash.
    """
    if len(data) != width * HASH_SIZE:
        raise FormatError(f"not a tile of {width} hashes", reason="bad-tile")
    return [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]


class TileNodes:
    """The nodes of one tile: row r holds its full nodes at r levels above the tile's own hashes."""

    __slots__ = ("rows",)

    def __init__(self, hashes: Sequence[bytes] = ()) -> None:
        """Build every full node over `hashes` (at most 256)."""
        row = list(hashes)
        self.rows = [row]
        for _ in range(TILE_HEIGHT):
            row = [sha256(b"\x01" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
            self.rows.append(row)

    @property
    def width(self) -> int:
        """How many hashes the tile has."""
        return len(self.rows[0])

    def append(self, one: bytes) -> None:
        """Add the next hash and the nodes that it completes; the tile must not be full."""
        count = len(self.rows[0])
        self.rows[0].append(one)
        height = 0
        while count & 1:
            one = sha256(b"\x01" + self.rows[height][-2] + one).digest()
            height += 1
            self.rows[height].append(one)
            count >>= 1

    def peaks(self) -> list[bytes]:
        """Return the full-subtree hashes that cover the tile, from largest to smallest."""
        width = self.width
        return [self.rows[height][-1] for height in range(TILE_HEIGHT, -1, -1) if width >> height & 1]

    def data(self) -> bytes:
        """Return the tile as it is stored and served."""
        return b"".join(self.rows[0])


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that has just become full."""

    level: int
    number: int
    nodes: TileNodes


class Edge:
    """The open tiles of a tree, level by level, with the tree's size and root."""

    __slots__ = ("levels", "size")

    def __init__(self, size: int = 0, levels: Sequence[Sequence[bytes]] = ()) -> None:
        """Take up a tree of `size` entries from the hashes of its partial tiles, level 0 first.

        Raises:
            FormatError: a level has another number of hashes than a tree of that size has.
        """
        self.size = size
        self.levels = [TileNodes(hashes) for hashes in levels]
        widths = [nodes.width for nodes in self.levels]
        if sum(width << TILE_HEIGHT * level for level, width in enumerate(widths)) != size or any(
            width >= TILE_WIDTH for width in widths
        ):
            raise FormatError("the partial tiles do not fit the tree size", reason="bad-tile")

    def append(self, leaf: bytes) -> list[FullTile]:
        """Add a leaf hash; return the tiles that it filled, lowest level first (mostly none)."""
        filled: list[FullTile] = []
        one, level, index = leaf, 0, self.size
        self.size += 1
        while True:
            if level == len(self.levels):
                self.levels.append(TileNodes())
            nodes = self.levels[level]
            nodes.append(one)
            if nodes.width < TILE_WIDTH:
                return filled
            filled.append(FullTile(level, index // TILE_WIDTH, nodes))
            self.levels[level] = TileNodes()
            one, index, level = nodes.rows[TILE_HEIGHT][0], index // TILE_WIDTH, level + 1

    def root(self) -> bytes:
        """Return the tree hash."""
        return fold([peak for nodes in reversed(self.levels) for peak in nodes.peaks()])
