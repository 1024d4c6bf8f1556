"""Where the interfaces of clients live: fixed addresses, which proofs (RFC 9449) must name exactly."""

from __future__ import annotations

ISSUER_METADATA = "/.well-known/openid-configuration"
SERVER_METADATA = "/.well-known/oauth-authorization-server"
KEYS = "/oauth/jwks"
PUSH = "/oauth/par"
AUTHORIZE = "/oauth/authorize"
"""The one address under `OAUTH_PREFIX` that is a page."""
AGREED = "/api/agreed"
ASK = "/oauth/bc-authorize"
TOKEN = "/oauth/token"  # noqa: S105 # an address
INTROSPECT = "/oauth/introspect"
REVOKE = "/oauth/revoke"
RETRIEVE = "/location-retrieval/v0.5/retrieve"
VERIFY = "/location-verification/v3/verify"
STATUS = "/consent-info/v0.2/retrieve"
FENCES = "/geofencing-subscriptions/v0.5/subscriptions"
DESCRIPTION = "/location/openapi.json"

OAUTH_PREFIX = "/oauth/"
CAMARA_PREFIXES = (
    "/location-retrieval/", "/location-verification/", "/consent-info/", "/geofencing-subscriptions/",
)  # fmt: skip
MACHINE_PREFIXES = (
    OAUTH_PREFIX,
    *CAMARA_PREFIXES,
    DESCRIPTION,
    "/.well-known/openid-",
    "/.well-known/oauth-",
)
"""Under these no session is looked for: a cookie is nothing to them."""
