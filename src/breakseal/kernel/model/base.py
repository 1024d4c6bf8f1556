"""What every signed statement has."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import Number

SKEW = 60
"""Seconds by which the clocks of a signer and the keyholder may differ."""


class SignedStatement(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"
):
    """Version, validity (Unix seconds) and a nonce of 16 bytes that makes the statement single-use."""

    v: Literal[1] = 1
    issued: Number
    expires: Number
    nonce: str
