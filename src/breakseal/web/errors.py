"""The web tier's own errors: what a page or interface says before anybody else is asked."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError, RequestError


class NotSignedInError(RefusedError):
    """The page or interface needs a session, and there is none of the right kind."""

    reason = "not-signed-in"


class SessionEndedError(NotSignedInError):
    """There was a session, but the keyholder does not know its key any more."""

    reason = "session-ended"


class ForeignOriginError(RefusedError):
    """A browser sent the request from a page that is not ours."""

    reason = "foreign-origin"


class TooLargeError(RequestError):
    """More bytes than this interface takes."""

    reason = "too-large"
