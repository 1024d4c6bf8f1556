"""What a client's library reads first: the server's metadata (RFC 8414, OpenID Connect Discovery, CIBA) and its key."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get

from breakseal.programmes.location import fields
from breakseal.web import guards
from breakseal.web.location import challenge, idtoken, paths
from breakseal.web.location.desk import desk_of

CODE = "authorization_code"
REFRESH = "refresh_token"
CIBA = "urn:openid:params:grant-type:ciba"
MACHINE = "client_credentials"


def document(issuer: str) -> dict[str, Any]:
    """Return the metadata of the server at `issuer`, our own origin."""
    method = ["private_key_jwt"]
    algorithms = list(challenge.ALGORITHMS)
    known: dict[str, Any] = {
        "issuer": issuer,
        "token_endpoint": issuer + paths.TOKEN,
        "jwks_uri": issuer + paths.KEYS,
        "authorization_endpoint": issuer + paths.AUTHORIZE,
        "pushed_authorization_request_endpoint": issuer + paths.PUSH,
        "require_pushed_authorization_requests": True,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "backchannel_authentication_endpoint": issuer + paths.ASK,
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_user_code_parameter_supported": False,
        "scopes_supported": [fields.OPENID, *fields.SCOPES, *(_purpose(one) for one in fields.PURPOSES)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [CODE, REFRESH, CIBA, MACHINE],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [idtoken.ALGORITHM],
        "claims_supported": ["iss", "sub", "aud", "azp", "iat", "exp", "nonce"],
        "ui_locales_supported": ["en", "es"],
        "dpop_signing_alg_values_supported": algorithms,
    }
    for name in ("token", "introspection", "revocation"):
        known[f"{name}_endpoint_auth_methods_supported"] = method
        known[f"{name}_endpoint_auth_signing_alg_values_supported"] = algorithms
    known["introspection_endpoint"] = issuer + paths.INTROSPECT
    known["revocation_endpoint"] = issuer + paths.REVOKE
    return known


def _purpose(term: str) -> str:
    return fields.PURPOSE_PREFIX + term


def _json(value: object) -> Response[Any]:
    return Response(msgspec.json.encode(value), media_type="application/json")


@get([paths.ISSUER_METADATA, paths.SERVER_METADATA], opt=guards.PUBLIC, include_in_schema=False)
async def metadata(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return the metadata, the same document at both addresses."""
    return _json(document(desk_of(request).issuer))


@get(paths.KEYS, opt=guards.PUBLIC, include_in_schema=False)
async def keys(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return the key by which ID tokens are signed."""
    return _json(desk_of(request).id_tokens.public_set())
