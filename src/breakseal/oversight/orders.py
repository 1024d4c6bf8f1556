"""The court's side of an order: what its clerk writes, and the signature of its key. Values in, values out.

A draft is the order as plain JSON, in any layout, with every member named: nothing is left to a default that the
judge did not see.
"""

from __future__ import annotations

import msgspec

from breakseal.kernel.errors import FormatError, RequestError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.orders import MAX_ORDER, ORDER_TYPE, Order, check_order, read_order
from breakseal.kernel.model.signed import Signer

_ALGORITHMS = {"ed25519": "EdDSA", "p256": "ES256"}


def read_draft(data: bytes) -> Order:
    """Return the order that a draft describes.

    Raises:
        RequestError: not a draft, or its dates do not fit together; the message says what to mend.
    """
    try:
        named = msgspec.json.decode(data, type=dict[str, object], strict=True)
        missing = sorted({field.encode_name for field in msgspec.structs.fields(Order)} - set(named))
        if missing:
            raise RequestError(f"the draft has no `{missing[0]}`: begin with `breakseal order draft`")
        order = msgspec.convert(named, Order, strict=True)
    except msgspec.MsgspecError as error:
        raise RequestError(f"this is not an order: {str(error)[:1].lower()}{str(error)[1:]}") from error
    except ValueError as error:
        raise RequestError("this is not an order: begin with `breakseal order draft`") from error
    check_order(order)
    return order


def draft_text(order: Order) -> bytes:
    """Return the draft of `order`, laid out to be read and changed."""
    return msgspec.json.format(msgspec.json.encode(order), indent=2) + b"\n"


def sign_order(order: Order, signer: Signer) -> bytes:
    """Return the order as a compact JWS of the court's key.

    Raises:
        RequestError: the order names another key than the one that signs, or is too long.
    """
    if order.key != signer.key.id:
        raise RequestError("the order names another key than this one: draft it again with --key")
    header = canonical.encode({"alg": _ALGORITHMS[signer.key.alg], "typ": ORDER_TYPE})
    text = f"{canonical.b64(header)}.{canonical.b64(canonical.encode(order))}".encode()
    data = text + b"." + canonical.b64(signer.sign(text)).encode()
    try:
        read_order(data)
    except FormatError as error:
        raise RequestError(
            f"the order cannot be signed so: {error} (at most {MAX_ORDER} characters)"
        ) from error
    return data
