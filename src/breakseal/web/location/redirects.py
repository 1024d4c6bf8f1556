"""Where a person's browser is sent after they answered: an address that the client itself pushed, with the answer."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

MAX_ADDRESS = 1_024
_PLAIN = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]+")
"""What an address may be made of (RFC 3986 section 2); no fragment, which RFC 6749 section 3.1.2 forbids."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_fit(address: str, *, demo: bool) -> bool:
    """Tell whether people can be sent to `address`: https, or in the demo http on this very machine."""
    if len(address) > MAX_ADDRESS or not _PLAIN.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (demo and parts.scheme == "http" and host in _LOOPBACK)


def answered(address: str, issuer: str, state: str, **answer: str) -> str:
    """Return the address with an answer (RFC 6749 section 4.1.2) and its issuer (RFC 9207)."""
    told = answer | ({"state": state} if state else {}) | {"iss": issuer}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(told)}"
