"""Our own description of CAMARA's four interfaces as they are served here (OpenAPI 3.1), built from the messages."""

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
    messages.StatusRequest, messages.StatusOut, messages.FenceRequest, messages.FenceOut, messages.ErrorInfo,
)  # fmt: skip

_ABOUT = """\
Where a phone is, for a client to whom its holder agreed. Get a token by CIBA (see the security scheme), then send
`Authorization: DPoP <token>` and `DPoP: <proof>`, the proof by the key of the client. A token says whose phone it is: a
body that names one is refused. Unknown members and queries are refused. `Accept` is not read. Every look is in
the person's own list before anybody is asked where the phone is. Of a subscription each check is such a look; what
comes of it goes to the sink and nowhere else.
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
            **_fences(),
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


_FENCE = {
    400: (
        "not well formed, or not to be sent there",
        ("INVALID_ARGUMENT", "INVALID_PROTOCOL", "INVALID_CREDENTIAL", "INVALID_TOKEN", "INVALID_SINK"),
    ),
    403: ("this token does not open this", ("PERMISSION_DENIED",)),
    422: (
        "understood, and not to be had",
        (*_NAMING, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED", "GEOFENCING_SUBSCRIPTIONS.INVALID_AREA"),
    ),
    429: ("more often than agreed, or too many", ("TOO_MANY_REQUESTS", "QUOTA_EXCEEDED")),
}
_ASKED = {403: _FENCE[403]}


def _fences() -> dict[str, Any]:
    fence = _ref("FenceOut")
    begun = _operation("createFence", "FenceRequest", "FenceOut", fields.FENCE_ENTERED, _FENCE, status=201)
    begun["post"]["security"].append({"openId": [fields.FENCE_LEFT]})
    every = {"type": "array", "minItems": 0, "items": fence}
    name = {"name": "subscriptionId", "in": "path", "required": True, "schema": {"type": "string"}}
    ended = {"description": "ended", "headers": _headers()}
    return {
        paths.FENCES: begun | _bare("get", "listFences", _answer("all of them", every), fields.FENCE_READ),
        f"{paths.FENCES}/{{subscriptionId}}": {
            "parameters": [name],
            **_bare("get", "readFence", _answer("this one", fence), fields.FENCE_READ),
            **_bare("delete", "endFence", ended, fields.FENCE_DELETE, status=204),
        },
    }


def _bare(
    method: str, name: str, success: dict[str, Any], scope: str, *, status: int = 200
) -> dict[str, Any]:
    known = {code: words for code, words in (_ALWAYS | _ASKED).items() if code != 415}
    answers = {str(code): _failure(*words) for code, words in sorted(known.items())}
    return {
        method: {
            "operationId": name,
            "parameters": [_correlator_parameter()],
            "responses": {str(status): success, **answers},
            "security": [{"openId": [scope]}],
        }
    }


def _operation(
    name: str,
    takes: str,
    gives: str,
    scope: str,
    failures: dict[int, tuple[str, tuple[str, ...]]],
    status: int = 200,
) -> dict[str, Any]:
    known = sorted((_ALWAYS | failures).items())
    answers = {str(code): _failure(*words) for code, words in known}
    return {
        "post": {
            "operationId": name,
            "parameters": [_correlator_parameter()],
            "requestBody": {"required": True, "content": {JSON: {"schema": _ref(takes)}}},
            "responses": {str(status): _success(gives, located=name in ("retrieve", "verify")), **answers},
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
    return {"description": words, "headers": _headers(), "content": {JSON: {"schema": schema}}}


def _headers() -> dict[str, Any]:
    return {correlator.NAME: {"description": "as it was sent", "schema": correlator.SCHEMA}}


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
