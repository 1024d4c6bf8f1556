"""Attacks of somebody who has no key at all."""

from __future__ import annotations

import json
from collections.abc import Iterator

from breakseal.canary.scene import (
    ASK,
    CIRCLE,
    FORM,
    JSON,
    NOBODYS,
    RETRIEVE,
    SCOPE,
    SHAPED,
    STATUS,
    TOKEN,
    VERIFY,
    Attack,
    NotRunError,
    Scene,
    bearer,
    forged,
    kept,
    opened,
)
from breakseal.canary.variants import ACCEPTS, FORMATS, METHODS, OTHER_METHODS, Headers, bodies, spellings
from breakseal.canary.wire import Reply, Wire

APIS = (RETRIEVE, VERIFY, STATUS)
BODIES = {
    RETRIEVE: b"{}",
    VERIFY: json.dumps({"area": CIRCLE}).encode(),
    STATUS: b'{"scopes":["location-retrieval:read"],"purpose":"dpv:ServiceProvision","requestCaptureUrl":false}',
}
GRANTS = (
    "password", "refresh_token", "authorization_code", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:openid:params:grant-type:ciba", "client_credentials",
)  # fmt: skip
CLAIMS = {
    "consent": "granted",
    "opt_in": "true",
    "privacyConsent": "False",
    "user_code": "0000",
    "binding_message": "YES",
}


def formats(scene: Scene) -> Iterator[str]:
    """`Accept`, overrides and conditions never change the refusal of a token that nobody gave."""
    for path in APIS:
        plain = scene.post(path, bearer(), BODIES[path])
        besides = plain.unsteady(scene.post(path, bearer(), BODIES[path]))
        yield from _refused(plain, path)
        for extra in FORMATS:
            answer = scene.post(path, [*bearer(), *extra], BODIES[path])
            if answer.whole(besides) != plain.whole(besides):
                yield f"{path} with {extra[0][0]}: {extra[0][1]}: another answer (status {answer.status})"
            yield from opened(answer, f"{path} with {extra[0][0]}: {extra[0][1]}")


def _refused(reply: Reply, what: str) -> Iterator[str]:
    if reply.status != 401:
        yield f"{what}: answered {reply.status} to a token that nobody gave, not 401"
    yield from opened(reply, what)
    yield from kept(reply, what)


def addresses(scene: Scene) -> Iterator[str]:
    """No suffix, slash, case, encoding, query or folder is another way in."""
    for path in APIS:
        for address in spellings(path):
            yield from opened(scene.post(address, bearer(), BODIES[path]), address)
            yield from opened(scene.post(address, [JSON], BODIES[path]), address)


def methods(scene: Scene) -> Iterator[str]:
    """No other method is another way in."""
    for path in APIS:
        for method in OTHER_METHODS:
            yield from opened(scene.post(path, bearer(), BODIES[path], method), f"{method} {path}")


def sent_bodies(scene: Scene) -> Iterator[str]:
    """No body in another format, naming a phone or claiming a consent, is another way in."""
    for kind, body in bodies(scene.nobody[0], scene.nobody[-1]):
        for headers in ([("content-type", kind)], [*bearer()[:2], ("content-type", kind)]):
            yield from opened(scene.post(RETRIEVE, headers, body), f"a body of {kind or 'no type'}")


def tokens(scene: Scene) -> Iterator[str]:
    """Invented tokens, other schemes and missing proofs are one refusal, word for word."""
    seen: set[tuple[int, bytes]] = set()
    shown: list[Headers] = [
        bearer("B" * 43), bearer("a1b2" * 8), bearer(NOBODYS, SHAPED),
        [("authorization", f"DPoP {NOBODYS}"), *bearer()[1:]],
    ]  # fmt: skip
    for headers in shown:
        answer = scene.post(RETRIEVE, headers)
        seen.add((answer.status, answer.body))
        yield from _refused(answer, "an invented token")
    if len(seen) != 1:
        yield "invented tokens are told apart"
    for value in (
        "Bearer " + NOBODYS,
        "Basic dGVzdDp0ZXN0",
        NOBODYS,
        "",
        "DPoP",
        "Bearer null",
        "DPoP undefined",
    ):
        yield from opened(scene.post(RETRIEVE, [("authorization", value), JSON]), "another scheme")


def asking(scene: Scene) -> Iterator[str]:
    """Without a key nobody is asked, whatever number it is and whatever is claimed of it."""
    fields = {"scope": SCOPE, "login_hint": f"tel:{scene.nobody[0]}", **CLAIMS}
    for form in (fields, forged(fields), {**fields, "client_id": "canary", "client_secret": "x"}):
        answer = scene.bare_form(ASK, **form)
        if answer.status != 401:
            yield f"somebody without a key was answered {answer.status}, not 401"
    other = {**fields, "login_hint": f"tel:{scene.nobody[-1]}"}
    first, second, third = (scene.bare_form(ASK, **forged(form)) for form in (fields, fields, other))
    besides = first.unsteady(second)
    if first.whole(besides) != third.whole(besides):
        yield "two numbers are answered differently"


def grants(scene: Scene) -> Iterator[str]:
    """No grant gives a token to somebody without a key."""
    for grant in GRANTS:
        fields = {
            "grant_type": grant,
            "auth_req_id": "A" * 22,
            "username": scene.nobody[0],
            "scope": SCOPE,
            **CLAIMS,
        }
        for form in (fields, forged(fields)):
            answer = scene.bare_form(TOKEN, **form)
            if answer.status < 400 or answer.member("access_token"):
                yield f"the grant {grant} gave a token"
            yield from kept(answer, f"the grant {grant}")


def door(scene: Scene) -> Iterator[str]:
    """The door locates nobody, and takes no unsigned word."""
    wire = scene.door or _missing()
    for path in (*APIS, ASK, TOKEN, "/api/fixes", "/in/osmand"):
        for method in ("GET", "POST"):
            answer = wire.send(method, path, bearer() if path in APIS else [FORM], b"{}")
            if answer.status < 300 or answer.tells_a_place:
                yield f"the door answers {method} {path} with {answer.status}"


def try_page(scene: Scene) -> Iterator[str]:
    """Xiao's hole: the page on which one tries it shows nothing in any format to whoever did not say YES."""
    wire = scene.try_page or _missing()
    origin = [("origin", wire.origin)]
    plain = wire.send("POST", "/try/answer", [*origin, FORM])
    besides = plain.unsteady(wire.send("POST", "/try/answer", [*origin, FORM]))
    yield from opened(plain, "/try/answer")
    yield from kept(plain, "/try/answer")
    for accept in ACCEPTS:
        answer = wire.send("POST", "/try/answer", [*origin, FORM, ("accept", accept)])
        if answer.whole(besides) != plain.whole(besides):
            yield f"/try/answer with accept: {accept}: another answer"
    for path in ("/try/answer", "/try/state"):
        yield from _try_spellings(wire, path, origin)


def _try_spellings(wire: Wire, path: str, origin: Headers) -> Iterator[str]:
    for address in spellings(path):
        for method in ("POST", "GET"):
            answer = wire.send(method, address, origin)
            if answer.tells_a_place:
                yield f"{method} {address}: a place was told"
    for method in METHODS:
        if wire.send(method, path, origin).tells_a_place:
            yield f"{method} {path}: a place was told"


def _missing() -> Wire:
    raise NotRunError("no address is given for it")


ATTACKS = (
    Attack("formats-without-consent", "nothing", formats),
    Attack("addresses-without-consent", "nothing", addresses),
    Attack("methods-without-consent", "nothing", methods),
    Attack("bodies-without-consent", "nothing", sent_bodies),
    Attack("invented-tokens", "nothing", tokens),
    Attack("asking-without-a-key", "nothing", asking),
    Attack("grants-without-a-key", "nothing", grants),
    Attack("the-door-locates-nobody", "door", door),
    Attack("the-try-out-page", "try-page", try_page),
)
