"""Open: unwrap just the keys that the entry names, and seal them to the recipient that it names."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import ANSWER_DOMAIN, OPENED_INFO, Opened, OpenedKey
from breakseal.kernel.model.attested import attest
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.seal import hpke
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.prepare import Prepared
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.protocol import Disclosed

PADDED = 2048
"""Bytes to which the answer is filled, hit or miss."""


@dataclass(frozen=True, slots=True, repr=False)
class Released:
    """Opened keys on their way to the one who asked: nothing is left to decide, and any thread may seal them."""

    answer: Opened
    prepared: Prepared
    signer: Signer

    def seal(self) -> Disclosed:
        """Return the answer, signed, filled up and sealed to the recipient that the entry names."""
        missing = max(0, PADDED - len(canonical.encode(self.answer)))
        filled = msgspec.structs.replace(self.answer, pad="." * missing)
        signed = canonical.encode(attest(filled, ANSWER_DOMAIN, self.signer))
        return Disclosed(
            leaf=self.prepared.entry.hash,
            sealed=hpke.seal_to_key(self.prepared.recipient, signed, OPENED_INFO),
            until=self.prepared.plan.until,
            handle=self.prepared.handle,
        )


def open_(core: Core, prepared: Prepared, recorded: Recorded) -> Released:
    """Return the answer, yet to be sealed: the only way from a sealed record to its keys.

    Raises:
        VerificationError: `recorded` proves another entry.
        RefusedError: the subject erased the record in the meantime.
    """
    if recorded.entry.hash != prepared.entry.hash:
        raise VerificationError("the proof is of another entry")
    keys = _keys(core, prepared) if prepared.handle else ()
    answer = Opened(
        leaf=canonical.b64(prepared.entry.hash),
        subject=prepared.handle,
        caller=prepared.caller,
        keys=keys,
        until=prepared.plan.until,
        precision=prepared.plan.precision,
        marks=prepared.plan.marks,
        request=prepared.request,
    )
    return Released(answer, prepared, core.signer)


def _keys(core: Core, prepared: Prepared) -> tuple[OpenedKey, ...]:
    share = core.roots.root.keyholders[0].share
    return tuple(
        OpenedKey(
            share=share,
            category=record.category,
            version=record.version,
            sha256=record.sha256,
            key=canonical.b64(core.subjects.data_key(prepared.handle, record)),
        )
        for record in core.subjects.records(prepared.handle)
        if record.category in prepared.plan.categories
    )
