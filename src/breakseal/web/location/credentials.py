"""What a client shows: an assertion for the authorization server, a token with a proof for a look.

Nothing is verified here that the keyholder verifies: this tier takes the shapes apart, so that it can pass them on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from litestar import Request

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model.canonical import digest, unb64
from breakseal.web.location.bodies import one_header
from breakseal.web.location.errors import OauthError, unauthenticated

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_JWT = 4_096
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A client's assertion (RFC 7523), not verified yet; `client` is the key id that it names."""

    client: str
    jwt: bytes


@dataclass(frozen=True, slots=True)
class Bearing:
    """What came with a request for a resource: the token's SHA-256, whether as DPoP, and the proof."""

    token: bytes
    bound: bool
    proof: bytes


def token_hash(text: str) -> bytes:
    """Return the SHA-256 of a token as it stands on the wire: what `ath` of a proof holds (RFC 9449 section 4.2)."""
    return digest(text.encode("ascii", "replace"))


def assertion_of(form: Mapping[str, str]) -> Assertion:
    """Return the client's assertion in a form.

    Raises:
        OauthError: another way of authentication, or no JWT that names one client.
    """
    jwt = form.get("client_assertion", "")
    if form.get("client_assertion_type") != ASSERTION_TYPE or not jwt or "client_secret" in form:
        raise OauthError("invalid_client", "authenticate with private_key_jwt (RFC 7523)", 401)
    client = _named(jwt)
    if form.get("client_id", client) != client:
        raise OauthError("invalid_client", "client_id and the assertion name different clients", 401)
    return Assertion(client, jwt.encode("ascii"))


def _named(jwt: str) -> str:
    claims = claims_of(jwt)
    client = claims.get("sub")
    try:
        unb64(client if isinstance(client, str) else "", 32)
    except FormatError as error:
        raise OauthError("invalid_client", "the assertion names no client", 401) from error
    return str(client)


def claims_of(jwt: str) -> Mapping[str, Any]:
    """Return the claims of a compact JWS, unverified; empty if it is none."""
    if len(jwt) > MAX_JWT or not _JWT.fullmatch(jwt):
        return {}
    try:
        claims = json.loads(jws.extract_compact(jwt.encode("ascii")).payload)
    except (JoseError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def bearing_of(request: Request[Any, Any, Any]) -> Bearing:
    """Return what a request for a resource bears.

    Raises:
        CamaraError: no token, or one sent as DPoP without exactly one proof (401).
    """
    scheme, _, token = (one_header(request, "authorization") or "").partition(" ")
    bound = scheme.lower() == "dpop"
    if not (bound or scheme.lower() == "bearer") or not _TOKEN.fullmatch(token):
        raise unauthenticated("" if one_header(request, "authorization") is None else "invalid_token")
    proof = one_header(request, "dpop") or ""
    if bound and (len(proof) > MAX_JWT or not _JWT.fullmatch(proof)):
        raise unauthenticated("invalid_dpop_proof")
    return Bearing(token_hash(token), bound, proof.encode("ascii", "replace"))
