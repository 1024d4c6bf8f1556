"""What the door's pages need to know of the keyholder, kept for a few seconds."""

from __future__ import annotations

from typing import Protocol, TypeVar

import msgspec

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.ports import Clock
from breakseal.keyholder import protocol

A = TypeVar("A", bound=protocol.Message)


class Keyholder(Protocol):
    """Whoever answers the keyholder's questions: the engine in this process, or a client on its socket."""

    async def ask(self, question: protocol.Message, answer: type[A]) -> A:
        """Return the answer of type `answer`, or raise an error of ours."""
        ...


class DoorFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """The facts as `/api/facts` gives them; `root`, `ingest` and `courier` are signed envelopes, base64url."""

    origin: str
    rp_id: str
    web_origin: str
    demo: bool
    root: str
    ingest: str
    courier: str
    keyholder_key: PublicKey
    log_vkey: str
    log_origin: str
    policy: str
    state: str
    set: str
    organisations: tuple[protocol.OrganisationFact, ...]

    def party(self) -> RelyingParty:
        """Return the name under which passkeys belong to this door."""
        return RelyingParty(id=self.rp_id, origin=self.origin)


class FactsCache:
    """Asks the keyholder for its facts at most once in `seconds`."""

    def __init__(self, keyholder: Keyholder, clock: Clock, seconds: int = 5) -> None:
        self._keyholder = keyholder
        self._clock = clock
        self._seconds = seconds
        self._kept: tuple[int, DoorFacts] | None = None

    async def get(self) -> DoorFacts:
        """Return the facts.

        Raises:
            UnavailableError: the keyholder does not answer, or has no root yet.
        """
        now = self._clock.now()
        if self._kept is not None and 0 <= now - self._kept[0] < self._seconds:
            return self._kept[1]
        facts = read_facts(await self._keyholder.ask(protocol.AskFacts(), protocol.Facts))
        self._kept = (now, facts)
        return facts


def read_facts(facts: protocol.Facts) -> DoorFacts:
    """Return what the pages need of the keyholder's `facts`.

    Raises:
        UnavailableError: they hold no root statement that names the keyholder.
    """
    root = signed.read(facts.root)[1]
    if not isinstance(root, Root):
        raise UnavailableError("the keyholder has no root statement yet", reason="keyholder-unavailable")
    own = next((each.sign for each in root.keyholders if facts.keyholder in (each.id, each.sign.id)), None)
    if own is None:
        raise UnavailableError("the root does not name this keyholder", reason="keyholder-unavailable")
    return DoorFacts(
        origin=root.door.origin,
        rp_id=root.door.rp_id,
        web_origin=root.door.web_origin,
        demo=root.demo,
        root=b64(facts.root),
        ingest=b64(facts.ingest),
        courier=b64(facts.courier),
        keyholder_key=own,
        log_vkey=facts.log_vkey,
        log_origin=root.origin,
        policy=facts.policy,
        state=facts.state,
        set=root.set,
        organisations=facts.organisations,
    )
