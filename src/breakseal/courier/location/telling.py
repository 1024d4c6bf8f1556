"""Tells a phone what was agreed to for it by somebody's own key, and every month who may look."""

from __future__ import annotations

import hashlib

from breakseal.courier.delivery import KEPT_ADDRESS, open_number, text_place
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location.stops import Stops
from breakseal.courier.location.words import Words
from breakseal.courier.outbox.store import Waiting
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import agreed_info
from breakseal.kernel.model.permit import Permit
from breakseal.kernel.model.statements import Address
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead, hpke


class Telling:
    """Makes the message of a permit of kind "agreed"; the outbox handles it as a notice."""

    def __init__(
        self, *, words: Words, stops: Stops, keys: CourierKeys, regions: tuple[str, ...], entropy: Entropy
    ) -> None:
        self._words = words
        self._stops = stops
        self._keys = keys
        self._regions = regions
        self._entropy = entropy

    def message(self, permit: Permit, now: int) -> Waiting:
        """Return the message, ready for the outbox.

        Raises:
            VerificationError: the number was sealed for another permit, or there are no words for the terms.
            RequestError: no number to which a text goes.
            RefusedError: its phone said STOP ("stopped"), or the names are too long ("terms-too-long").
        """
        number = open_number(self._keys, canonical.unb64(permit.to), self._regions, agreed_info(permit.id))
        who = self._keys.number_mac(number)
        if self._stops.holds(who, now):
            raise RefusedError("this phone said STOP", reason="stopped")
        text = self._words.agreed(permit).reveal().encode()
        address = canonical.encode(Address(kind="sms", to=number.reveal()))
        return Waiting(
            permit=permit.id,
            kind="notice",
            channel="",
            recipient=hpke.seal_to(self._keys.point(), address, KEPT_ADDRESS),
            about=about_phone(who),
            words="agreed",
            language=permit.language,
            code=aead.seal(self._keys.outbox_key(), text, text_place(permit.id), self._entropy),
            taken=now,
            expires=permit.expires,
        )


def about_phone(who: bytes) -> bytes:
    """Return what such a message carries of its phone, so that a STOP finds it: a hash of the number's HMAC."""
    return hashlib.sha256(b"breakseal/courier/agreed/v1\n" + who).digest()
