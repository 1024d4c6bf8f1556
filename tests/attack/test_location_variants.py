"""LocationSmart's failure and its relatives (F19, F20, F27, F34): no spelling of a request ever changes the decision.

No attack may open anything without a consent, nor with one more than the plain request does. All parts are real: a
carrier that was asked, or a leaf of a look, would show. The spellings are `breakseal canary`'s too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from breakseal.canary.variants import FORMATS, OTHER_METHODS, Headers, bodies, spellings
from tests.support.clientparts import ELSEWHERE
from tests.support.clients import (
    ASK,
    CIBA,
    NUMBER,
    OFTEN,
    SCOPE,
    TOKEN,
    VERIFY,
    Held,
    Place,
    body_of,
    circle,
    run,
)
from tests.support.locating import RETRIEVE

JSON = ("content-type", "application/json")
NOBODYS = Held("", "A" * 43, {})
"""A token that nobody gave."""


async def post(place: Place, path: str, headers: Headers, body: bytes = b"{}") -> httpx.Response:
    sent = [(name.encode(), value.encode()) for name, value in headers]
    return await place.http.post(path, content=body, headers=sent)


def bearing(place: Place, held: Held, path: str = RETRIEVE, **claims: Any) -> Headers:
    return list(place.bearing(held, path, **claims).items())


async def post_as_spelt(place: Place, address: str, headers: Headers) -> httpx.Response:
    """Send a request whose address no library puts right, as a server hands it to the application."""
    spelt, _, query = address.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": unquote(spelt), "raw_path": spelt.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers], "client": ("127.0.0.1", 1),
        "server": ("localhost", 8911),
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await place.app(scope, receive, send)
    start = next(one for one in sent if one["type"] == "http.response.start")
    return httpx.Response(start["status"], content=b"".join(one.get("body", b"") for one in sent))


def assert_nothing(place: Place, answer: httpx.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert "latitude" not in answer.text
    assert place.network.asked == 0


def test_other_spellings_of_the_address_open_nothing_even_with_consent(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for address in spellings(RETRIEVE):
            for htu in (None, address):
                claims = {} if htu is None else {"htu": place.company.origin + htu}
                answer = await post_as_spelt(place, address, [*bearing(place, held, **claims), JSON])
                assert_nothing(place, answer)
        assert await place.looks() == 0
        plain = await post_as_spelt(place, RETRIEVE, [*bearing(place, held), JSON])
        assert plain.status_code == 200

    run(tmp_path, scene)


def test_formats_and_overrides_never_change_the_decision(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        refused = await post(place, RETRIEVE, [*bearing(place, NOBODYS), JSON])
        for extra in FORMATS:
            answer = await post(place, RETRIEVE, [*bearing(place, NOBODYS), JSON, *extra])
            assert (answer.status_code, answer.content) == (401, refused.content), extra
            assert dict(answer.headers) == dict(refused.headers)
        assert place.network.asked == 0
        held = await place.agreed(scope=OFTEN)
        plain = await place.retrieve(held)
        for extra in FORMATS:
            answer = await post(place, RETRIEVE, [*bearing(place, held), JSON, *extra])
            assert (answer.status_code, answer.content) == (200, plain.content), extra
            assert dict(answer.headers) == dict(plain.headers)

    run(tmp_path, scene)


def test_doubled_headers_are_no_headers(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        token, proof = bearing(place, held)
        cases: list[Headers] = [
            [token, token, proof, JSON],
            [("authorization", "Bearer x"), token, proof, JSON],
            [token, ("authorization", f"DPoP {NOBODYS.token}"), proof, JSON],
            [token, proof, proof, JSON],
            [token, proof, ("dpop", "a.b.c"), JSON],
            [token, proof, JSON, ("content-type", "text/plain")],
            [token, proof, JSON, ("x-correlator", "a"), ("x-correlator", "b")],
            [("authorization", f"{token[1]}, Bearer x"), proof, JSON],
            [("authorization", f" {token[1]}"), ("authorization", ""), proof, JSON],
            [("authorization", token[1].replace(" ", "  ")), proof, JSON],
            [("authorization", f"{token[1]} "), ("authorization", "x"), proof, JSON],
        ]
        for headers in cases:
            assert_nothing(place, await post(place, RETRIEVE, headers))
        assert await place.looks() == 0
        assert (await post(place, RETRIEVE, [token, proof, JSON])).status_code == 200

    run(tmp_path, scene)


def test_bodies_in_other_formats_or_with_a_word_of_consent_open_nothing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for kind, body in bodies(NUMBER, ELSEWHERE):
            answer = await post(place, RETRIEVE, [*bearing(place, held), ("content-type", kind)], body)
            assert_nothing(place, answer)
        squeezed = [*bearing(place, held), JSON, ("content-encoding", "gzip")]
        assert_nothing(place, await post(place, RETRIEVE, squeezed))
        assert await place.looks() == 0

    run(tmp_path, scene)


def test_other_methods_open_nothing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for method in OTHER_METHODS:
            headers = dict(place.bearing(held, RETRIEVE, htm=method))
            request = httpx.Request(method, place.company.origin + RETRIEVE, headers=headers, json={})
            request.method = method
            answer = await place.http.send(request)
            assert "latitude" not in answer.text
            assert "access-control-allow-origin" not in answer.headers
        assert place.network.asked == 0
        assert await place.looks() == 0

    run(tmp_path, scene)


def test_parameters_cannot_be_polluted_when_asking(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        form = place.authenticated(scope=SCOPE, login_hint=f"tel:{NUMBER}")
        pairs = list(form.items())
        cases: list[list[tuple[str, str]]] = [
            [*pairs, ("login_hint", f"tel:{ELSEWHERE}")],
            [*pairs, ("scope", f"{SCOPE} rate:60")],
            [*pairs, ("client_assertion", "x.y.z")],
            [("login_hint", f"tel:{NUMBER},{ELSEWHERE}"), *_without(pairs, "login_hint")],
            [("login_hint", f"TEL:{NUMBER}"), *_without(pairs, "login_hint")],
            [("login_hint", f"tel:{NUMBER};ext=1"), *_without(pairs, "login_hint")],
            [("login_hint[]", f"tel:{NUMBER}"), *_without(pairs, "login_hint")],
            [("Scope", SCOPE), *_without(pairs, "scope")],
            [("scope", SCOPE.upper()), *_without(pairs, "scope")],
            [("scope", SCOPE.replace(" ", "\t")), *_without(pairs, "scope")],
            [("scope", f"{SCOPE} consent:granted"), *_without(pairs, "scope")],
        ]
        kind = ("content-type", "application/x-www-form-urlencoded")
        for case in cases:
            answer = await post(place, ASK, [kind], str(httpx.QueryParams(case)).encode())
            assert answer.status_code == 400, case
        assert await place.texts() == []

    run(tmp_path, scene)


def _without(pairs: list[tuple[str, str]], name: str) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] != name]


def test_a_client_asserts_no_consent_and_skips_no_step(tmp_path: Path) -> None:
    """There is no word by which a client says that somebody agreed, and no token before the phone has."""

    async def scene(place: Place) -> None:
        words = {
            "consent": "granted",
            "opt_in": "true",
            "user_code": "0000",
            "binding_message": "YES",
            "acr_values": "9",
        }
        asked = body_of(await place.ask(**words))["auth_req_id"]
        for _ in range(2):
            answer = await place.poll(asked, **words)
            assert (answer.status_code, body_of(answer)["error"]) == (400, "authorization_pending")
            place.clock.time += 2
        as_token = Held("", asked.ljust(43, "A"), {})
        assert_nothing(place, await place.retrieve(as_token))
        for grant in (
            "password",
            "refresh_token",
            "authorization_code",
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
        ):
            answer = await place.http.post(TOKEN, data=place.authenticated(grant_type=grant, username=NUMBER))
            assert answer.status_code == 400
        machine = await place.machine("location-retrieval:read location-verification:verify")
        device = {"device": {"phoneNumber": NUMBER}}
        for path, body in ((RETRIEVE, device), (VERIFY, device | {"area": circle()})):
            for scheme in ("Bearer", "DPoP", "bearer", "BEARER"):
                headers = {"authorization": f"{scheme} {machine}", "dpop": "a.b.c"}
                assert_nothing(place, await place.http.post(path, json=body, headers=headers))
        assert await place.looks() == 0

    run(tmp_path, scene)


def test_steps_cannot_be_replayed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        headers = bearing(place, held)
        assert (await post(place, RETRIEVE, [*headers, JSON])).status_code == 200
        for path, body in ((RETRIEVE, b"{}"), (VERIFY, json.dumps({"area": circle()}).encode())):
            assert (await post(place, path, [*headers, JSON], body)).status_code == 401
        form = place.authenticated(grant_type=CIBA, auth_req_id=held.ask)
        assert (await place.http.post(TOKEN, data=form)).status_code == 200
        assert (await place.http.post(TOKEN, data=form)).status_code == 401
        assert place.network.asked == 1
        assert await place.looks() == 1

    run(tmp_path, scene)


def test_from_the_acknowledgement_of_stop_nothing_is_served(tmp_path: Path) -> None:
    """Zero from STOP to the last location: with a live token, a proof made before, and every kind of look."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        ready = [bearing(place, held) for _ in range(3)]
        assert (await place.retrieve(held)).status_code == 200
        await place.reply("Stop.")
        assert any(text.startswith("Stopped") for text in await place.texts())
        for headers in ready:
            answer = await post(place, RETRIEVE, [*headers, JSON])
            assert (answer.status_code, body_of(answer)["code"]) == (401, "UNAUTHENTICATED")
        assert (await place.verify(held)).status_code == 401
        assert body_of(await place.poll(held.ask))["error"] == "access_denied"
        assert place.network.asked == 1
        assert await place.looks() == 1

    run(tmp_path, scene)
