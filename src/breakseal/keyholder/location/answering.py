"""Which answer belongs to which message about location, and what a refused client leaves behind."""

from __future__ import annotations

from collections.abc import Callable

from breakseal.kernel.errors import BreaksealError
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.location import asks, handing, looking, tokens
from breakseal.keyholder.location.attested import attest
from breakseal.keyholder.location.messages import (
    AskConsent,
    AskStatus,
    AskToken,
    Attest,
    DropToken,
    Locate,
    LocationQuestion,
    OpenFix,
    TakeToken,
)
from breakseal.keyholder.location.proofs import client_of, prover_of
from breakseal.keyholder.message import Message
from breakseal.keyholder.protocol import Done
from breakseal.keyholder.refusals import RECORDED_AN_HOUR
from breakseal.keyholder.trails import Happening, NewEntry

Finish = Callable[[dict[bytes, Recorded]], Message]


def begin(core: Core, question: LocationQuestion, now: int) -> tuple[tuple[NewEntry, ...], Finish]:
    """Do what a message about location asks for; its entries must be logged before the answer may be made."""
    if isinstance(question, Locate):
        look = looking.prepare(core, question, now)
        return (look.entry,), lambda logged: looking.release(core, look, logged[look.entry.hash])
    if isinstance(question, OpenFix):
        handed = handing.hand(core, question, now)
        return (), lambda _logged: handed
    entries, answer = _at_once(core, question, now)
    return entries, lambda _logged: answer


def _at_once(
    core: Core, question: AskConsent | TakeToken | AskToken | AskStatus | DropToken | Attest, now: int
) -> tuple[tuple[NewEntry, ...], Message]:
    if isinstance(question, AskConsent):
        return (), asks.ask(core, question, now)
    if isinstance(question, TakeToken):
        return (), tokens.take(core, question, now)
    if isinstance(question, AskToken):
        return (), tokens.state(core, question, now)
    if isinstance(question, AskStatus):
        return (), tokens.status(core, question, now)
    if isinstance(question, Attest):
        return attest(core, question.statement, now), Done()
    tokens.drop(core, question, now)
    return (), Done()


def note_refusal(core: Core, question: AskConsent | Locate, reason: str, now: int) -> NewEntry | None:
    """Write the entry of a refused client, if it has entries left this hour; nothing of whom it asked about."""
    try:
        if isinstance(question, Locate):
            client = prover_of(core, question, now)
        else:
            client = client_of(core, question.assertion, now)
    except BreaksealError:
        return None
    spent = core.budgets.spend(client.key.id, "refusals", now)
    if spent > RECORDED_AN_HOUR:
        return None
    what = Happening(
        type="refuse", party=core.party(client), result=f"refused:{reason}", purpose="location-consented",
        target="refusal", marks=("only-counted-from-here",) if spent == RECORDED_AN_HOUR else (),
    )  # fmt: skip
    return core.trails.append(core.trails.of("organisation", client.org), what, now)
