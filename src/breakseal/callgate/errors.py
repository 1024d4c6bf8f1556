"""What can go wrong at the callgate, by whose fault it is."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError, UnavailableError


class IntakeError(FormatError):
    """The phone system sent something that is no call event of ours."""

    reason = "bad-event"


class NotOursError(RefusedError):
    """The sender did not show the intake's token."""

    reason = "not-authorised"


class CallEndedError(RefusedError):
    """The call ended earlier; a new call needs a new id."""

    reason = "call-ended"


class NoIngestKeyError(UnavailableError):
    """There is no verified ingest key to seal callers to; send the event again in a moment."""

    reason = "no-ingest-key"
