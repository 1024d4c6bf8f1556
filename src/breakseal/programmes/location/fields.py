"""What a client may ask a person for, as data: the scopes, the purposes that have words, and the limits.

Precision, lasting and rate are extensions of CAMARA's scopes ("precision:10km", "lasting:once", "rate:4").
A purpose is a term of the W3C Data Privacy Vocabulary (DPV 2.3); one without words that a person can read in a
text message is not offered.
"""

from __future__ import annotations

from breakseal.kernel.model.location import CONSENT_PURPOSES, MOST_RATE, PRECISIONS, LocationPrecision
from breakseal.programmes.location import fences

OPENID = "openid"
READ = "location-retrieval:read"
VERIFY = "location-verification:verify"
STATUS = "consent-info:retrieve"
FENCE = "geofencing-subscriptions:"
FENCE_ENTERED, FENCE_LEFT = f"{FENCE}{fences.ENTERED}:create", f"{FENCE}{fences.LEFT}:create"
FENCE_READ, FENCE_DELETE = f"{FENCE}read", f"{FENCE}delete"
FENCING = (FENCE_ENTERED, FENCE_LEFT, FENCE_READ, FENCE_DELETE)
"""A consent that lasts opens these: each check of an area is a look, no more often than was agreed."""
SCOPES = (READ, VERIFY, *FENCING, STATUS)
"""What a client may ask for beside `openid` and a purpose."""

PURPOSE_PREFIX = "dpv:"
PURPOSES = CONSENT_PURPOSES
"""What a person can be asked to agree to; the courier has the words of each in both languages."""

BY_MESSAGE: tuple[LocationPrecision, ...] = ("yes-or-no", "region", "10km", "1km")
"""What a text message may agree to; "exact" is for the person's own key at the door."""

BY_KEY: tuple[LocationPrecision, ...] = PRECISIONS
"""What the person's own key may agree to."""
DAYS, MOST_DAYS = 30, 365
"""For how long the person's own key agrees: where the client names nothing, and at most."""

MOST_LOOKS_AN_HOUR = MOST_RATE
LOOKS_AN_HOUR = 4

LARGEST_AREA = 20_100_000
"""Metres: half of the Earth's girth; a wider circle is the same circle."""

CLOCKS = 5
"""Seconds by which a source's clock may be behind ours before what it says counts as older than it is."""


def scopes_for(precision: str, *, once: bool) -> tuple[str, ...]:
    """Return what a consent of `precision` opens: yes or no, or the place too; areas unless it is to one answer."""
    looks = (VERIFY,) if precision == "yes-or-no" else (READ, VERIFY)
    return looks if once else (*looks, *FENCING)
