"""Open: unwrap just the keys that the entry names, and seal them to the recipient that it names."""

from __future__ import annotations

import msgspec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import ANSWER_DOMAIN, OPENED_INFO, Opened, OpenedKey
from breakseal.kernel.model.attested import attest
from breakseal.kernel.seal import hpke
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.prepare import Prepared
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.protocol import Disclosed

PADDED = 2048
"""Bytes to which the answer is filled, hit or miss."""


def open_(core: Core, prepared: Prepared, recorded: Recorded) -> Disclosed:
    """Return the answer: the only way from a sealed record to its keys.

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
    return Disclosed(
        leaf=prepared.entry.hash,
        sealed=hpke.seal_to_key(prepared.recipient, _finished(core, answer), OPENED_INFO),
        until=prepared.plan.until,
        handle=prepared.handle,
    )


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


def _finished(core: Core, answer: Opened) -> bytes:
    """Return the answer filled up and signed, so that the reader knows who made it, and for which request."""
    missing = max(0, PADDED - len(canonical.encode(answer)))
    filled = msgspec.structs.replace(answer, pad="." * missing)
    return canonical.encode(attest(filled, ANSWER_DOMAIN, core.signer))
