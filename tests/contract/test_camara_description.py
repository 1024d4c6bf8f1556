"""Our own description of CAMARA's interfaces: it says what is served, and no less or more than the published files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support import published
from tests.support.clientparts import serving
from tests.support.clients import OFTEN, Held, Place, body_of, run
from tests.support.courier import free_port

DESCRIPTION = "/location/openapi.json"
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
)  # fmt: skip
NEVER_SENT = {
    "IDENTIFIER_NOT_FOUND": "it would tell one number from another",
    "SERVICE_NOT_APPLICABLE": "it would tell one number from another",
    "UNSUPPORTED_IDENTIFIER": "no identifier is taken at all",
    "OUT_OF_RANGE": "INVALID_ARGUMENT says it",
    "LOCATION_VERIFICATION.AREA_NOT_COVERED": "it would tell whose network a phone is in",
    "GEOFENCING_SUBSCRIPTIONS.AREA_NOT_COVERED": "it would tell whose network a phone is in",
    "CONSENT_INFO.CAPTURE_FREQUENCY_EXCEEDED": "nothing is captured at an address; asking by text has its own answer",
}


async def described(place: Place) -> dict[str, Any]:
    return body_of(await place.http.get(DESCRIPTION))


@published.needed
def test_it_names_the_published_codes_and_why_some_are_never_sent(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        paths = (await described(place))["paths"]
        served = {
            (path, method) for path, known in paths.items() for method in known if method != "parameters"
        }
        assert served == set(published.OPERATIONS)
        unsent: set[str] = set()
        for (path, method), (name, operation) in published.OPERATIONS.items():
            theirs, ours = published.codes(name, operation, method), _codes(paths[path][method])
            for status in set(ours) - published.ELSEWHERE - {404}:
                assert ours[status] <= theirs[status], (path, status)
            unsent |= {code for status in theirs for code in theirs[status] - ours.get(status, set())}
        assert unsent == set(NEVER_SENT)

    run(tmp_path, scene)


def _codes(operation: dict[str, Any]) -> dict[int, set[str]]:
    found = {}
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            schema = response["content"]["application/json"]["schema"]
            found[int(status)] = set(schema["allOf"][1]["properties"]["code"]["enum"])
    return found


@published.needed
def test_every_published_request_fits_ours(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        document = await described(place)
        for (path, method), (name, operation) in published.OPERATIONS.items():
            if method != "post":
                continue
            content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            schema = content["schema"] | {"components": document["components"]}
            fitting = [value for _, value in published.examples(name, operation)]
            for body in fitting:
                jsonschema.validate(body, schema, jsonschema.Draft202012Validator)
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(fitting[0] | {"more": 1}, schema, jsonschema.Draft202012Validator)

    run(tmp_path, scene)


def test_whatever_is_sent_is_answered_as_described(tmp_path: Path) -> None:
    """Schemathesis makes requests of our description, fitting and not; each carries a live token and its own proof."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        port = free_port()
        async with serving(place.app, port):
            base = f"http://127.0.0.1:{port}"
            fitting = await asyncio.to_thread(_send_everything, place, held, base, GenerationMode.POSITIVE)
            unfitting = await asyncio.to_thread(_send_everything, place, held, base, GenerationMode.NEGATIVE)
        assert (
            {200, 404, 422} <= fitting <= {200, 201, 400, 403, 404, 422, 429}
        )  # few of the sinks are addresses
        assert 400 in unfitting
        assert unfitting <= {200, 201, 400, 403, 404, 405, 415, 422, 429}

    run(tmp_path, scene)


def _send_everything(place: Place, held: Held, base: str, mode: GenerationMode) -> set[int]:
    schema = schemathesis.openapi.from_url(base + DESCRIPTION)
    statuses: set[int] = set()
    for result in schema.get_all_operations():
        _send(place, held, base, result.ok().as_strategy(generation_mode=mode), statuses)
    return statuses


def _send(place: Place, held: Held, base: str, cases: Any, statuses: set[int]) -> None:
    @settings(
        max_examples=40,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def every(case: Any) -> None:
        place.clock.time += 1
        headers = place.bearing(held, case.formatted_path, htm=case.method)
        answer = case.call(base_url=base, headers=headers)
        statuses.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    every()
