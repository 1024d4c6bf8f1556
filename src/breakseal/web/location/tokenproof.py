"""A DPoP proof at the token endpoint (RFC 9449 section 5): it may come, and then it must be by the client's own key.

Every token of a person is bound to the enrolled key already; so this check only tells a client early that it would
prove with another key. The proof of each look is the keyholder's to check.
"""

from __future__ import annotations

import json
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey
from litestar import Request

from breakseal.kernel.model.canonical import b64, digest
from breakseal.kernel.model.keys import spki_of
from breakseal.web.location.bodies import one_header
from breakseal.web.location.challenge import ALGORITHMS
from breakseal.web.location.credentials import MAX_JWT
from breakseal.web.location.errors import OauthError

SKEW = 60
"""Seconds by which a proof's time may differ from ours."""

_KINDS: dict[str, type[ECKey | OKPKey]] = {"EC": ECKey, "OKP": OKPKey}


def check(request: Request[Any, Any, Any], client: str, address: str, now: int) -> None:
    """Check the proof that came with a request for a token, if one came.

    Raises:
        OauthError: it is no proof, of another request or time, or by another key than `client`'s.
    """
    proof = one_header(request, "dpop")
    if proof is None:
        return
    try:
        if len(proof) > MAX_JWT:
            raise ValueError("too long")
        _check(proof.encode("ascii"), client, address, now)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise OauthError(
            "invalid_dpop_proof", "the DPoP proof does not fit this client and request"
        ) from error


def _check(proof: bytes, client: str, address: str, now: int) -> None:
    header = jws.extract_compact(proof).headers()
    jwk = header["jwk"]
    key = _KINDS[jwk["kty"]].import_key(jwk)
    if header.get("typ") != "dpop+jwt" or "d" in jwk or b64(digest(spki_of(_public(key)))) != client:
        raise ValueError("not a proof by this key")
    claims = json.loads(jws.deserialize_compact(proof, key, algorithms=list(ALGORITHMS)).payload)
    if (claims["htm"], claims["htu"]) != ("POST", address) or abs(now - claims["iat"]) > SKEW:
        raise ValueError("a proof of another request")
    if not isinstance(claims["jti"], str):
        raise ValueError("a proof without a name")  # noqa: TRY004 # what was sent is wrong, not our types


def _public(key: ECKey | OKPKey) -> Any:  # noqa: ANN401 # `spki_of` refuses other kinds
    return key.public_key
