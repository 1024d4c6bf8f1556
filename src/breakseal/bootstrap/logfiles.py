"""Opening a log for an audit: its store file, or a folder that holds its tiles as they are served."""

from __future__ import annotations

from pathlib import Path

from breakseal.kernel.errors import RequestError, UnavailableError
from breakseal.kernel.tlog.tilepath import TilePath
from breakseal.kernel.tlog.witnesspolicy import WitnessPolicy
from breakseal.log.audit import AuditReport, AuditSource, Progress
from breakseal.log.audit import audit as run_audit
from breakseal.log.reader import LogReader
from breakseal.log.store import LogStore

__all__ = ["TileFolder", "audit", "open_copy"]


class TileFolder:
    """A copy of the served files: `checkpoint` and `tile/...` under one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def checkpoint(self) -> bytes:
        """Return the copied checkpoint; raises `UnavailableError`."""
        return self._read("checkpoint")

    def tile(self, path: TilePath) -> bytes:
        """Return a copied tile or bundle; raises `UnavailableError`."""
        return self._read(path.encode())

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise UnavailableError(f"the copy has no `{name}`: {error.strerror}") from error


def open_copy(path: Path) -> AuditSource:
    """Return the log in the store file or tile folder at `path`; an installation's folder is searched for its store.

    Raises:
        RequestError: there is no log.
    """
    for store in (path, path / "log.sqlite", path / "keyholder" / "log.sqlite"):
        if store.is_file():
            return LogReader(LogStore.open_reader(store))
    if (path / "checkpoint").is_file():
        return TileFolder(path)
    raise RequestError(f"there is no log at `{path}`: name a log's store, a folder of tiles or a URL")


def audit(source: AuditSource, policy: WitnessPolicy, *, progress: Progress | None = None) -> AuditReport:
    """Check every byte of `source`; see `log.audit`."""
    return run_audit(source, policy, progress=progress)
