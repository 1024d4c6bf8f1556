"""Requests for fences as an intruder spells them, addresses that nobody should be told at, and what copies tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from breakseal.kernel.model import location
from tests.attack.test_location_variants import FORMATS
from tests.attack.test_stolen_copy import absent
from tests.support.clients import NUMBER, OFTEN, SCOPE, Place, body_of, circle, run
from tests.support.fences import FENCES, LEFT, ask, check, sink, subscribe, wanted
from tests.support.locating import Locating
from tests.support.world import NUMBER as ROSAS

AT_ONCE = {"initialEvent": True}


INNER = [
    "http://events.cedar.example/", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/x", "https://192.168.0.1/",
    "https://169.254.169.254/latest/meta-data/", "https://172.31.255.1/", "https://100.64.1.1/", "https://0/",
    "https://[fd00::1]/", "https://[fe80::1]/", "https://[::ffff:10.0.0.1]/", "https://2130706433/", "https://0x7f.1/",
    "https://127.1/", "https://keyholder/", "https://courier.internal/", "https://printer.local/",
    "https://x.localhost/", "https://u:p@events.cedar.example/", "https://events.cedar.example/#x", "https://",
    "ftp://events.cedar.example/", "unix:///run/keyholder.sock", "file:///etc/passwd", "https://events.cedar.example:0/",
    "https://events.cedar.example/ x", "https://127.0.0.1./", "https://localhost/", "http://localhost:8912/",
]  # fmt: skip


def test_a_sink_cannot_be_an_internal_address(tmp_path: Path) -> None:
    """Refused by its form, in whatever spelling; and what only a name service could tell is never connected to."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        place.app.state.location.demo = False
        for url in INNER:
            headers = place.bearing(held, FENCES) | {"content-type": "application/json"}
            answer = await place.http.post(FENCES, content=json.dumps(wanted(url)), headers=headers)
            assert (answer.status_code, body_of(answer)["code"]) == (400, "INVALID_SINK"), url
        place.app.state.location.demo = True
        async with sink(tmp_path / "sink", place) as program:
            place.courier.location.fencing._sinks._local = False
            assert (await subscribe(place, held, wanted(program.url, config=AT_ONCE))).status_code == 201
            await check(place, 3)
            assert program.heard == [], "this machine's own address, by a name that means it"

    run(tmp_path, scene)


HEADERS = [("authorization", f"DPoP {'A' * 43}"), ("dpop", "a.b.c"), ("content-type", "application/json")]
ADDRESSES = [
    f"{FENCES}.json", f"{FENCES}/", f"{FENCES}?consent=granted", FENCES.replace("v0.5", "V0.5"), f"/api{FENCES}",
]  # fmt: skip
CONSENTING: list[Any] = [
    wanted() | {"consent": True}, wanted(config={"consent": "granted"}), [wanted()],
    wanted() | {"phoneNumber": NUMBER}, wanted() | {"device": {"phoneNumber": NUMBER}},
]  # fmt: skip


def test_no_format_or_override_changes_the_decision(tmp_path: Path) -> None:
    """F19, F20: `Accept`, method overrides, forwarded names; without a consent, and with one."""

    async def scene(place: Place) -> None:
        body = json.dumps(wanted()).encode()
        refused = await _post(place, FENCES, HEADERS, body)
        for extra in FORMATS:
            answer = await _post(place, FENCES, [*HEADERS, *extra], body)
            assert (answer.status_code, answer.content) == (401, refused.content), extra
        held = await place.agreed(scope=OFTEN)
        made = body_of(await subscribe(place, held))["id"]
        address = f"{FENCES}/{made}"
        for extra in FORMATS:
            asked = [*place.bearing(held, address, htm="GET").items(), *extra]
            sent = [(name.encode(), value.encode()) for name, value in asked]
            answer = await place.http.get(address, headers=sent)
            assert (answer.status_code, body_of(answer)["id"]) == (200, made), extra

    run(tmp_path, scene)


def test_no_address_method_or_word_of_consent_begins_a_watch(tmp_path: Path) -> None:
    """F19, F20, F27: suffixes, parameters, other methods, members that say that somebody agreed."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        body = json.dumps(wanted()).encode()
        for spelt in ADDRESSES:
            answer = await _post(place, spelt, [*place.bearing(held, FENCES).items(), HEADERS[2]], body)
            assert answer.status_code in (400, 404, 405), spelt
        for method in ("PUT", "PATCH", "HEAD", "OPTIONS", "TRACE"):
            for address in (FENCES, f"{FENCES}/{'A' * 22}"):
                claims = place.bearing(held, address, htm=method)
                answer = await place.http.request(method, address, headers=claims, content=body)
                assert answer.status_code in (404, 405), method
        for value in CONSENTING:
            headers = [*place.bearing(held, FENCES).items(), HEADERS[2]]
            answer = await _post(place, FENCES, headers, json.dumps(value).encode())
            assert answer.status_code == 400, value
        assert json.loads((await ask(place, held)).content) == []

    run(tmp_path, scene)


async def _post(place: Place, path: str, headers: list[tuple[str, str]], body: bytes) -> httpx.Response:
    sent = [(name.encode(), value.encode()) for name, value in headers]
    return await place.http.post(path, content=body, headers=sent)


def test_a_copy_of_the_database_tells_no_area_sink_or_number(places: Locating) -> None:
    places.watch(places.agree(), area=location.Area(lat=43_123_456, lon=-87_654_321, radius=7_777))
    places.checked()
    for needle in (b"43123456", b"87654321", b"7777,", b"cedar.example", ROSAS.encode(), b"area-entered"):
        absent(places.world.folder, "a watch", needle)


def test_nothing_of_a_place_or_sink_is_written_down_by_web_or_courier(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=f"{SCOPE} rate:60")
        async with sink(tmp_path / "elsewhere", place) as program:
            area = circle(7_777, at=(38.8912, -77.0312))
            await subscribe(place, held, wanted(program.url, area=area, config=AT_ONCE))
            await subscribe(place, held, wanted(program.url, type=LEFT, area=area))
            await check(place, 4)
            assert "area-entered" in program.types

    with caplog.at_level("DEBUG"):
        run(tmp_path, scene)
    kept = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and path.suffix not in (".pem", ".key", ".json")
    ]
    written = caplog.text.encode() + b"".join(path.read_bytes() for path in kept)
    for needle in ("7777", "38.89", "38891", "for=cedar", "area-entered"):
        assert needle.encode() not in written, needle
