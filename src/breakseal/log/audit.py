"""The audit: reads a whole log, recomputes its tree from the entries and compares every tile and the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.tlog.bundle import parse_bundle
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.edge import Edge, TileNodes
from breakseal.kernel.tlog.tilepath import ENTRIES, TILE_WIDTH, TilePath, tiles_at
from breakseal.kernel.tlog.witnesspolicy import WitnessPolicy

Progress = Callable[[int, int], None]
"""Told how many entries are done, and of how many."""
Look = Callable[[int, bytes], None]
"""Shown every entry with its index; raises if the entry must not be there."""


class AuditSource(Protocol):
    """A log to audit: its store, its public view, or a copy that is served."""

    def checkpoint(self) -> bytes:
        """Return the signed checkpoint to audit."""
        ...

    def tile(self, path: TilePath) -> bytes:
        """Return a tile or an entry bundle; raises `UnavailableError` if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What was read and found right: the checkpoint, its cosigning witnesses, how many entries and tiles."""

    checkpoint: Checkpoint
    witnesses: tuple[str, ...]
    entries: int
    tiles: int


def audit(
    source: AuditSource, policy: WitnessPolicy, *, progress: Progress | None = None, look: Look | None = None
) -> AuditReport:
    """Check every byte of the log that `source` serves against its signed checkpoint.

    Raises:
        FormatError: the checkpoint is none.
        VerificationError: a signature, entry bundle, tile or the root does not hold.
        UnavailableError: something that the tree has is not served.
    """
    verified = policy.check(source.checkpoint())
    point = verified.checkpoint
    tiles = 0
    edge = Edge()
    for path in tiles_at(ENTRIES, point.size):
        tiles += 1 + _take_bundle(source, path, edge, look)
        if progress is not None:
            progress(edge.size, point.size)
    tiles += _compare_open(source, edge)
    if edge.root() != point.root:
        raise VerificationError("the entries do not hash to the signed root", reason="bad-root")
    return AuditReport(point, tuple(sorted(verified.cosigned)), edge.size, tiles)


def _take_bundle(source: AuditSource, path: TilePath, edge: Edge, look: Look | None) -> int:
    """Add one bundle's entries to the edge, compare the full tiles they end, return how many those are."""
    try:
        entries = parse_bundle(source.tile(path), path.width)
    except FormatError as error:
        raise VerificationError(f"`{path.encode()}` is not an entry bundle", reason="bad-bundle") from error
    if look is not None:
        for index, entry in enumerate(entries, start=path.start):
            look(index, entry)
    hashes = [sha256(b"\x00" + entry).digest() for entry in entries]
    if not path.full:
        for one in hashes:
            edge.append(one)
        return 0
    filled = list(_fill(edge, TileNodes(hashes), path.number))
    for level, number, nodes in filled:
        _compare(source, TilePath(level, number), nodes)
    return len(filled)


def _fill(edge: Edge, nodes: TileNodes, number: int) -> Iterator[tuple[int, int, TileNodes]]:
    """Put a whole level-0 tile into the edge at once; yield each tile that this fills."""
    yield 0, number, nodes
    edge.size += TILE_WIDTH
    if not edge.levels:
        edge.levels.append(TileNodes())
    level = 1
    while True:
        if level == len(edge.levels):
            edge.levels.append(TileNodes())
        above = edge.levels[level]
        above.append(nodes.rows[-1][0])
        if above.width < TILE_WIDTH:
            return
        number //= TILE_WIDTH
        yield level, number, above
        edge.levels[level] = TileNodes()
        nodes, level = above, level + 1


def _compare_open(source: AuditSource, edge: Edge) -> int:
    """Compare the partial tiles; return how many there are."""
    count = 0
    for level, nodes in enumerate(edge.levels):
        if nodes.width:
            number = (edge.size >> 8 * level) // TILE_WIDTH
            _compare(source, TilePath(level, number, nodes.width), nodes)
            count += 1
    return count


def _compare(source: AuditSource, path: TilePath, nodes: TileNodes) -> None:
    if source.tile(path) != nodes.data():
        raise VerificationError(f"`{path.encode()}` is not what the entries hash to", reason="bad-tile")
