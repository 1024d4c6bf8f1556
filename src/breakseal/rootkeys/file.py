"""Epoch keys in files: one folder on this machine, kept out of the stores' backups.

Trusted: whoever reads this folder and the register opens every record of the epochs in it. What may
be lost: nothing; a lost epoch key is the end of every record under it. The folder needs a copy of its
own, kept apart from the stores' backups and thrown away with each epoch, or it undoes the erasure.

What `destroy` promises: after it returns, this folder holds no such key, and the folder's new state is
on the disk. What it cannot promise: flash drives, copying file systems, snapshots and virtual disks
keep old blocks beyond any program's reach, so the overwrite is a courtesy there. On such machines use
an encrypted volume whose key can die, or a hardware module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from breakseal.kernel.errors import ConfigError, FormatError, RefusedError, UnavailableError
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead

MAX_ANCHOR = 4096
"""Bytes; an anchor is a counter and a size, not a store."""
_NAME = re.compile(r"epoch-([0-9]{1,12})\.key", re.ASCII)
_ANCHOR = "anchor"


class FileRootBackend:
    """The keyholder's `RootBackend` over one folder (mode 0700), made if absent; for one process at a time."""

    def __init__(self, folder: Path, entropy: Entropy) -> None:
        """Take the folder.

        Raises:
            ConfigError: others may enter it, or it cannot be made.
        """
        self._folder = folder
        self._entropy = entropy
        with _disk("the epoch keys' folder cannot be used"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                raise ConfigError(f"others may enter `{folder}`: run `chmod 700 {folder}`")

    def create(self, epoch: int) -> None:
        """Make the key of `epoch`, durable before this returns; nothing where there is one."""
        path = self._path(epoch)
        with _disk("the epoch keys' folder cannot be read"):
            there = path.exists()
        if not there:
            self._replace(path.name, self._entropy.token(aead.KEY_SIZE))

    def wrap(self, epoch: int, key: bytes, associated: bytes) -> bytes:
        """Return `key` sealed under the key of `epoch`, bound to `associated` (and to the epoch).

        Raises:
            RefusedError: there is no such epoch key.
        """
        return aead.seal(self._key(epoch), key, _bound(epoch, associated), self._entropy)

    def unwrap(self, epoch: int, wrapped: bytes, associated: bytes) -> bytes:
        """Return the key that `wrap` sealed.

        Raises:
            RefusedError: the epoch's key does not exist, or no longer.
            VerificationError: wrapped in another epoch or for another place, or changed.
        """
        return aead.open_sealed(self._key(epoch), wrapped, _bound(epoch, associated))

    def destroy(self, epoch: int) -> None:
        """Overwrite and remove the key of `epoch`; nothing happens where there is none. See above for its limits."""
        path = self._path(epoch)
        with _disk("an epoch key cannot be destroyed"):
            try:
                handle = os.open(path, os.O_WRONLY)
            except FileNotFoundError:
                return
            try:
                os.write(handle, bytes(aead.KEY_SIZE))
                os.fsync(handle)
            finally:
                os.close(handle)
            path.unlink()
            self._sync_folder()

    def epochs(self) -> tuple[int, ...]:
        """Return the epochs that have a key, ascending."""
        with _disk("the epoch keys' folder cannot be read"):
            found = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
            return tuple(sorted(int(match[1]) for match in found if match is not None))

    def anchor(self) -> bytes:
        """Return what `set_anchor` kept; empty before the first."""
        with _disk("the anchor cannot be read"):
            try:
                return (self._folder / _ANCHOR).read_bytes()
            except FileNotFoundError:
                return b""

    def set_anchor(self, value: bytes) -> None:
        """Keep `value` beside the keys, durable before this returns: old or new, never a part.

        Raises:
            FormatError: longer than `MAX_ANCHOR`.
        """
        if len(value) > MAX_ANCHOR:
            raise FormatError(f"an anchor has at most {MAX_ANCHOR} bytes", reason="too-large")
        self._replace(_ANCHOR, value)

    def _path(self, epoch: int) -> Path:
        if epoch < 0:
            raise FormatError("an epoch is a number from 0")
        return self._folder / f"epoch-{epoch}.key"

    def _key(self, epoch: int) -> bytes:
        with _disk("an epoch key cannot be read"):
            try:
                key = self._path(epoch).read_bytes()
            except FileNotFoundError as error:
                raise RefusedError("the epoch's key was destroyed", reason="erased") from error
        if len(key) != aead.KEY_SIZE:
            raise UnavailableError(
                f"the key of epoch {epoch} is damaged: restore it from its copy", reason="epoch-damaged"
            )
        return key

    def _replace(self, name: str, data: bytes) -> None:
        draft = self._folder / f".{name}.new"
        with _disk("the epoch keys' folder cannot be written"):
            draft.unlink(missing_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            draft.rename(self._folder / name)
            self._sync_folder()

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _bound(epoch: int, associated: bytes) -> bytes:
    return aead.context("breakseal/epoch/v1", str(epoch)) + associated


@contextmanager
def _disk(message: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(f"{message}: {error.strerror}", reason="root-keys-unavailable") from error
