"""Telephone numbers in any form, to E.164 (ITU-T E.164), by `phonenumbers`."""

from __future__ import annotations

import phonenumbers

_SIP = ("sip:", "sips:")
UNUSABLE = "+999000000000"
"""What stands for a number that was withheld or is none. Country code 999 is kept free by the ITU and no phone of it
can be enrolled, so such a call is a miss like any other; boards show it as withheld."""


def to_e164(text: str, region: str) -> str:
    """Return `text` as "+" and digits, or `UNUSABLE`.

    Takes national and international forms, tel: and sip: addresses, any punctuation. A number need only be
    possible: whether it exists is not the callgate's to judge, and one that nobody enrolled is a miss anyway (such as
    the 911 and part of a serial number that phones without service send).
    """
    try:
        number = phonenumbers.parse(_from_sip(text.strip()), region)
    except phonenumbers.NumberParseException:
        return UNUSABLE
    if not phonenumbers.is_possible_number(number):
        return UNUSABLE
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _from_sip(text: str) -> str:
    if not text.lower().startswith(_SIP):
        return text
    return text.partition(":")[2].partition("@")[0].partition(";")[0]


def betrays(call: str, e164: str) -> bool:
    """Say whether the call's id spells the caller's national number, so that the id itself must not travel."""
    digits = "".join(c for c in call if c.isdigit())
    return e164 != UNUSABLE and len(e164) > 9 and e164[-9:] in digits
