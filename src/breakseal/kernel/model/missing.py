"""A missing person who agreed to it beforehand: what two officers sign who look for them, and that they are found.

The agreement itself is `AgreeIfMissing` (`location.py`), by the person's own key at the door. There is no member for a
place, so nobody can ask who was near one.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.exigent import Digits, Reason
from breakseal.kernel.seal.aead import context

LIFE = 72 * 3600
"""Seconds after which a case is over, unless two officers renewed it; counted from when the second signed."""


def missing_info(bound: str) -> bytes:
    """Return the HPKE info of an officer's number, sealed to the keyholder; `bound` is as for `exigent_info`."""
    return context("breakseal/missing/v1", bound)


class MissingCase(SignedStatement, frozen=True, tag="missing-case"):
    """An investigator says that whoever carries one phone is missing. Alone it is not handed in.

    `case` is the agency's own name of the case; the same again renews it. `number` is E.164, sealed to the keyholder
    (`missing_info`); `digits` are its last four, which the door can show. The person reads `reason`.
    """

    case: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,39}\Z")]
    number: str
    digits: Digits
    reason: Reason


class SecondMissingCase(SignedStatement, frozen=True, tag="second-missing-case"):
    """Another officer of the same agency confirms it: `request` is the first's whole envelope of `MissingCase`.

    INVARIANT: `number`, sealed anew (`missing_info` of the request's digest), is what this officer entered, and must be
    the first's.
    """

    request: str
    number: str
    reason: Reason


class MissingFound(SignedStatement, frozen=True, tag="missing-found"):
    """One of the two officers ends the case whose `MissingCase` has SHA-256 `case`, at once."""

    case: str
