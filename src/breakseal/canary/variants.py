"""The ways in which a request can be spelt otherwise: one table, for the tests and for the canary.

No spelling may ever change a decision (LocationSmart's failure: another format skipped the consent).
"""

from __future__ import annotations

import json

Headers = list[tuple[str, str]]

_SUFFIXES = (
    ".json", ".xml", ".jsonp", "/", "//", ";format=xml", "%00", "%20", "%0a", "?format=xml", "?callback=f",
    "?consent=granted", "?device=x", "?lang=es",
)  # fmt: skip
ACCEPTS = (
    "application/xml", "text/html", "application/javascript", "", "text/csv;q=1, */*;q=0", "application/json", "*/*",
    "text/xml, application/json;q=0.1",
)  # fmt: skip
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
OTHER_METHODS = (*METHODS[:-1], "post", METHODS[-1])
FORMATS: tuple[Headers, ...] = (
    *([("accept", one)] for one in ACCEPTS), [("accept", "application/json"), ("accept", "application/xml")],
    [("accept-language", "es")], [("accept-encoding", "gzip")], [("user-agent", "")],
    [("x-requested-with", "XMLHttpRequest")],
    [("x-http-method-override", "GET")], [("x-http-method", "DELETE")], [("x-method-override", "PUT")],
    [("x-forwarded-for", "127.0.0.1")], [("x-forwarded-host", "localhost:8912")], [("x-original-url", "/admin")],
    [("x-rewrite-url", "/admin")], [("forwarded", "for=127.0.0.1;proto=https")], [("x-consent", "granted")],
    [("if-none-match", "*")], [("if-match", "*")], [("range", "bytes=0-1")], [("expect", "")],
    [("prefer", "return=minimal")],
)  # fmt: skip
"""Headers that ask for another form, method or reading."""


def spellings(path: str) -> tuple[str, ...]:
    """Return addresses that are not `path` and that a careless server might take for it."""
    folder, _, name = path.rpartition("/")
    made = (
        *(path + suffix for suffix in _SUFFIXES), f"/{path}", f"{folder}//{name}", f"{folder}/./{name}",
        f"{folder}/x/../{name}", f"{folder}/{name[:-1]}%{ord(name[-1]):02x}", path.replace(".", "%2e"),
        f"{folder}/{name.capitalize()}", path.upper(), f"{path}?access_token={'A' * 43}", f"/api{path}",
        path[path.index("/", 1):], f"/{name}.xml",
    )  # fmt: skip
    return tuple(one for one in made if one != path)


def bodies(number: str, other: str) -> tuple[tuple[str, bytes], ...]:
    """Return bodies, each with its media type, that claim a consent, name a phone, or come in another format."""
    as_json = "application/json"
    named = tuple(
        (as_json, json.dumps({"device": {"phoneNumber": one}}, separators=(",", ":")).encode())
        for one in (other, number)
    )
    return (
        (as_json, b'{"consent":true}'), (as_json, b'{"optIn":"Y","maxAge":60}'),
        (as_json, b'{"subscriberOptedIn":true}'), (as_json, b'{"MaxAge":60}'), *named,
        (as_json, b'{"device":{"phoneNumber":"' + number.encode() + b'"},"device":null}'),
        (as_json, b'{"requesttype":"statusreq.json"}'), (as_json, b"[{}]"), (as_json, b"{}{}"),
        (as_json, b"\xef\xbb\xbf{}"), (as_json, "{}".encode("utf-16")), (as_json, b""),
        ("application/x-www-form-urlencoded", b"phoneNumber=%2B" + number[1:].encode()),
        ("application/x-www-form-urlencoded", b"{}"), ("multipart/form-data; boundary=x", b"--x--"),
        ("application/xml", b"<device/>"), ("text/plain", b"{}"), ("", b"{}"),
        ("application/json; charset=utf-16", b"{}"), ("application/problem+json", b"{}"),
        ("application/jsonp", b"f({})"),
    )  # fmt: skip
