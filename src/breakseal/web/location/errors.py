"""What these interfaces say before the keyholder is asked; `faults` turns each into its standard's own form."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError, RequestError


class OauthError(RequestError):
    """A failure with a name of RFC 6749, CIBA or RFC 9449, such as `invalid_request`; `status` is HTTP's."""

    reason = "oauth"

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class CamaraError(RefusedError):
    """A failure as CAMARA names them: HTTP status, code, message. `dpop` is the error of the challenge (RFC 9449)."""

    reason = "camara"

    def __init__(self, status: int, code: str, message: str, *, dpop: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.dpop = dpop


def argument(message: str) -> CamaraError:
    """Return the failure of a request that is not well formed."""
    return CamaraError(400, "INVALID_ARGUMENT", message)


def unauthenticated(error: str = "invalid_token") -> CamaraError:
    """Return the one failure of whoever has no live token with a proof of its key; `error` is RFC 9449's word."""
    message = "no live access token with a proof of its key: get a new one"
    return CamaraError(401, "UNAUTHENTICATED", message, dpop=error)


def denied() -> CamaraError:
    """Return the failure of a client that may not do this."""
    return CamaraError(403, "PERMISSION_DENIED", "this token does not open this")
