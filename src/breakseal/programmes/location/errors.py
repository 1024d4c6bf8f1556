"""What is wrong with what a client asks, before anybody is asked."""

from __future__ import annotations

from breakseal.kernel.errors import RequestError


class ScopeError(RequestError):
    """A scope that is not offered, not understood, or contradicts another."""

    reason = "invalid-scope"


class HintError(RequestError):
    """Nobody can be named by this hint, whatever number stands in it."""

    reason = "unknown-hint"


class AreaError(RequestError):
    """The area is too small to be asked about."""

    reason = "invalid-area"


class ReportError(RequestError):
    """Not what one of the phone apps sends."""

    reason = "bad-report"


class EncryptedReportError(ReportError):
    """The app encrypts what it sends with a key that it shares with nobody here."""

    reason = "encrypted-report"


class SinkError(RequestError):
    """Nothing can be sent to such an address."""

    reason = "invalid-sink"


class MomentError(RequestError):
    """Not a time, or not one that can be meant."""

    reason = "invalid-moment"
