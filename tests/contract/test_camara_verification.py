"""CAMARA location-verification v3 as we serve it; the published file judges every exchange (`support.clients`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import published
from tests.support.clients import HERE, OFTEN, Place, body_of, circle, run
from tests.support.locating import PURPOSE, VERIFY

ONLY_WHETHER = f"openid dpv:{PURPOSE} location-verification:verify"
NAME = "location-verification.yaml"


@pytest.mark.parametrize(
    ("area", "result"),
    [
        (circle(50_000), "TRUE"),
        (circle(5_000, (0.0, 0.0)), "FALSE"),
        (circle(2_000, (HERE[0] + 0.02, HERE[1])), "PARTIAL"),
        (circle(2_000.5, (-90, 180)), "FALSE"),
        (circle(1e300), "TRUE"),
    ],
)
def test_yes_no_and_partly(tmp_path: Path, area: dict[str, Any], result: str) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed()
        answer = await place.verify(held, {"area": area, "maxAge": 120})
        assert answer.status_code == 200, answer.text
        said = body_of(answer)
        assert said["verificationResult"] == result
        assert ("matchRate" in said) is (result == "PARTIAL")
        assert set(said) <= {"verificationResult", "lastLocationTime", "matchRate"}

    run(tmp_path, scene)


def test_who_asks_whether_only_learns_no_place(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=ONLY_WHETHER)
        assert "location-retrieval:read" not in held.answer["scope"]
        assert any("yes or no to areas" in text for text in await place.texts())
        assert (await place.verify(held)).status_code == 200
        answer = await place.retrieve(held)
        assert (answer.status_code, body_of(answer)["code"]) == (403, "PERMISSION_DENIED")
        place.app.state.location.memory.slips._kept.clear()
        answer = await place.retrieve(held)
        assert (answer.status_code, body_of(answer)["code"]) == (401, "UNAUTHENTICATED")
        assert await place.looks() == 1
        assert place.network.asked == 1

    run(tmp_path, scene)


def test_areas_too_small_to_ask_about(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for radius in (1, 500, 1_999.9):
            answer = await place.verify(held, {"area": circle(radius)})
            said = body_of(answer)
            assert (answer.status_code, said["code"]) == (422, "LOCATION_VERIFICATION.INVALID_AREA")
            assert "2000 metres" in said["message"]
        assert await place.looks() == 0
        assert (await place.verify(held, {"area": circle(2_000)})).status_code == 200

    run(tmp_path, scene)


def test_nothing_known_reads_by_whether_an_age_was_asked(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        place.network.fault = "no-location"
        answer = await place.verify(held, {"area": circle()})
        assert body_of(answer)["code"] == "LOCATION_VERIFICATION.UNABLE_TO_LOCATE"
        answer = await place.verify(held, {"area": circle(), "maxAge": 3600})
        assert body_of(answer)["code"] == "LOCATION_VERIFICATION.UNABLE_TO_FULFILL_MAX_AGE"

    run(tmp_path, scene)


@published.needed
def test_the_published_requests(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        machine = {"authorization": f"Bearer {await place.machine('location-verification:verify')}"}
        for _, body in published.examples(NAME, "/verify"):
            answer = await place.verify(held, body)
            assert answer.status_code == (422 if "device" in body else 200), answer.text
            answer = await place.http.post(VERIFY, json=body, headers=machine)
            assert answer.status_code == (403 if "device" in body else 422), answer.text

    run(tmp_path, scene)


MALFORMED_AREAS: list[Any] = [
    None, {}, {"areaType": "CIRCLE"}, circle() | {"radius": 0}, circle() | {"radius": "5000"},
    circle(at=(90.1, 0)),
    circle(at=(0, -181)), circle() | {"areaType": "POLYGON"}, circle() | {"areaType": "circle"},
    circle() | {"more": 1},
    {"areaType": "POLYGON", "boundary": [{"latitude": 1, "longitude": 1}] * 3}, [circle()],
]  # fmt: skip


def test_areas_that_are_not_well_formed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        for area in MALFORMED_AREAS:
            headers = place.bearing(held, VERIFY) | {"content-type": "application/json"}
            answer = await place.http.post(VERIFY, content=json.dumps({"area": area}), headers=headers)
            assert (answer.status_code, body_of(answer)["code"]) == (400, "INVALID_ARGUMENT"), area
        assert await place.looks() == 0

    run(tmp_path, scene)
