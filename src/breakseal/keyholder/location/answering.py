"""Which answer belongs to which message about location, and what a refused client leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.location import asks, handing, looking, tokens, watching
from breakseal.keyholder.location.attested import attest
from breakseal.keyholder.location.messages import (
    AskConsent,
    AskStands,
    AskStatus,
    AskToken,
    AskWatches,
    Attest,
    DropToken,
    Locate,
    LocationQuestion,
    OpenFix,
    TakeToken,
    Watch,
)
from breakseal.keyholder.location.proofs import client_of, prover_of
from breakseal.keyholder.message import Message
from breakseal.keyholder.protocol import Done
from breakseal.keyholder.refusals import RECORDED_AN_HOUR
from breakseal.keyholder.trails import Happening, NewEntry

Finish = Callable[[dict[bytes, Recorded]], Message]
_AT_ONCE: dict[type[Message], Callable[[Core, Any, int], Message | None]] = {
    AskConsent: asks.ask, TakeToken: tokens.take, AskToken: tokens.state, AskStatus: tokens.status,
    DropToken: tokens.drop, Watch: watching.begin, AskWatches: watching.of_client,
}  # fmt: skip
"""What is answered without an entry of its own."""


def begin(core: Core, question: LocationQuestion, now: int) -> tuple[tuple[NewEntry, ...], Finish]:
    """Do what a message about location asks for; its entries must be logged before the answer may be made."""
    if isinstance(question, Locate):
        look = looking.prepare(core, question, now)
        return (look.entry,), lambda logged: looking.release(core, look, logged[look.entry.hash])
    if isinstance(question, OpenFix):
        handed = handing.hand(core, question, now)
        return (), lambda _logged: handed
    if isinstance(question, AskStands):
        # After all of the batch: what ends in it stands no more.
        return (), lambda _logged: _stands(core, question, now)
    if isinstance(question, Attest):
        return attest(core, question.statement, now), lambda _logged: Done()
    answered = _AT_ONCE[type(question)](core, question, now) or Done()
    return (), lambda _logged: answered


def _stands(core: Core, question: AskStands, now: int) -> Message:
    if not watching.stands(core, question.permit, now):
        raise RefusedError("what this permit allowed stands no more", reason="no-watch")
    return Done()


def note_refusal(core: Core, question: AskConsent | Locate | Watch, reason: str, now: int) -> NewEntry | None:
    """Write the entry of a refused client, if it has entries left this hour; nothing of whom it asked about."""
    try:
        if isinstance(question, AskConsent):
            client = client_of(core, question.assertion, now)
        else:
            client = prover_of(core, question, now)
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
