"""What is wrong with a phone that reports."""

from __future__ import annotations

from breakseal.web.errors import NotSignedInError


class UnknownDeviceError(NotSignedInError):
    """No key, a wrong one, or that of a device that was ended; one answer for all."""

    reason = "unknown-device"
