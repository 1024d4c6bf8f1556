"""A client's look is answered by what the person's own phone told, from an unchanged app to CAMARA's JSON."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx

from breakseal.kernel.model.canonical import digest
from breakseal.kernel.model.fixes import CATEGORY
from breakseal.kernel.seal import aead, hpke
from breakseal.kernel.seal.fixkeys import derive_pair
from breakseal.web.ingest.ports import Device
from tests.support import ownphones
from tests.support.clients import HERE, OFTEN, Held, Place, body_of, circle, run
from tests.support.courier import NUMBER
from tests.support.locating import PURPOSE
from tests.support.visits import Visit
from tests.support.world import Person

KEY = "k" * 32
SCOPE = f"openid dpv:{PURPOSE} location-retrieval:read location-verification:verify precision:1km rate:9 lasting:90d"
ELSEWHERE = (38.2, -76.2)
"""Where the phone itself says that it is; far from where the carrier's network has it."""


async def reporting(place: Place) -> tuple[Person, Device]:
    """Sign up the person whose number is asked about, with a device that may report."""
    world = place.world
    person = await asyncio.to_thread(world.resident, NUMBER)
    key = world.entropy.token(32)
    sealed = aead.seal(key, b'{"fields":{}}', aead.record_context(person.handle, CATEGORY, 1), world.entropy)
    wrap = await asyncio.to_thread(world.wrap_statement, person, CATEGORY, 1, sealed, key)
    await asyncio.to_thread(world.submit, wrap)
    point = hpke.point_of(derive_pair(key).public_key())
    device = Device("phone", person.handle, digest(KEY.encode()), point, b"", 0)
    assert await place.app.state.parts.store.devices.add(device, 10)
    return person, device


async def report(place: Place, ago: int = 5, **more: Any) -> httpx.Response:
    body = ownphones.owntracks(place.clock.now() - ago, lat=ELSEWHERE[0], lon=ELSEWHERE[1], **more)
    told = base64.b64encode(f"phone:{KEY}".encode()).decode()
    return await place.http.post("/in/owntracks", json=body, headers={"authorization": f"Basic {told}"})


async def agreed(place: Place, person: Person) -> Held:
    """Have the person agree by their own key, and take the token."""
    visit = await Visit.begin(place, scope=SCOPE)
    consent = await visit.agree(person, precision="1km")
    answer = await visit.exchange(await visit.back(person, consent))
    return Held("", answer.json()["access_token"], answer.json())


def away_from(said: dict[str, Any], place: tuple[float, float]) -> float:
    center = said["area"]["center"]
    return max(abs(center["latitude"] - place[0]), abs(center["longitude"] - place[1]))


def test_a_fresh_report_answers_a_look_as_coarsely_as_was_agreed(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        person, _ = await reporting(place)
        held = await agreed(place, person)
        assert (await report(place)).status_code == 200
        answer = await place.retrieve(held)
        said = body_of(answer)
        assert away_from(said, ELSEWHERE) < 0.05
        assert answer.headers["breakseal-fix"].startswith("source=phone;age=5;radius=1")
        assert said["area"]["radius"] > 1_000
        assert said["lastLocationTime"] == "2026-09-21T14:13:15Z"
        assert place.network.asked == 0
        assert await place.looks() == 1
        verdict = body_of(await place.verify(held, {"area": circle(20_000, ELSEWHERE)}))
        assert verdict["verificationResult"] == "TRUE"

    run(tmp_path, scene)


def test_a_yes_by_text_leaves_the_look_to_the_carrier(tmp_path: Path) -> None:
    """It proves who holds one phone of the record, and not that the phone that reports is the same."""

    async def scene(place: Place) -> None:
        await reporting(place)
        held = await place.agreed(scope=OFTEN)
        assert (await report(place)).status_code == 200
        answer = await place.retrieve(held)
        assert away_from(body_of(answer), HERE) < 0.05
        assert answer.headers["breakseal-fix"].startswith("source=carrier;")

    run(tmp_path, scene)


def test_an_old_report_leaves_the_look_to_the_carrier(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        person, _ = await reporting(place)
        held = await agreed(place, person)
        assert (await report(place, ago=3_000)).status_code == 200
        assert away_from(body_of(await place.retrieve(held)), HERE) < 0.05

    run(tmp_path, scene)


def test_a_fix_that_the_web_tier_swapped_leaves_the_look_to_the_carrier(tmp_path: Path) -> None:
    """Sealed to the right point, for another device of the store's: the keyholder refuses it, and nobody is misled."""

    async def scene(place: Place) -> None:
        person, device = await reporting(place)
        held = await agreed(place, person)
        await report(place)
        devices = place.app.state.parts.store.devices
        await devices.add(Device("tablet", person.handle, b"", device.point, b"", 0), 10)
        (told,) = await devices.fixes(person.handle, 0)
        await devices.keep_fixes([type(told)("tablet", told.at + 1, told.sealed)], 500)
        assert away_from(body_of(await place.retrieve(held)), HERE) < 0.05

    run(tmp_path, scene)


def test_after_stop_the_phones_own_report_is_served_to_nobody(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        person, _ = await reporting(place)
        held = await agreed(place, person)
        await report(place)
        await place.reply("STOP")
        assert (await place.retrieve(held)).status_code == 401
        assert (await report(place, ago=4)).status_code == 200

    run(tmp_path, scene)
