"""The root statements of an installation as files: the first, which is pinned, and beside it each that followed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breakseal.config import Config
from breakseal.kernel.errors import BreaksealError, ConfigError
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.signed import Signed
from breakseal.oversight import founding, succession


@dataclass(frozen=True, slots=True)
class Current:
    """The newest root statement that was taken here, as its file says."""

    path: Path
    root: Root
    signed: Signed


def current(config: Config) -> Current:
    """Return the root in force: the pinned one, or the last of those that follow it without a gap.

    Raises:
        ConfigError: there is no root statement, or one cannot be read.
        FormatError, VerificationError: a file is no root statement, or is not signed as it must be.
    """
    data = _read(config.root_file)
    found = Current(config.root_file, founding.read_root(data), founding.read_draft(data)[1])
    while (path := _path(config, found.root.version + 1)).exists():
        root, signed = succession.read_next(_read(path), found.root)
        found = Current(path, root, signed)
    return found


def keep(config: Config, envelope: bytes) -> str:
    """Keep a root statement that the keyholder has taken beside the one before; return why not, if not."""
    try:
        last = current(config).root
        root, _ = succession.read_next(envelope, last)
        _path(config, root.version).write_bytes(envelope)
    except (BreaksealError, OSError) as error:
        return f"the root was taken but not kept in `{config.folder('public')}`: {error}"
    return ""


def _path(config: Config, version: int) -> Path:
    return config.root_file.with_name(f"root-{version}.json")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the root statement `{path}`: {error.strerror}") from error
