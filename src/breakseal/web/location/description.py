"""Our own description of CAMARA's three interfaces as they are served here (OpenAPI 3.1), built from the messages."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get

from breakseal.programmes.location import fields
from breakseal.web import guards
from breakseal.web.location import correlator, fixsource, messages, paths
from breakseal.web.location.desk import desk_of

REF = "#/components/schemas/{name}"
JSON = "application/json"
_STRUCTS = (
    messages.RetrievalRequest, messages.LocationOut, messages.VerificationRequest, messages.VerificationOut,
    messages.StatusRequest, messages.StatusOut, messages.ErrorInfo,
)  # fmt: skip

_ABOUT = """\
Where a phone is, for a client to whom its holder agreed. Get a token by CIBA (see the security scheme), then send
`Authorization: DPoP <token>` and `DPoP: <proof>`, the proof by the key of the client. A token says whose phone it is: a
body that names one is refused. Unknown members and queries are refused. `Accept` is not read. Every look is in
the person's own list before anybody is asked where the phone is.
"""

_ALWAYS = {
    400: ("not well formed", ("INVALID_ARGUMENT",)),
    401: ("no live token, or no proof by its key", ("UNAUTHENTICATED",)),
    404: ("another address", ("NOT_FOUND",)),
    405: ("another method", ("METHOD_NOT_ALLOWED",)),
    415: ("not JSON", ("UNSUPPORTED_MEDIA_TYPE",)),
    429: ("more often than agreed", ("TOO_MANY_REQUESTS",)),
    500: ("failed on our side", ("INTERNAL",)),
    503: ("a part does not answer now", ("UNAVAILABLE",)),
}
_NAMING = ("MISSING_IDENTIFIER", "UNNECESSARY_IDENTIFIER")


def document(issuer: str) -> dict[str, Any]:
    """Return the description for the web tier at `issuer`."""
    schemas = msgspec.json.schema_components(_STRUCTS, ref_template=REF)[1]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Breakseal: location for clients", "version": "1", "description": _ABOUT},
        "servers": [{"url": issuer}],
        "paths": {
            paths.RETRIEVE: _operation("retrieve", "RetrievalRequest", "LocationOut", fields.READ, _RETRIEVE),
            paths.VERIFY: _operation(
                "verify", "VerificationRequest", "VerificationOut", fields.VERIFY, _VERIFY
            ),
            paths.STATUS: _operation("status", "StatusRequest", "StatusOut", fields.STATUS, _STATUS),
        },
        "components": {"schemas": schemas, "securitySchemes": _security(issuer)},
    }


_RETRIEVE = {
    403: ("this token does not open this", ("PERMISSION_DENIED",)),
    422: (
        "understood, and not to be had",
        (
            *_NAMING, "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_AGE",
            "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_SURFACE", "LOCATION_RETRIEVAL.UNABLE_TO_LOCATE",
        ),
    ),
}  # fmt: skip
_VERIFY = {
    403: ("this token does not open this", ("PERMISSION_DENIED",)),
    422: (
        "understood, and not to be had",
        (
            *_NAMING, "LOCATION_VERIFICATION.INVALID_AREA", "LOCATION_VERIFICATION.UNABLE_TO_FULFILL_MAX_AGE",
            "LOCATION_VERIFICATION.UNABLE_TO_LOCATE",
        ),
    ),
}  # fmt: skip
_STATUS = {
    403: (
        "this token does not open this, or it is not offered",
        ("PERMISSION_DENIED", "CONSENT_INFO.NOT_ALLOWED_SCOPES_PURPOSE", "CONSENT_INFO.INVALID_CALLBACK_URL"),
    ),
    422: ("the token says whose phone it is, and the body must not", _NAMING),
}


def _operation(
    name: str, takes: str, gives: str, scope: str, failures: dict[int, tuple[str, tuple[str, ...]]]
) -> dict[str, Any]:
    answers = {str(status): _failure(*known) for status, known in sorted((_ALWAYS | failures).items())}
    return {
        "post": {
            "operationId": name,
            "parameters": [_correlator_parameter()],
            "requestBody": {"required": True, "content": {JSON: {"schema": _ref(takes)}}},
            "responses": {"200": _success(gives, located=name != "status"), **answers},
            "security": [{"openId": [scope]}],
        }
    }


def _success(gives: str, *, located: bool) -> dict[str, Any]:
    answer = _answer("what was asked for", _ref(gives))
    if located:
        answer["headers"][fixsource.NAME] = {"description": fixsource.ABOUT, "schema": fixsource.SCHEMA}
    return answer


def _failure(words: str, codes: tuple[str, ...]) -> dict[str, Any]:
    narrowed = {"type": "object", "properties": {"code": {"enum": list(codes)}}}
    return _answer(words, {"allOf": [_ref("ErrorInfo"), narrowed]})


def _answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    headers = {correlator.NAME: {"description": "as it was sent", "schema": correlator.SCHEMA}}
    return {"description": words, "headers": headers, "content": {JSON: {"schema": schema}}}


def _correlator_parameter() -> dict[str, Any]:
    return {"name": correlator.NAME, "in": "header", "required": False, "schema": correlator.SCHEMA}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": REF.format(name=name)}


def _security(issuer: str) -> dict[str, Any]:
    return {"openId": {"type": "openIdConnect", "openIdConnectUrl": issuer + paths.ISSUER_METADATA}}


@get(paths.DESCRIPTION, opt=guards.PUBLIC, include_in_schema=False)
async def served(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return the description."""
    body = msgspec.json.encode(document(desk_of(request).issuer))
    return Response(body, media_type="application/vnd.oai.openapi+json")
