"""What every answer carries and every request must meet: headers, size, and the page it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from breakseal.web.parts import WebSettings

COOKIE = "bs_session"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATIC_PREFIXES = ("/static/", "/vendor/", "/browser/")


def content_security_policy(settings: WebSettings) -> str:
    """Return the policy of all pages: nothing inline, nothing from anybody else, no frames."""
    return "; ".join((
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "font-src 'self'",
        f"form-action 'self' {settings.door_origin}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ))  # fmt: skip


def fixed_headers(settings: WebSettings) -> tuple[tuple[str, str], ...]:
    """Return the headers of every answer."""
    headers = (
        ("content-security-policy", content_security_policy(settings)),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()"),
    )
    if settings.web_origin.startswith("https://"):
        return (*headers, ("strict-transport-security", "max-age=63072000; includeSubDomains"))
    return headers


def dresser(settings: WebSettings) -> BeforeMessageSendHookHandler:
    """Return the hook that dresses every answer, also those to unknown addresses."""
    fixed = tuple((name.encode("ascii"), value.encode("ascii")) for name, value in fixed_headers(settings))

    async def dress(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = list(message["headers"])
        headers.extend(fixed)
        if not scope["path"].startswith(STATIC_PREFIXES):
            headers.append((b"cache-control", b"no-store"))
        message["headers"] = headers

    return dress


def from_foreign_page(scope: Mapping[str, Any], web_origin: str) -> bool:
    """Tell whether a changing request came from a page that is not ours (OWASP: verify the origin).

    Browsers send Origin with every POST, PUT and DELETE. A program sends none; then it may not use a
    person's cookie.
    """
    if scope["method"] in SAFE_METHODS:
        return False
    headers = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is not None:
        return bool(origin != web_origin.encode("ascii"))
    return COOKIE.encode("ascii") in headers.get(b"cookie", b"")
