"""Telephone numbers in their one form, E.164, and which of them a code may go to."""

from __future__ import annotations

import phonenumbers

from breakseal.courier.private import Private
from breakseal.kernel.errors import RequestError

MAX_LENGTH = 40
_COSTLY = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.UAN,
    }
)


def normalise_sender(text: str, regions: tuple[str, ...]) -> Private:
    """Return the number that a gateway says a text came from: some write E.164 without its plus.

    Raises:
        RequestError: as `normalise`.
    """
    try:
        return normalise(text, regions)
    except RequestError:
        if not (text.isascii() and text.isdecimal()):
            raise
        return normalise(f"+{text}", regions)


def normalise(text: str, regions: tuple[str, ...]) -> Private:
    """Return `text` as E.164 (ITU-T), read as a number of the first region where it has no country code.

    Raises:
        RequestError: no valid number, or one to which no code goes. The message does not repeat it.
    """
    if len(text) > MAX_LENGTH:
        raise RequestError("this is no telephone number", reason="number-invalid")
    try:
        number = phonenumbers.parse(text, regions[0])
    except phonenumbers.NumberParseException:
        raise RequestError("this is no telephone number", reason="number-invalid") from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise RequestError("this is no telephone number", reason="number-invalid")
    kind = phonenumbers.number_type(number)
    if phonenumbers.region_code_for_number(number) not in regions or kind in _COSTLY:
        raise RequestError("no code is sent to numbers of this kind or country", reason="number-not-served")
    return Private(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
