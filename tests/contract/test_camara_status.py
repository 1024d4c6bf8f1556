"""CAMARA consent-info v0.2 as we serve it: every exchange is judged by the published file (`support.clients`)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from breakseal.kernel.model import location
from tests.support import published
from tests.support.clients import NUMBER, OFTEN, SCOPE, STATUS, Place, body_of, run
from tests.support.locating import PURPOSE

READ, VERIFY = "location-retrieval:read", "location-verification:verify"
ASKED: dict[str, Any] = {"scopes": [READ], "purpose": f"dpv:{PURPOSE}", "requestCaptureUrl": False}


def test_a_live_consent_is_valid_until_its_end(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        answer = await place.send(held, STATUS, ASKED | {"scopes": [READ, VERIFY]}, **{"x-correlator": "c-1"})
        assert answer.status_code == 200, answer.text
        (info,) = body_of(answer)["statusInfo"]
        assert info == {
            "scopes": [READ, VERIFY],
            "purpose": f"dpv:{PURPOSE}",
            "statusValidForProcessing": True,
            "expirationDate": "2026-09-22T14:13:20Z",
        }
        assert await place.looks() == 0

    run(tmp_path, scene)


def test_what_was_not_agreed_to_is_pending_and_names_no_page(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=f"openid dpv:{PURPOSE} location-verification:verify")
        body = ASKED | {"scopes": [VERIFY, READ], "requestCaptureUrl": True}
        said = body_of(await place.send(held, STATUS, body))
        assert [one["statusValidForProcessing"] for one in said["statusInfo"]] == [True, False]
        assert said["statusInfo"][1] == {
            "scopes": [READ],
            "purpose": f"dpv:{PURPOSE}",
            "statusValidForProcessing": False,
            "statusReason": "PENDING",
        }
        assert "captureUrl" not in said
        said = body_of(await place.send(held, STATUS, body | {"purpose": "dpv:CustomerCare"}))
        assert [one["statusReason"] for one in said["statusInfo"]] == ["PENDING"]

    run(tmp_path, scene)


def test_after_stop_there_is_no_token_to_ask_with(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        await place.reply("ALTO")
        answer = await place.send(held, STATUS, ASKED)
        assert (answer.status_code, body_of(answer)["code"]) == (401, "UNAUTHENTICATED")

    run(tmp_path, scene)


def test_a_pause_reads_as_unavailable_and_shows_nowhere(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        person = await asyncio.to_thread(place.world.resident, NUMBER)
        held = await place.agreed(scope=OFTEN)
        status = await place.send(held, STATUS, ASKED)
        place.network.fault = "no-location"
        unavailable = await place.retrieve(held)
        place.network.fault = "none"
        assert (await place.retrieve(held)).status_code == 200

        await place.submit(location.PauseLocation, person.session, paused=True)
        pace = place.app.state.location.memory.pace
        pace._seconds[False].clear()
        pace.note(0.4, told=False)
        started = asyncio.get_running_loop().time()
        paused = await place.retrieve(held)
        assert asyncio.get_running_loop().time() - started >= 0.4
        assert (paused.status_code, paused.content) == (422, unavailable.content)
        assert set(paused.headers) == set(unavailable.headers)
        assert (await place.send(held, STATUS, ASKED)).content == status.content
        form = place.authenticated(token=held.token)
        assert body_of(await place.http.post("/oauth/introspect", data=form))["active"] is True
        await place.end("courier")
        assert (await place.retrieve(held)).status_code == 503

    run(tmp_path, scene)


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"phoneNumber": "+12025550143"}, 422, "UNNECESSARY_IDENTIFIER"),
    ({"scopes": ["sim-swap:check"]}, 403, "CONSENT_INFO.NOT_ALLOWED_SCOPES_PURPOSE"),
    ({"purpose": "dpv:Marketing"}, 403, "CONSENT_INFO.NOT_ALLOWED_SCOPES_PURPOSE"),
    ({"callbackUrl": "http://consumer.example/back"}, 403, "CONSENT_INFO.INVALID_CALLBACK_URL"),
    ({"callbackUrl": "javascript:alert(1)"}, 403, "CONSENT_INFO.INVALID_CALLBACK_URL"),
    ({"callbackUrl": "https://a@b.example/"}, 403, "CONSENT_INFO.INVALID_CALLBACK_URL"),
    ({"callbackUrl": "https://[::1"}, 403, "CONSENT_INFO.INVALID_CALLBACK_URL"),
    ({"scopes": []}, 400, "INVALID_ARGUMENT"),
    ({"purpose": "Marketing"}, 400, "INVALID_ARGUMENT"),
    ({"requestCaptureUrl": "no"}, 400, "INVALID_ARGUMENT"),
    ({"scopes": [1]}, 400, "INVALID_ARGUMENT"),
    ({"consent": "granted"}, 400, "INVALID_ARGUMENT"),
]


def test_what_is_refused(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        for change, status, code in REFUSED:
            answer = await place.send(held, STATUS, ASKED | change)
            assert (answer.status_code, body_of(answer)["code"]) == (status, code), change

    run(tmp_path, scene)


@published.needed
def test_the_published_requests_and_addresses_to_call_back(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        machine = {"authorization": f"Bearer {await place.machine('consent-info:retrieve')}"}
        for _, body in published.examples("consent-info.yaml", "/retrieve"):
            assert (await place.send(held, STATUS, body)).status_code == 422
            assert (await place.http.post(STATUS, json=body, headers=machine)).status_code == 403
        answer = await place.http.post(STATUS, json=ASKED, headers=machine)
        assert (answer.status_code, body_of(answer)["code"]) == (422, "MISSING_IDENTIFIER")
        for good in (
            "https://consumer.example/x?y",
            "http://127.0.0.1:8000/",
            "http://[::1]/",
            "myapp://consent/callback",
        ):
            answer = await place.send(held, STATUS, ASKED | {"requestCaptureUrl": True, "callbackUrl": good})
            assert answer.status_code == 200, good

    run(tmp_path, scene)


def test_the_proof_must_name_this_very_address(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=SCOPE)
        headers = place.bearing(held, "/location-retrieval/v0.5/retrieve")
        answer = await place.http.post(STATUS, json=ASKED, headers=headers)
        assert (answer.status_code, body_of(answer)["code"]) == (401, "UNAUTHENTICATED")

    run(tmp_path, scene)
