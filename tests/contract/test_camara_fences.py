"""CAMARA geofencing-subscriptions v0.5 as it is served: every exchange is held to the published file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support import published
from tests.support.clientparts import ELSEWHERE
from tests.support.clients import NUMBER, OFTEN, SCOPE, Place, body_of, circle, run
from tests.support.fences import FENCES, LEFT, ask, check, sink, subscribe, wanted

NAME = "geofencing-subscriptions.yaml"
TOKEN = {"credentialType": "ACCESSTOKEN", "accessToken": "s3cret", "accessTokenType": "bearer"}
LASTING = TOKEN | {"accessTokenExpiresUtc": "2030-01-01T00:00:00Z"}


def later(place: Place, seconds: int) -> str:
    """Return a time from now on, as a client writes it."""
    return datetime.fromtimestamp(place.clock.now() + seconds, UTC).isoformat().replace("+00:00", "Z")


def test_a_subscription_is_made_read_listed_and_ended(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        assert body_of(await ask(place, held)) == []
        config = {
            "subscriptionExpireTime": later(place, 3600),
            "subscriptionMaxEvents": 5,
            "initialEvent": False,
        }
        made = await subscribe(place, held, wanted(type=LEFT, config=config), **{"x-correlator": "a-1"})
        assert (made.status_code, made.headers["x-correlator"]) == (201, "a-1")
        said = body_of(made)
        assert said["config"] == config | {"subscriptionDetail": {"area": circle()}}
        assert said["types"] == [LEFT]
        assert (said["sink"], said["protocol"], said["status"]) == (
            "https://events.cedar.example/sink", "HTTP", "ACTIVE",
        )  # fmt: skip
        assert datetime.fromisoformat(said["expiresAt"]) == datetime.fromisoformat(
            config["subscriptionExpireTime"]
        )  # type: ignore[arg-type] # a text
        read = await ask(place, held, "GET", said["id"], **{"x-correlator": "a-2"})
        assert (read.status_code, body_of(read), read.headers["x-correlator"]) == (200, said, "a-2")
        assert json.loads((await ask(place, held)).content) == [said]
        ended = await ask(place, held, "DELETE", said["id"], **{"x-correlator": "a-3"})
        assert (ended.status_code, ended.content, ended.headers["x-correlator"]) == (204, b"", "a-3")
        for method in ("GET", "DELETE"):
            answer = await ask(place, held, method, said["id"])
            assert (answer.status_code, body_of(answer)["code"]) == (404, "NOT_FOUND")
        assert body_of(await ask(place, held)) == []

    run(tmp_path, scene)


def test_a_credential_is_never_shown_again_and_goes_to_the_sink_alone(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        async with sink(tmp_path / "sink", place) as program:
            credential = TOKEN | {"accessTokenExpiresUtc": later(place, 7200)}
            made = await subscribe(place, held, wanted(program.url, sinkCredential=credential))
            assert made.status_code == 201, made.text
            shown = made.text + (await ask(place, held)).text
            assert "s3cret" not in shown
            assert "sinkCredential" not in shown
            await check(place, 2)
        (told,) = program.heard
        assert (told.headers["authorization"], told.target) == ("Bearer s3cret", "/events?for=cedar")

    run(tmp_path, scene)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and "sink" not in path.parts]
    assert files
    assert not any(b"s3cret" in path.read_bytes() for path in files)


def test_it_lives_no_longer_than_its_consent(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        plain = body_of(await subscribe(place, held))
        asked = body_of(
            await subscribe(place, held, wanted(config={"subscriptionExpireTime": later(place, 10**8)}))
        )
        ends = {datetime.fromisoformat(one["expiresAt"]).timestamp() for one in (plain, asked)}
        assert len(ends) == 1
        assert ends.pop() <= place.clock.now() + 86_400 - 60

    run(tmp_path, scene)


def bad(**changed: Any) -> dict[str, Any]:
    return wanted(**changed)


MALFORMED: list[tuple[Any, str]] = [
    ({}, "INVALID_ARGUMENT"), ([], "INVALID_ARGUMENT"), (bad() | {"more": 1}, "INVALID_ARGUMENT"),
    (bad() | {"types": []}, "INVALID_ARGUMENT"), (bad(type="area-entered"), "INVALID_ARGUMENT"),
    (bad() | {"types": "x"}, "INVALID_ARGUMENT"), (bad(config={"initialEvent": "true"}), "INVALID_ARGUMENT"),
    (bad(config={"subscriptionMaxEvents": 0}), "INVALID_ARGUMENT"),
    (bad(config={"subscriptionMaxEvents": 1.5}), "INVALID_ARGUMENT"),
    (bad(config={"subscriptionExpireTime": "2020-01-01T00:00:00Z"}), "INVALID_ARGUMENT"),
    (bad(config={"subscriptionExpireTime": "2030-01-01T00:00:00"}), "INVALID_ARGUMENT"),
    (bad(config={"subscriptionExpireTime": "tomorrow"}), "INVALID_ARGUMENT"),
    (bad(area=circle() | {"areaType": "POLYGON"}), "INVALID_ARGUMENT"), (bad(area=circle(0.5)), "INVALID_ARGUMENT"),
    (bad(area=circle(at=(91.0, 0.0))), "INVALID_ARGUMENT"),
    (bad() | {"protocolSettings": {"headers": {"x": "y"}}}, "INVALID_ARGUMENT"),
    (bad() | {"protocol": "SMTP"}, "INVALID_ARGUMENT"), (bad() | {"protocol": "MQTT5"}, "INVALID_PROTOCOL"),
    (bad(sinkCredential={"credentialType": "PLAIN", "identifier": "a", "secret": "b"}), "INVALID_CREDENTIAL"),
    (bad(sinkCredential={"credentialType": "REFRESHTOKEN"}), "INVALID_CREDENTIAL"),
    (bad(sinkCredential={"credentialType": "PRIVATE"}), "INVALID_ARGUMENT"),
    (bad(sinkCredential=LASTING | {"accessTokenType": "mac"}), "INVALID_TOKEN"),
    (bad(sinkCredential=TOKEN), "INVALID_ARGUMENT"),
    (bad(sinkCredential=TOKEN | {"accessTokenExpiresUtc": "2020-01-01T00:00:00Z"}), "INVALID_ARGUMENT"),
    (bad(sinkCredential=LASTING | {"accessToken": "a\r\nb: c"}), "INVALID_ARGUMENT"),
    (bad(sinkCredential=LASTING | {"secret": "x"}), "INVALID_ARGUMENT"),
]  # fmt: skip


def test_what_is_not_well_formed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for body, code in MALFORMED:
            headers = place.bearing(held, FENCES) | {"content-type": "application/json"}
            answer = await place.http.post(FENCES, content=json.dumps(body), headers=headers)
            assert (answer.status_code, body_of(answer)["code"]) == (400, code), body
        assert body_of(await ask(place, held)) == []

    run(tmp_path, scene)


def test_what_is_understood_and_not_to_be_had(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        device = wanted()
        device["config"]["subscriptionDetail"]["device"] = {"phoneNumber": ELSEWHERE}
        cases = [
            (wanted(area=circle(1_999)), "GEOFENCING_SUBSCRIPTIONS.INVALID_AREA"),
            (wanted() | {"types": [LEFT, wanted()["types"][0]]}, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"),
            (device, "UNNECESSARY_IDENTIFIER"),
        ]
        for body, code in cases:
            answer = await subscribe(place, held, body)
            assert (answer.status_code, body_of(answer)["code"]) == (422, code), body
        for _ in range(3):
            assert (await subscribe(place, held)).status_code == 201
        answer = await subscribe(place, held)
        assert (answer.status_code, body_of(answer)["code"]) == (429, "QUOTA_EXCEEDED")

    run(tmp_path, scene)


@published.needed
def test_the_published_requests(tmp_path: Path) -> None:
    """Each names a device, which no token of ours lets a client do; without it and in good time it is taken."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for _, body in published.examples(NAME, "/subscriptions"):
            answer = await subscribe(place, held, body)
            assert (answer.status_code, body_of(answer)["code"]) == (422, "UNNECESSARY_IDENTIFIER")
            del body["config"]["subscriptionDetail"]["device"]
            body["config"]["subscriptionExpireTime"] = later(place, 3600)
            assert (await subscribe(place, held, body)).status_code == 201

    run(tmp_path, scene)


def test_a_token_without_a_person_reaches_nothing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        name = body_of(await subscribe(place, held))["id"]
        scopes = " ".join(word for word in held.answer["scope"].split() if word.startswith("geofencing"))
        bearer = {"authorization": f"Bearer {await place.machine(scopes)}"}
        device = wanted()
        device["config"]["subscriptionDetail"]["device"] = {"phoneNumber": NUMBER}
        for body, status, code in ((wanted(), 422, "MISSING_IDENTIFIER"), (device, 403, "PERMISSION_DENIED")):
            answer = await place.http.post(FENCES, json=body, headers=bearer)
            assert (answer.status_code, body_of(answer)["code"]) == (status, code)
        for method, path in (("GET", FENCES), ("GET", f"{FENCES}/{name}"), ("DELETE", f"{FENCES}/{name}")):
            answer = await place.http.request(method, path, headers=bearer)
            assert (answer.status_code, body_of(answer)["code"]) == (403, "PERMISSION_DENIED")
        assert len(body_of(await ask(place, held))) == 1

    run(tmp_path, scene)


def test_a_consent_to_one_answer_opens_no_subscription(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(word="YES")
        assert "geofencing" not in held.answer["scope"]
        for answer in (await subscribe(place, held), await ask(place, held)):
            assert (answer.status_code, body_of(answer)["code"]) == (403, "PERMISSION_DENIED")

    run(tmp_path, scene)


@published.needed
def test_the_scopes_are_the_published_ones_and_may_be_asked_for(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        paths = published.read(NAME)["paths"]
        known = [
            scope
            for path in paths.values()
            for operation in path.values()
            for needed in operation["security"]
            for scope in needed["openId"]
        ]
        metadata = body_of(await place.http.get("/.well-known/openid-configuration"))
        assert set(known) <= set(metadata["scopes_supported"])
        held = await place.agreed(scope=f"openid dpv:CustomerCare {' '.join(dict.fromkeys(known))}")
        assert set(known) <= set(held.answer["scope"].split())
        assert "location-retrieval:read" not in held.answer["scope"], (
            "yes or no, where nothing more is asked for"
        )
        described = body_of(await place.http.get("/location/openapi.json"))["paths"]
        ours = [
            scope
            for path, operations in described.items()
            if path.startswith(FENCES)
            for method, operation in operations.items()
            if method != "parameters"
            for needed in operation["security"]
            for scope in needed["openId"]
        ]
        assert sorted(ours) == sorted(known)

    run(tmp_path, scene)


def test_addresses_of_one_subscription(tmp_path: Path) -> None:
    """Whatever stands where the id belongs: nothing, somebody else's, or another spelling of one's own."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        name = body_of(await subscribe(place, held))["id"]
        for other in (
            "x",
            "A" * 22,
            name.lower(),
            f"{name}.json",
            f"%{ord(name[0]):02x}{name[1:]}",
            f"{name}%00",
        ):
            path = f"{FENCES}/{other}"
            for method in ("GET", "DELETE"):
                headers = place.bearing(held, path, htm=method)
                answer = await place.http.request(method, path, headers=headers)
                assert (answer.status_code, body_of(answer)["code"]) == (404, "NOT_FOUND"), path
        answer = await place.http.get(f"{FENCES}?x=1", headers=place.bearing(held, FENCES, htm="GET"))
        assert answer.status_code == 400
        for method in ("PUT", "PATCH", "POST"):
            answer = await ask(place, held, method, name)
            assert (answer.status_code, body_of(answer)["code"]) == (405, "METHOD_NOT_ALLOWED")
        assert len(body_of(await ask(place, held))) == 1

    run(tmp_path, scene)


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_without_a_token_or_with_a_proof_of_something_else(tmp_path: Path, method: str) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        name = body_of(await subscribe(place, held))["id"]
        path = f"{FENCES}/{name}" if method == "DELETE" else FENCES
        body = wanted() if method == "POST" else None

        async def sent(headers: dict[str, str]) -> httpx.Response:
            return await place.http.request(method, path, headers=headers, json=body)

        others = {"GET", "POST", "DELETE"} - {method}
        wrong = [place.bearing(held, path, htm=other) for other in sorted(others)]
        wrong += [{}, place.bearing(held, f"{path}x", htm=method), {"authorization": f"Bearer {held.token}"}]
        for headers in wrong:
            answer = await sent(headers)
            assert (answer.status_code, body_of(answer)["code"]) == (401, "UNAUTHENTICATED")
        right = place.bearing(held, path, htm=method)
        assert (await sent(right)).status_code in (200, 201, 204)
        assert (await sent(right)).status_code == 401, "a proof works once"

    run(tmp_path, scene)


def test_after_a_restart_of_the_web_tier_only_the_keyholder_knows(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=f"{SCOPE} rate:60")
        said = body_of(await subscribe(place, held))
        place.app.state.location.memory.slips._kept.clear()
        assert json.loads((await ask(place, held)).content) == [said]
        assert (await subscribe(place, held)).status_code == 201
        answer = await subscribe(place, held, wanted(area=circle(100)))
        assert answer.status_code == 401
        assert (await ask(place, held, "DELETE", said["id"])).status_code == 204

    run(tmp_path, scene)
