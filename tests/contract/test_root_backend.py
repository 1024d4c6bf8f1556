"""Every root backend keeps the keyholder's `RootBackend` contract; a new one joins by a line in `BACKENDS`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import (
    ConfigError,
    FormatError,
    RefusedError,
    UnavailableError,
    VerificationError,
)
from breakseal.keyholder.vault import RootBackend
from breakseal.rootkeys.file import FileRootBackend

Open = Callable[[Path], RootBackend]
BACKENDS: dict[str, Open] = {"file": lambda place: FileRootBackend(place / "epochs", SystemEntropy())}
KEY = bytes(range(32))


@pytest.fixture(params=BACKENDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], RootBackend]:
    """Opens the same backend anew, as after a restart."""
    return lambda: BACKENDS[request.param](tmp_path)


@pytest.fixture
def backend(reopen: Callable[[], RootBackend]) -> RootBackend:
    return reopen()


def test_a_new_backend_is_empty(backend: RootBackend) -> None:
    assert backend.epochs() == ()
    assert backend.anchor() == b""


def test_what_is_wrapped_unwraps_also_after_a_restart(reopen: Callable[[], RootBackend]) -> None:
    first = reopen()
    first.create(20_000)
    wrapped = first.wrap(20_000, KEY, b"subject-a")
    assert KEY not in wrapped
    assert reopen().unwrap(20_000, wrapped, b"subject-a") == KEY


def test_two_wraps_of_one_key_differ(backend: RootBackend) -> None:
    backend.create(1)
    assert backend.wrap(1, KEY, b"a") != backend.wrap(1, KEY, b"a")


def test_making_an_epoch_again_keeps_its_key(backend: RootBackend) -> None:
    backend.create(1)
    wrapped = backend.wrap(1, KEY, b"a")
    backend.create(1)
    assert backend.unwrap(1, wrapped, b"a") == KEY


@pytest.mark.parametrize("place", [b"subject-b", b"", b"subject-aa"])
def test_a_wrapped_key_opens_in_no_other_place(backend: RootBackend, place: bytes) -> None:
    backend.create(1)
    with pytest.raises(VerificationError):
        backend.unwrap(1, backend.wrap(1, KEY, b"subject-a"), place)


def test_a_wrapped_key_opens_in_no_other_epoch(backend: RootBackend) -> None:
    backend.create(1)
    backend.create(2)
    with pytest.raises(VerificationError):
        backend.unwrap(2, backend.wrap(1, KEY, b"a"), b"a")


def test_every_flipped_byte_is_noticed(backend: RootBackend) -> None:
    backend.create(1)
    wrapped = backend.wrap(1, KEY, b"a")
    for at in range(len(wrapped)):
        changed = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
        with pytest.raises(VerificationError):
            backend.unwrap(1, changed, b"a")


def test_a_destroyed_epoch_opens_nothing_ever_again(reopen: Callable[[], RootBackend]) -> None:
    backend = reopen()
    for epoch in (3, 1, 2):
        backend.create(epoch)
    wrapped = backend.wrap(2, KEY, b"a")
    backend.destroy(2)
    for again in (backend, reopen()):
        assert again.epochs() == (1, 3)
        with pytest.raises(RefusedError) as refused:
            again.unwrap(2, wrapped, b"a")
        assert refused.value.reason == "erased"
    backend.create(2)
    with pytest.raises(VerificationError):
        backend.unwrap(2, wrapped, b"a")


def test_destroying_what_is_not_there_is_harmless(backend: RootBackend) -> None:
    backend.destroy(7)
    assert backend.epochs() == ()


def test_no_wrap_without_an_epoch_key(backend: RootBackend) -> None:
    with pytest.raises(RefusedError):
        backend.wrap(9, KEY, b"a")


def test_the_anchor_is_kept_and_replaced(reopen: Callable[[], RootBackend]) -> None:
    reopen().set_anchor(b"generation 1")
    reopen().set_anchor(b"2")
    assert reopen().anchor() == b"2"


class TestFile:
    """What only the folder of files promises."""

    @staticmethod
    def open(tmp_path: Path) -> FileRootBackend:
        return FileRootBackend(tmp_path / "epochs", SystemEntropy())

    def test_nobody_else_can_read_it(self, tmp_path: Path) -> None:
        backend = self.open(tmp_path)
        backend.create(1)
        backend.set_anchor(b"x")
        assert (tmp_path / "epochs").stat().st_mode & 0o077 == 0
        assert {one.stat().st_mode & 0o777 for one in (tmp_path / "epochs").iterdir()} == {0o600}

    def test_a_folder_open_to_others_is_refused(self, tmp_path: Path) -> None:
        self.open(tmp_path)
        (tmp_path / "epochs").chmod(0o750)
        with pytest.raises(ConfigError, match="chmod 700"):
            self.open(tmp_path)

    def test_destroying_overwrites_the_key_first(self, tmp_path: Path) -> None:
        backend = self.open(tmp_path)
        backend.create(1)
        kept = tmp_path / "kept"
        kept.hardlink_to(tmp_path / "epochs" / "epoch-1.key")
        assert kept.read_bytes() != bytes(32)
        backend.destroy(1)
        assert kept.read_bytes() == bytes(32)

    def test_a_damaged_key_is_unavailable_not_erased(self, tmp_path: Path) -> None:
        backend = self.open(tmp_path)
        backend.create(1)
        wrapped = backend.wrap(1, KEY, b"a")
        (tmp_path / "epochs" / "epoch-1.key").write_bytes(b"short")
        with pytest.raises(UnavailableError):
            backend.unwrap(1, wrapped, b"a")

    def test_a_vanished_folder_is_unavailable_for_writing(self, tmp_path: Path) -> None:
        backend = self.open(tmp_path)
        (tmp_path / "epochs").rmdir()
        with pytest.raises(UnavailableError):
            backend.set_anchor(b"x")

    def test_an_anchor_is_small(self, tmp_path: Path) -> None:
        with pytest.raises(FormatError):
            self.open(tmp_path).set_anchor(bytes(5000))

    def test_other_files_are_no_epochs(self, tmp_path: Path) -> None:
        backend = self.open(tmp_path)
        backend.create(1)
        (tmp_path / "epochs" / "epoch-x.key").write_bytes(b"")
        (tmp_path / "epochs" / ".epoch-2.key.new").write_bytes(b"")
        assert backend.epochs() == (1,)
