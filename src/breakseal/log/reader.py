"""Reading a log's store: checkpoints, tiles, bundles and proofs, all of committed trees only."""

from __future__ import annotations

from collections import OrderedDict

from breakseal.kernel.errors import FormatError, UnavailableError, VerificationError
from breakseal.kernel.tlog.bundle import encode_bundle
from breakseal.kernel.tlog.edge import TILE_HEIGHT, Edge, TileNodes, split_hashes
from breakseal.kernel.tlog.merkle import consistency_proof, inclusion_proof
from breakseal.kernel.tlog.proof import TlogProof
from breakseal.kernel.tlog.tilepath import ENTRIES, TILE_WIDTH, TilePath, level_count, width_at
from breakseal.log.store import LogStore, StoredCheckpoint

MAX_CACHED = 128
"""Full tiles kept in memory with their inner nodes (about 50 KiB each)."""


def stored_hashes(store: LogStore, level: int, number: int, width: int) -> list[bytes]:
    """Return the first `width` hashes of a tile: leaf hashes, or the roots of the full tiles below."""
    start = number * TILE_WIDTH
    if level == 0:
        return store.leaf_hashes(start, start + width)
    return store.tile_roots(level - 1, start, start + width)


def load_edge(store: LogStore, size: int) -> Edge:
    """Return the right edge of the stored tree of `size` entries.

    Raises:
        VerificationError: the store lacks something that a tree of that size has.
    """
    levels = []
    for level in range((size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT):
        number, width = divmod(level_count(level, size), TILE_WIDTH)
        levels.append(stored_hashes(store, level, number, width))
    try:
        return Edge(size, levels)
    except FormatError as error:
        raise VerificationError(
            "the log's store lacks entries or tiles", reason="log-inconsistent"
        ) from error


class LogReader:
    """Reads one log; for one thread at a time, like its store.

    The sequencer's reader has the sequencer's edge and reads the newest nodes from memory; any other
    reads them from the store.
    """

    def __init__(self, store: LogStore, edge: Edge | None = None) -> None:
        """Take the store, and the edge where this is the appending process."""
        self.edge = edge
        self._store = store
        self._cache: OrderedDict[tuple[int, int], TileNodes] = OrderedDict()

    def checkpoint(self) -> bytes:
        """Return the last signed checkpoint."""
        return self.stored_checkpoint().note

    def stored_checkpoint(self, size: int | None = None) -> StoredCheckpoint:
        """Return the checkpoint of `size`, or the last one.

        Raises:
            FormatError: none was signed for that size.
        """
        found = self._store.checkpoint(size)
        if found is None:
            raise FormatError("no checkpoint of that size was signed", reason="unknown-size")
        return found

    def proof(self, index: int, size: int | None = None) -> bytes:
        """Return the tlog-proof of entry `index` under the checkpoint of `size`, or the last one.

        Raises:
            FormatError: there is no such entry or checkpoint.
        """
        return self.proof_under(index, self.stored_checkpoint(size)).encode()

    def proof_under(self, index: int, point: StoredCheckpoint) -> TlogProof:
        """Return the proof of entry `index` under `point`; errors as in `proof`."""
        return TlogProof(index, tuple(inclusion_proof(index, point.size, self.node)), point.note)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of `old` entries is a prefix of that of `new`.

        Raises:
            FormatError: there are no such sizes.
        """
        if new > self.stored_checkpoint().size:
            raise FormatError("the log is not that large", reason="unknown-size")
        return consistency_proof(old, new, self.node)

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the entries from `start` up to, not including, `end`; fewer where the log ends."""
        return self._store.entries(start, min(end, self.stored_checkpoint().size))

    def tile(self, path: TilePath, size: int | None = None) -> bytes:
        """Return a tile or bundle of the tree of `size` entries, or of the last checkpoint's.

        Raises:
            UnavailableError: that tree has no such tile.
        """
        limit = self.stored_checkpoint().size if size is None else size
        if path.width > width_at(path.level, path.number, limit):
            raise UnavailableError("the tree has no such tile", reason="no-such-tile")
        if path.level == ENTRIES:
            return encode_bundle(self._store.entries(path.start, path.start + path.width))
        whole = self._store.full_tile(path.level, path.number) if path.full else None
        return whole or b"".join(stored_hashes(self._store, path.level, path.number, path.width))

    def node(self, height: int, index: int) -> bytes:
        """Return the hash of the full subtree at (`height`, `index`), which a committed tree must have."""
        level, row = height >> 3, height & 7
        place = index << row
        number, place = place >> 8, place & 255
        edge = self.edge
        if edge is not None and number == edge.size >> (8 * level + 8):
            return edge.levels[level].rows[row][place >> row]
        return self._full_or_stored(level, number, place + (1 << row)).rows[row][place >> row]

    def keep(self, level: int, number: int, nodes: TileNodes) -> None:
        """Keep a full tile in memory; the oldest makes room."""
        self._cache[level, number] = nodes
        if len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)

    def _full_or_stored(self, level: int, number: int, width: int) -> TileNodes:
        """Return a tile that is not on the edge in memory, with at least `width` hashes."""
        cached = self._cache.get((level, number))
        if cached is not None:
            return cached
        data = self._store.full_tile(level, number)
        if data is None:
            return TileNodes(stored_hashes(self._store, level, number, width))
        nodes = TileNodes(split_hashes(data, TILE_WIDTH))
        self.keep(level, number, nodes)
        return nodes
