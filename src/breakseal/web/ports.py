"""What the web tier needs of its neighbours, as protocols beside their consumer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from breakseal.web.ingest.ports import DeviceStore

A = TypeVar("A")

PartyKind = Literal["subject", "officer", "sponsor", "overseer"]


@dataclass(frozen=True, slots=True)
class Session:
    """Who is behind a cookie, as the keyholder said at hello; opens nothing by itself.

    `until` is Unix seconds. `handle` is the subject's record or the officer's id.
    """

    kind: str
    handle: str
    key: str
    until: int
    org: str = ""
    role: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One sealed version of one category. `pending` until the keyholder took its wrap."""

    category: str
    version: int
    pending: bool
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class RecordLine:
    """What the list of a person's own records says of one category; `updated` is Unix seconds."""

    category: str
    version: int
    updated: int


class Asks(Protocol):
    """A neighbour that answers typed questions: the keyholder, or the courier."""

    async def ask(self, question: Any, answer: type[A]) -> A:  # noqa: ANN401 # each neighbour has its own message base
        """Return the answer of type `answer`, or raise the error of its family."""
        ...


class MainStore(Protocol):
    """Sealed records, sessions and reporting devices. All that it holds is useless without the keyholder."""

    devices: DeviceStore
    """Devices that report where they are, and their sealed fixes."""

    async def add_session(self, token_hash: bytes, session: Session) -> None:
        """Keep a session under the SHA-256 of its cookie."""
        ...

    async def session(self, token_hash: bytes, now: int) -> Session | None:
        """Return the session of a cookie, if it is not over at `now`."""
        ...

    async def end_session(self, token_hash: bytes) -> None:
        """Forget the session of a cookie."""
        ...

    async def stage(self, handle: str, category: str, version: int, ciphertext: bytes, now: int) -> bool:
        """Store a version durably as pending; it replaces none yet. Return whether it was not there before.

        Raises:
            RequestError: other bytes are already stored as this version (`version-taken`).
        """
        ...

    async def promote(self, handle: str, category: str, version: int) -> None:
        """Make a version the current one and drop the others, in one step."""
        ...

    async def unstage(self, handle: str, category: str, version: int) -> None:
        """Drop a pending version that the keyholder refused."""
        ...

    async def records(self, handle: str, categories: tuple[str, ...]) -> list[SealedRecord]:
        """Return the current and pending versions of these categories; the hot read."""
        ...

    async def record_lines(self, handle: str) -> list[RecordLine]:
        """Return the current versions of all categories, without the ciphertexts."""
        ...

    async def forget(self, handle: str, categories: tuple[str, ...]) -> None:
        """Drop the ciphertexts of categories (all, if empty) whose keys were erased."""
        ...

    async def sweep(self, now: int) -> int:
        """Drop sessions that are over and fixes past their day; return how many."""
        ...

    async def close(self) -> None:
        """Close the store."""
        ...
