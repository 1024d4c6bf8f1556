"""CAMARA location-retrieval v0.5 as we serve it: every exchange is judged by the published file (`support.clients`)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from breakseal.client.answers import Location, with_source
from breakseal.web.location.credentials import token_hash
from tests.support import published
from tests.support.clientparts import ELSEWHERE
from tests.support.clients import HERE, OFTEN, SCOPE, Place, body_of, run
from tests.support.locating import RETRIEVE

DEVICE = {"phoneNumber": "+12025550143"}
OK, MALFORMED, UNAUTHENTICATED, DENIED, UNPROCESSABLE = 200, 400, 401, 403, 422


def assert_refused(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    said = body_of(answer)
    assert (said["status"], said["code"]) == (status, code)
    assert set(said) == {"status", "code", "message"}


def test_a_yes_gives_a_circle_no_finer_than_agreed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        answer = await place.retrieve(held, **{"x-correlator": "b4333c46-49c0-4f62-80d7-f0ef930f1c46"})
        assert answer.status_code == OK
        said = body_of(answer)
        assert set(said) == {"lastLocationTime", "area"}
        assert said["area"]["radius"] > 1_000
        assert abs(said["area"]["center"]["latitude"] - HERE[0]) < 0.05
        assert answer.headers["x-correlator"] == "b4333c46-49c0-4f62-80d7-f0ef930f1c46"
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        assert await place.looks() == 1

    run(tmp_path, scene)


def test_the_answer_names_its_source_with_age_and_radius(tmp_path: Path) -> None:
    """In a header, which keeps the published body valid; and our own client reads what we write."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        answer = await place.retrieve(held)
        radius, at = body_of(answer)["area"]["radius"], body_of(answer)["lastLocationTime"]
        age = place.clock.now() - int(datetime.fromisoformat(at).timestamp())
        assert answer.headers["breakseal-fix"] == f"source=carrier;age={age};radius={radius:.0f}"
        read = with_source(msgspec.json.decode(answer.content, type=Location), answer.headers)
        assert (read.source, read.age) == ("carrier", age)
        verified = await place.verify(held)
        assert verified.headers["breakseal-fix"] == f"source=carrier;age={age}"
        assert "breakseal-fix" not in (await place.retrieve(held, {"maxSurface": 1})).headers
        for text in (
            "",
            "source=carrier",
            "source=carrier;age=-1",
            "source=a;age=1;radius=2;x=3",
            "age=1;source=a",
        ):
            unread = with_source(read, {"breakseal-fix": text})
            assert unread is read

    run(tmp_path, scene)


@pytest.mark.parametrize(("precision", "least"), [("10km", 8_000), ("region", 60_000)])
def test_what_was_agreed_bounds_the_circle(tmp_path: Path, precision: str, least: int) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=f"{SCOPE} precision:{precision}")
        area = body_of(await place.retrieve(held))["area"]
        assert area["radius"] >= least

    run(tmp_path, scene)


def test_age_and_surface_only_ever_take_away(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        assert (await place.retrieve(held, {"maxAge": 120})).status_code == OK
        fresh = await place.retrieve(held, {"maxAge": 0})
        assert body_of(fresh)["lastLocationTime"] == "2026-09-21T14:13:20Z"
        assert (await place.retrieve(held, {"maxAge": 60.0, "maxSurface": 10**9})).status_code == OK
        answer = await place.retrieve(held, {"maxSurface": 1_000})
        assert_refused(answer, UNPROCESSABLE, "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_SURFACE")
        answer = await place.retrieve(held, {"maxAge": 10})
        assert_refused(answer, UNPROCESSABLE, "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_AGE")
        place.network.fault = "no-location"
        answer = await place.retrieve(held, {"maxAge": 0})
        assert_refused(answer, UNPROCESSABLE, "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_AGE")
        answer = await place.retrieve(held)
        assert_refused(answer, UNPROCESSABLE, "LOCATION_RETRIEVAL.UNABLE_TO_LOCATE")

    run(tmp_path, scene)


@published.needed
def test_a_persons_token_says_whose_phone_it_is(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        devices = [value for _, value in published.examples("location-retrieval.yaml", "/retrieve")]
        assert len(devices) == 5
        for body in devices:
            answer = await place.retrieve(held, body)
            if "device" in body:
                assert_refused(answer, UNPROCESSABLE, "UNNECESSARY_IDENTIFIER")
            else:
                assert answer.status_code == OK
        assert await place.looks() == 1

    run(tmp_path, scene)


def test_a_token_without_a_person_never_reaches_personal_data(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        token = {"authorization": f"Bearer {await place.machine()}"}
        answer = await place.http.post(RETRIEVE, json={"maxAge": 60}, headers=token)
        assert_refused(answer, UNPROCESSABLE, "MISSING_IDENTIFIER")
        answer = await place.http.post(RETRIEVE, json={"device": DEVICE}, headers=token)
        assert_refused(answer, DENIED, "PERMISSION_DENIED")
        elsewhere = await place.http.post(
            RETRIEVE, json={"device": {"phoneNumber": ELSEWHERE}}, headers=token
        )
        assert elsewhere.content == answer.content
        assert await place.looks() == 0
        assert place.network.asked == 0

    run(tmp_path, scene)


MALFORMED_BODIES = [
    b"", b"null", b"[]", b'"x"', b"{", b'{"maxAge":"60"}', b'{"maxAge":true}', b'{"maxAge":null}',
    b'{"maxAge":1.5}',
    b'{"maxAge":-1}', b'{"maxSurface":0}', b'{"maxAge":60,"maxAge":600}', b'{"maxAge":NaN}',
    b'{"maxAge":1e999}',
    b'{"device":{}}', b'{"device":{"phoneNumber":"12025550143"}}',
    b'{"device":{"ipv4Address":{"publicAddress":"1.2.3.4"}}}',
    b'{"device":{"ipv4Address":{"publicAddress":"x","publicPort":1}}}', b'{"consent":true}',
    b"\xff\xfe{\x00}\x00",
    b'{"device":{"ipv6Address":"1.2.3.4"}}', b"[" * 9_000, b"9" * 5_000, b'{"maxAge":' + b"9" * 5_000 + b"}",
]  # fmt: skip


def test_a_body_that_is_not_well_formed_is_said_to_be_so(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for body in MALFORMED_BODIES:
            headers = place.bearing(held, RETRIEVE) | {"content-type": "application/json"}
            answer = await place.http.post(RETRIEVE, content=body, headers=headers)
            assert answer.status_code == MALFORMED, body[:60]
            assert_refused(answer, MALFORMED, "INVALID_ARGUMENT")
        assert await place.looks() == 0

    run(tmp_path, scene)


def test_wrong_media_types_lengths_and_methods(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "application/json;charset=x",
        ):
            headers = place.bearing(held, RETRIEVE) | {"content-type": kind}
            answer = await place.http.post(RETRIEVE, content=b"{}", headers=headers)
            assert_refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
        answer = await place.retrieve(held, {"x": "y" * 20_000})
        assert_refused(answer, MALFORMED, "INVALID_ARGUMENT")
        for method in ("GET", "PUT", "DELETE", "PATCH"):
            answer = await place.http.request(method, RETRIEVE, headers=place.bearing(held, RETRIEVE))
            assert_refused(answer, 405, "METHOD_NOT_ALLOWED")
            assert "POST" in answer.headers["allow"]
        for path in ("/location-retrieval/v0.5", "/location-retrieval/v1/retrieve", "/location-retrieval/"):
            answer = await place.http.post(path, json={}, headers={"x-correlator": "c"})
            assert_refused(answer, 404, "NOT_FOUND")
            assert answer.headers["x-correlator"] == "c"

    run(tmp_path, scene)


def test_the_correlator_comes_back_or_is_refused(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for good in ("", "a" * 256, "A-z_0:;./<>{}"):
            assert (await place.retrieve(held, **{"x-correlator": good})).headers["x-correlator"] == good
        for bad in ("a b", "a" * 257, "é", "a,b", "(x)"):
            headers = place.bearing(held, RETRIEVE) | {"x-correlator": bad}
            sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
            answer = await place.http.post(RETRIEVE, json={}, headers=sent)
            assert_refused(answer, MALFORMED, "INVALID_ARGUMENT")
            assert "x-correlator" not in answer.headers
        assert "x-correlator" not in (await place.retrieve(held)).headers

    run(tmp_path, scene)


def test_whoever_has_no_live_token_and_proof_hears_one_thing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        good = place.bearing(held, RETRIEVE)
        other = place.bearing(held, "/location-verification/v3/verify")
        used = place.bearing(held, RETRIEVE)
        assert (await place.http.post(RETRIEVE, json={}, headers=used)).status_code == OK
        cases: list[dict[str, str]] = [
            {},
            {"authorization": good["authorization"]},
            {"authorization": f"Bearer {held.token}"},
            {"authorization": f"Bearer {held.token}", "dpop": good["dpop"]},
            {"authorization": f"Basic {held.token}"},
            {"authorization": f"DPoP {'A' * 43}", "dpop": good["dpop"]},
            {"authorization": good["authorization"], "dpop": other["dpop"]},
            {"authorization": good["authorization"], "dpop": "x.y.z"},
            used,
            place.bearing(held, RETRIEVE, iat=place.clock.now() - 61),
            place.bearing(held, RETRIEVE, htm="GET"),
        ]
        for case, headers in enumerate(cases):
            answer = await place.http.post(RETRIEVE, json={}, headers=headers)
            assert answer.status_code == UNAUTHENTICATED, case
            assert_refused(answer, UNAUTHENTICATED, "UNAUTHENTICATED")
            assert answer.headers["www-authenticate"].startswith('DPoP algs="ES256 EdDSA"')
        assert await place.looks() == 1
        assert (await place.http.post(RETRIEVE, json={}, headers=good)).status_code == OK

    run(tmp_path, scene)


def test_looks_beyond_the_agreed_rate_wait(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=f"{SCOPE} rate:2")
        assert [(await place.retrieve(held)).status_code for _ in range(2)] == [OK, OK]
        assert_refused(await place.retrieve(held), 429, "TOO_MANY_REQUESTS")

    run(tmp_path, scene)


def test_a_part_that_is_down_is_said_plainly(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        await place.end("courier")
        answer = await place.retrieve(held)
        assert_refused(answer, 503, "UNAVAILABLE")
        assert answer.headers["retry-after"] == "5"
        await place.end("keyholder")
        assert_refused(await place.retrieve(held), 503, "UNAVAILABLE")

    run(tmp_path, scene)


def test_after_a_restart_of_the_web_tier_the_keyholders_word_still_counts(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        place.app.state.location.memory.slips.drop(token_hash(held.token))
        assert (await place.retrieve(held)).status_code == OK
        assert_refused(await place.retrieve(held, {"device": DEVICE}), UNAUTHENTICATED, "UNAUTHENTICATED")
        await place.reply("STOP")
        assert_refused(await place.retrieve(held), UNAUTHENTICATED, "UNAUTHENTICATED")

    run(tmp_path, scene)
