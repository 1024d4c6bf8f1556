"""Reading a tiled log that is not trusted: nothing is used before the checkpoint's root vouches for it.

The partial tiles of a tree hold its right edge. Folded together they must give the root, which
authenticates every byte of them at once; a full tile must hash to its entry in the tile above it,
which is authenticated first; an entry bundle must hash to its level-0 tile. There is no path by
which a tile's bytes are used without one of these three checks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from breakseal.kernel.errors import FormatError, UnavailableError, VerificationError
from breakseal.kernel.tlog.bundle import parse_bundle
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.edge import TILE_HEIGHT, Edge, TileNodes, split_hashes
from breakseal.kernel.tlog.merkle import HASH_SIZE, consistency_proof, inclusion_proof, leaf_hash
from breakseal.kernel.tlog.tilepath import ENTRIES, TILE_WIDTH, TilePath, level_count, width_at

TileSource = Callable[[TilePath], bytes]
"""Gives a tile's or bundle's bytes; raises `UnavailableError` where it has none."""

MAX_CACHED = 256
"""Authenticated tiles kept (about 16 KiB each with their inner nodes)."""


class TileReader:
    """Authenticated reads from a tiled log under one verified checkpoint."""

    def __init__(self, source: TileSource, checkpoint: Checkpoint) -> None:
        """Fetch and authenticate the partial tiles.

        Raises:
            UnavailableError: the source lacks one of them.
            VerificationError: they do not lead to the checkpoint's root.
        """
        self._source = source
        self._size = checkpoint.size
        self._cache: OrderedDict[tuple[int, int], TileNodes] = OrderedDict()
        levels = [self._open_hashes(level) for level in range((self._size.bit_length() + 7) // TILE_HEIGHT)]
        self._edge = Edge(self._size, levels)
        if self._edge.root() != checkpoint.root:
            raise VerificationError("the partial tiles do not lead to the root", reason="bad-tile")

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return the proof of entry `index`, from authenticated tiles."""
        return inclusion_proof(index, self._size, self.node)

    def consistency_proof(self, old: int) -> list[bytes]:
        """Return the proof from the tree of `old` entries, from authenticated tiles."""
        return consistency_proof(old, self._size, self.node)

    def node(self, height: int, index: int) -> bytes:
        """Return the hash of the full subtree at (`height`, `index`).

        Raises:
            FormatError: the tree has no such subtree.
            UnavailableError: the source lacks a tile.
            VerificationError: a tile is not the one that the checkpoint commits to.
        """
        if not 0 <= height <= 63 or not 0 <= index < self._size >> height:
            raise FormatError("the tree has no such node")
        level, row = divmod(height, TILE_HEIGHT)
        number, place = divmod(index << row, TILE_WIDTH)
        return self._tile(level, number).rows[row][place >> row]

    def tile(self, level: int, number: int) -> bytes:
        """Return the authenticated bytes of tile `number` at `level`; errors as in `node`."""
        if level < 0 or width_at(level, number, self._size) == 0:
            raise FormatError("the tree has no such tile", reason="bad-tile-path")
        return self._tile(level, number).data()

    def entries(self, number: int) -> list[bytes]:
        """Return the authenticated entries of bundle `number`; errors as in `node`."""
        width = width_at(ENTRIES, number, self._size)
        if number < 0 or width == 0:
            raise FormatError("the tree has no such entry bundle", reason="bad-tile-path")
        expected = self._tile(0, number).rows[0]
        found = self._bundle(number, width)
        if [leaf_hash(entry) for entry in found] != expected:
            raise VerificationError("an entry bundle does not hash to its tile", reason="bad-bundle")
        return found

    def _tile(self, level: int, number: int) -> TileNodes:
        if number == level_count(level, self._size) // TILE_WIDTH:
            return self._edge.levels[level]
        nodes = self._cache.get((level, number))
        if nodes is None:
            nodes = self._authenticate(level, number)
            self._cache[level, number] = nodes
            if len(self._cache) > MAX_CACHED:
                self._cache.popitem(last=False)
        return nodes

    def _authenticate(self, level: int, number: int) -> TileNodes:
        """Return a full tile after comparing its root with its entry in the tile above."""
        above = self._tile(level + 1, number // TILE_WIDTH)
        data = self._source(TilePath(level, number))
        nodes = TileNodes(_hashes(data, TILE_WIDTH))
        if nodes.rows[TILE_HEIGHT][0] != above.rows[0][number % TILE_WIDTH]:
            raise VerificationError("a tile does not hash to its entry above", reason="bad-tile")
        return nodes

    def _open_hashes(self, level: int) -> list[bytes]:
        """Return the hashes of the partial tile of `level`, not yet authenticated."""
        number, width = divmod(level_count(level, self._size), TILE_WIDTH)
        if width == 0:
            return []
        data = self._fetch_partial(TilePath(level, number, width))
        return _hashes(data, width)

    def _fetch_partial(self, path: TilePath) -> bytes:
        """Return a partial tile, or the beginning of the full one where the log has dropped it."""
        try:
            return self._source(path)
        except UnavailableError:
            full = self._source(TilePath(path.level, path.number))
            return full[: path.width * HASH_SIZE]

    def _bundle(self, number: int, width: int) -> list[bytes]:
        """Return the entries of a bundle, or the first of the full one where the log dropped the partial."""
        path = TilePath(ENTRIES, number, width)
        try:
            return _entries(self._source(path), width)
        except UnavailableError:
            if path.full:
                raise
            return _entries(self._source(TilePath(ENTRIES, number)), TILE_WIDTH)[:width]


def _hashes(data: bytes, width: int) -> list[bytes]:
    """Return a served tile's hashes; a malformed one is the log's fault, not the caller's."""
    try:
        return split_hashes(data, width)
    except FormatError as error:
        raise VerificationError(str(error), reason="bad-tile") from error


def _entries(data: bytes, width: int) -> list[bytes]:
    """Return a served bundle's entries; a malformed one is the log's fault, not the caller's."""
    try:
        return parse_bundle(data, width)
    except FormatError as error:
        raise VerificationError(str(error), reason="bad-bundle") from error
