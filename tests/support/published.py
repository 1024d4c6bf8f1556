"""CAMARA's published files as judges of what is sent and answered (OpenAPI 3.0; read from the folder of env SPECS).

The files are not in this repository: a test that needs them says so and is skipped where the folder is absent.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = Path(os.environ.get("SPECS", "../shared/specs")) / "camara"
needed = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the folder of published files `{FOLDER}` is absent")

FILES = {
    "/location-retrieval/v0.5/retrieve": ("location-retrieval.yaml", "/retrieve"),
    "/location-verification/v3/verify": ("location-verification.yaml", "/verify"),
    "/consent-info/v0.2/retrieve": ("consent-info.yaml", "/retrieve"),
}
FENCES = "/geofencing-subscriptions/v0.5/subscriptions"
FENCE_FILE = "geofencing-subscriptions.yaml"
OPERATIONS = {
    **{(path, "post"): known for path, known in FILES.items()},
    (FENCES, "post"): (FENCE_FILE, "/subscriptions"),
    (FENCES, "get"): (FENCE_FILE, "/subscriptions"),
    (f"{FENCES}/{{subscriptionId}}", "get"): (FENCE_FILE, "/subscriptions/{subscriptionId}"),
    (f"{FENCES}/{{subscriptionId}}", "delete"): (FENCE_FILE, "/subscriptions/{subscriptionId}"),
}
"""Every operation that is served: file and path in it."""
COMMON = "CAMARA_common.yaml"
ELSEWHERE = frozenset({405, 415, 429, 500, 503})
"""Statuses of the design guide that the APIs' own files leave to the common one."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_formats = jsonschema.FormatChecker()


def _is_moment(value: object) -> bool:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return bool(datetime.fromisoformat(value))
    return not isinstance(value, str)


_formats.checks("date-time", raises=ValueError)(_is_moment)


@functools.cache
def read(name: str) -> dict[str, Any]:
    """Return a published file."""
    # The common file is a template with holes for codes, which no parser takes.
    text = re.sub(r"\{ ?\{ ?([A-Z_]+) ?\} ?\}", r"\1", (FOLDER / name).read_text("utf-8"))
    tree: dict[str, Any] = yaml.safe_load(text)
    return tree


def check(name: str, pointer: str, value: object) -> None:
    """Check `value` against the schema at `pointer` of a file.

    Raises:
        jsonschema.ValidationError: it does not fit.
    """
    _validator(name, pointer).validate(value)


def fits(name: str, pointer: str, value: object) -> bool:
    """Tell whether `value` fits the schema at `pointer` of a file."""
    return bool(_validator(name, pointer).is_valid(value))


def check_exchange(answer: httpx.Response) -> None:
    """Check an answer of one of CAMARA's paths, and its request unless it was refused for its form.

    Raises:
        jsonschema.ValidationError, AssertionError: the published file says otherwise.
    """
    path, method = _template(answer.request.url.path), answer.request.method.lower()
    if path not in {path for path, _ in OPERATIONS} or method == "head":
        return
    sent = answer.request.headers.get("x-correlator")
    given = answer.headers.get("x-correlator")
    assert given in (None, sent), "an x-correlator that was not sent"
    if answer.status_code == 204:
        assert answer.content == b""
        assert given == sent
        return
    assert answer.headers["content-type"] == "application/json"
    value = json.loads(answer.content)
    if answer.status_code in ELSEWHERE or (path, method) not in OPERATIONS:
        at = f"/components/responses/Generic{answer.status_code}/content/application~1json/schema"
        check(COMMON, at, value)
        return
    name, inner = OPERATIONS[(path, method)]
    at = f"/paths/{inner.replace('/', '~1')}/{method}"
    check(name, _response(name, at, answer.status_code), value)
    if answer.status_code in (200, 201, 422):
        assert given == sent
    # One file admits one type of event, and yet names a failure for more: that request cannot fit.
    fitting = answer.status_code in (200, 201, 422) and "MULTIEVENT" not in str(value)
    if fitting and method == "post":
        check(name, f"{at}/requestBody/content/application~1json/schema", json.loads(answer.request.content))


def check_event(event: object) -> None:
    """Check what a sink was told against the published callback.

    Raises:
        jsonschema.ValidationError: it does not fit.
    """
    check(FENCE_FILE, "/components/schemas/CloudEvent", event)


def _template(path: str) -> str:
    return f"{FENCES}/{{subscriptionId}}" if path.startswith(f"{FENCES}/") else path


def examples(name: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the published examples of requests."""
    content = read(name)["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    for title, example in content["examples"].items():
        known = at(name, example["$ref"].removeprefix("#")) if "$ref" in example else example
        yield title, known["value"]


def codes(name: str, path: str, method: str = "post") -> dict[int, set[str]]:
    """Return the error codes that a file names, by status."""
    found: dict[int, set[str]] = {}
    for status, response in read(name)["paths"][path][method]["responses"].items():
        if status.startswith("2"):
            continue
        where = at(name, response["$ref"].removeprefix("#")) if "$ref" in response else response
        narrowed = where["content"]["application/json"]["schema"]["allOf"][1]["properties"]["code"]
        found[int(status)] = set(narrowed["enum"])
    return found


def at(name: str, pointer: str) -> Any:
    """Return what stands at a JSON pointer of a file."""
    found: Any = read(name)
    for step in pointer.strip("/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def _response(name: str, operation: str, status: int) -> str:
    pointer = f"{operation}/responses/{status}"
    known = at(name, pointer)
    base = known["$ref"].removeprefix("#") if "$ref" in known else pointer
    return f"{base}/content/application~1json/schema"


@functools.cache
def _validator(name: str, pointer: str) -> Any:
    resource = DRAFT202012.create_resource(read(name))
    registry: Registry[Any] = Registry().with_resource(f"urn:camara:{name}", resource)
    schema = {"$ref": f"urn:camara:{name}#{pointer}"}
    return _Published(schema, registry=registry, format_checker=_formats)


_inside: set[int] = set()


def _discriminate(validator: Any, rule: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """Apply OpenAPI's `discriminator`, which JSON Schema does not know: the mapped schema must hold too."""
    if not isinstance(instance, dict) or id(instance) in _inside:
        return
    target = rule["mapping"].get(instance.get(rule["propertyName"]))
    if target is None:
        yield jsonschema.ValidationError(f"no schema for this {rule['propertyName']}")
        return
    _inside.add(id(instance))
    try:
        yield from validator.descend(instance, {"$ref": target})
    finally:
        _inside.discard(id(instance))


_Published: Any = jsonschema.validators.extend(
    jsonschema.Draft202012Validator, {"discriminator": _discriminate}
)
