"""Every error that Breakseal raises, in families by whose fault it is.

A caller can mend a `RequestError`; a `RefusedError` is the policy's or the law's answer; a
`VerificationError` means that somebody sent something false; an `UnavailableError` passes with
time. Anything else that escapes is a bug. Each carries a machine `reason` (kebab-case, never
personal) that surfaces map to problem documents (RFC 9457).
"""

from __future__ import annotations


class BreaksealError(Exception):
    """The root of every error raised on purpose."""

    reason = "internal"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        if reason is not None:
            self.reason = reason


class RequestError(BreaksealError):
    """The caller sent something that the caller can mend."""

    reason = "bad-request"


class FormatError(RequestError):
    """Bytes that are not one of our formats, or not in their one canonical encoding."""

    reason = "bad-format"


class VerificationError(BreaksealError):
    """A signature, proof, commitment or binding that does not hold."""

    reason = "not-verified"


class RefusedError(BreaksealError):
    """The request was understood and is refused; `reason` says why, for machines."""

    reason = "refused"


class UnavailableError(BreaksealError):
    """A part that is needed does not answer now; trying again later may help."""

    reason = "unavailable"


class ConfigError(BreaksealError):
    """A setting, file or permission with which Breakseal refuses to start."""

    reason = "bad-config"
