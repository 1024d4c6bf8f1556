"""What the board's interfaces refuse by themselves."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError, UnavailableError


class NoBoardError(UnavailableError):
    """This installation has no call board."""

    reason = "no-board"


class NotACallEventError(FormatError):
    """Another statement than a call event."""

    reason = "not-a-call-event"


class WrongRoleError(RefusedError):
    """The session is of a role that this is not for."""

    reason = "wrong-role"
