"""What the keyholder and the courier say, in the words of OAuth and CAMARA; what is in no table reads as refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from breakseal.kernel.errors import BreaksealError, UnavailableError, VerificationError
from breakseal.web.location.errors import CamaraError, OauthError, denied, unauthenticated

_OAUTH = {
    "invalid-client": ("invalid_client", "the client's assertion does not hold here and now", 401),
    "authorization-pending": ("authorization_pending", "the person has not answered yet", 400),
    "access-denied": ("access_denied", "the person was not asked, or said no", 400),
    "expired-token": ("expired_token", "nobody answered in time", 400),
    "wrong-verifier": ("invalid_grant", "this is not the secret of that visit", 400),
    "forbidden": ("unauthorized_client", "this client may ask nobody", 400),
    "not-permitted": ("unauthorized_client", "this client may ask nobody", 400),
    "policy-unreleased": ("unauthorized_client", "no client may ask anybody here yet", 400),
    "too-many": ("slow_down", "too many requests: wait", 429),
    "purpose": ("invalid_scope", "the purpose is not offered", 400),
    "precision": ("invalid_scope", "the precision cannot be agreed to by text message", 400),
    "rate": ("invalid_scope", "looks so often cannot be agreed to", 400),
}
_CAMARA = {
    "no-token": (401, "UNAUTHENTICATED", ""),
    "too-many": (429, "TOO_MANY_REQUESTS", "too many requests: wait"),
    "too-many-watches": (429, "QUOTA_EXCEEDED", "too many subscriptions: end one, or wait"),
    "no-watch": (404, "NOT_FOUND", "there is nothing at this address"),
}


@contextmanager
def as_oauth(*, asking: bool = False) -> Iterator[None]:
    """Turn the neighbours' refusals into OAuth's; `asking` a person, a refusal is CIBA's `access_denied`.

    Raises:
        OauthError: so it is.
        UnavailableError: a neighbour does not answer.
    """
    try:
        yield
    except UnavailableError:
        raise
    except BreaksealError as error:
        if error.reason in _OAUTH:
            raise OauthError(*_OAUTH[error.reason]) from error
        if asking:
            raise OauthError("access_denied", "this person is not asked now", 403) from error
        if isinstance(error, VerificationError):
            raise OauthError(*_OAUTH["invalid-client"]) from error
        raise OauthError("invalid_grant", "this is refused") from error


@contextmanager
def as_camara() -> Iterator[None]:
    """Turn the keyholder's refusal of a look into CAMARA's.

    Raises:
        CamaraError: so it is.
        UnavailableError: the keyholder does not answer.
    """
    try:
        yield
    except UnavailableError:
        raise
    except BreaksealError as error:
        status, code, message = _CAMARA.get(error.reason, (403, "", ""))
        if status == 401:
            raise unauthenticated() from error
        raise (CamaraError(status, code, message) if code else denied()) from error
