"""The receipt: proof, checkable offline, that exactly this was recorded."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Body
from breakseal.kernel.model.leaf import Leaf, check_commitment, read_leaf

MAX_RECEIPT = 256 * 1024


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A leaf, its C2SP tlog-proof as text, and the opened commitment (`leaf`, `body`, `salt` base64url)."""

    v: Literal[1] = 1
    type: Literal["receipt"] = "receipt"
    leaf: str
    proof: str
    body: str
    salt: str


def read_receipt(data: bytes) -> tuple[Receipt, Leaf, Body]:
    """Parse a receipt and open its commitment; the log proof is checked by `tlog.proof.verify`.

    Raises:
        FormatError: not a canonical receipt.
        VerificationError: the leaf commits to another body.
    """
    receipt = canonical.decode(data, Receipt, limit=MAX_RECEIPT)
    leaf = read_leaf(canonical.unb64(receipt.leaf))
    body = canonical.unb64(receipt.body)
    check_commitment(leaf, canonical.unb64(receipt.salt), body)
    return receipt, leaf, canonical.decode(body, Body)
