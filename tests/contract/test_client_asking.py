"""Having a person asked (CIBA): what is not put to anybody, how often, in which language; all parts real."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.support.clientparts import ELSEWHERE
from tests.support.clients import (
    ASK,
    SCOPE,
    TOKEN,
    Place,
    assert_error,
    body_of,
    run,
)
from tests.support.locating import PURPOSE
from tests.support.world import software_key

WEB = "http://localhost:8911"


NOT_OFFERED = [
    ("", "invalid_request"),
    (f"dpv:{PURPOSE} location-retrieval:read", "invalid_scope"),
    ("openid location-retrieval:read", "invalid_scope"),
    (f"openid dpv:{PURPOSE} dpv:CustomerCare location-retrieval:read", "invalid_scope"),
    ("openid dpv:Marketing location-retrieval:read", "invalid_scope"),
    (f"openid dpv:{PURPOSE}", "invalid_scope"),
    (f"openid dpv:{PURPOSE} consent-info:retrieve", "invalid_scope"),
    (f"{SCOPE} {SCOPE}", "invalid_scope"),
    (f"{SCOPE}  precision:1km", "invalid_scope"),
    (f"{SCOPE} precision:exact", "invalid_scope"),
    (f"{SCOPE} precision:yes-or-no", "invalid_scope"),
    (f"{SCOPE} precision:1km precision:10km", "invalid_scope"),
    (f"{SCOPE} lasting:always", "invalid_scope"),
    (f"{SCOPE} rate:0", "invalid_scope"),
    (f"{SCOPE} rate:61", "invalid_scope"),
    (f"{SCOPE} rate:4.0", "invalid_scope"),
    (f"{SCOPE} offline_access", "invalid_scope"),
    (f"{SCOPE} " + "x" * 600, "invalid_scope"),
]


def test_scopes_that_nobody_is_asked_for(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        for scope, error in NOT_OFFERED:
            assert_error(await place.ask(scope=scope), 400, error)
        assert await place.texts() == []

    run(tmp_path, scene)


NOT_PUT: list[tuple[dict[str, str], str]] = [
    ({"login_hint": ""}, "invalid_request"),
    ({"login_hint": "tel:2025550143"}, "unknown_user_id"),
    ({"login_hint": "tel:+0000000"}, "unknown_user_id"),
    ({"login_hint": "tel:+12025550143\n"}, "unknown_user_id"),
    ({"login_hint": "ipport:1.2.3.4:5"}, "unknown_user_id"),
    ({"login_hint": "+12025550143"}, "unknown_user_id"),
    ({"id_token_hint": "x"}, "invalid_request"),
    ({"login_hint_token": "x"}, "invalid_request"),
    ({"request": "x.y.z"}, "invalid_request"),
    ({"client_secret": "x"}, "invalid_client"),
    ({"client_assertion": ""}, "invalid_client"),
    ({"client_assertion": "x.y.z"}, "invalid_client"),
    ({"client_assertion_type": "other"}, "invalid_client"),
    ({"client_id": "another"}, "invalid_client"),
]


def test_questions_that_are_not_put(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        for form, error in NOT_PUT:
            answer = await place.ask(**form)
            assert_error(answer, 401 if error == "invalid_client" else 400, error)
        assert await place.texts() == []

    run(tmp_path, scene)


def test_assertions_that_do_not_hold(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        used, now = place.company.assertion(), place.clock.now()
        stranger = software_key("service")
        form = {"client_assertion": used.decode()}
        assert (await place.ask(**form)).status_code == 200
        bad = [
            used,
            place.company.assertion(stranger),
            place.company.assertion(stranger, iss=stranger.key.id, sub=stranger.key.id),
            place.company.assertion(aud="http://localhost:8912"),
            place.company.assertion(exp=now + 3600),
            place.company.assertion(exp=now - 120, iat=now - 180),
            place.company.assertion(jti=None),
        ]
        for assertion in bad:
            answer = await place.ask(ELSEWHERE, client_assertion=assertion.decode())
            assert_error(answer, 401, "invalid_client")
        assert len(await place.texts()) == 1

    run(tmp_path, scene)


def test_no_is_said_and_a_lapsed_question_too(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        asked = body_of(await place.ask())["auth_req_id"]
        await place.reply("NO")
        assert_error(await place.poll(asked), 400, "access_denied")
        other = body_of(await place.ask(ELSEWHERE))["auth_req_id"]
        place.clock.time += 901
        assert_error(await place.poll(other), 400, "expired_token")
        for nothing in ("", "x", "A" * 22, "A" * 40):
            expected = "expired_token" if nothing == "A" * 22 else "invalid_grant"
            assert_error(await place.poll(nothing), 400, expected)

    run(tmp_path, scene)


def test_asking_too_often_is_refused_and_after_stop_nothing_is_told(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        assert (await place.ask()).status_code == 200
        assert_error(await place.ask(), 403, "access_denied")
        assert_error(await place.ask("+447700900123"), 403, "access_denied")
        await place.reply("STOP")
        before = len(await place.texts())
        place.clock.time += 901
        silent = await place.ask()
        assert silent.status_code == 200
        assert set(body_of(silent)) == {"auth_req_id", "expires_in", "interval"}
        assert len(await place.texts()) == before
        assert_error(await place.poll(body_of(silent)["auth_req_id"]), 400, "authorization_pending")

    run(tmp_path, scene)


def test_the_question_comes_in_the_language_asked_for(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        await place.ask(ui_locales="fr es-MX en")
        await place.ask(ELSEWHERE, ui_locales="fr")
        spanish, english = sorted(await place.texts(), key=lambda text: "Reply" in text)
        assert "Responda SI" in spanish
        assert "Reply YES" in english

    run(tmp_path, scene)


def test_forms_are_read_in_one_way(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        form = place.authenticated(scope=SCOPE, login_hint="tel:+12025550143")
        twice = httpx.QueryParams([*form.items(), ("login_hint", f"tel:{ELSEWHERE}")])
        kind = {"content-type": "application/x-www-form-urlencoded"}
        for body in (str(twice).encode(), b"%ff=1", b"a&b", b"\xff=1", b"&".join([b"a=1"] * 60)):
            assert_error(await place.http.post(ASK, content=body, headers=kind), 400, "invalid_request")
        assert_error(await place.http.post(ASK, json=form), 400, "invalid_request")
        assert_error(await place.http.post(f"{ASK}?scope=x", data=form), 400, "invalid_request")
        assert_error(await place.http.post(ASK, data={"a": "x" * 20_000}), 413, "invalid_request")
        assert_error(await place.http.get(ASK), 405, "invalid_request")
        assert_error(await place.http.post("/oauth/device"), 404, "invalid_request")
        unknown = place.authenticated(grant_type="password")
        assert_error(await place.http.post(TOKEN, data=unknown), 400, "unsupported_grant_type")
        page = await place.http.post(ASK, data=form, headers={"origin": "http://evil.example"})
        assert_error(page, 403, "invalid_request")
        assert await place.texts() == []

    run(tmp_path, scene)
