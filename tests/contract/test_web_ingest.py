"""Unchanged phone apps report to a running web tier; each comes back as the person's own fix, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from breakseal.kernel.model import answers, canonical
from breakseal.kernel.model.fixes import CATEGORY, KEPT_SECONDS
from breakseal.kernel.model.location import Fix
from breakseal.kernel.seal import hpke
from breakseal.kernel.seal.fixkeys import derive_pair
from breakseal.programmes.location.reports import KEPT_FIXES, UNSAID_RADIUS
from tests.support import ownphones as phones
from tests.support.ownphones import (
    HERE,
    OwnPhone,
    feature,
    osmand,
    overland,
    own_phone,
    owntracks,
    told,
    traccar,
)
from tests.support.webapp import WEB, WebWorld, in_web

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def started(web: WebWorld) -> tuple[OwnPhone, int]:
    """Sign somebody up with a phone of their own; return it and the time."""
    return await own_phone(web, web.world.resident(granted=False)), web.world.clock.now()


def fix(at: int, **more: int) -> Fix:
    return Fix(**(HERE | {"at": at} | more))


async def by_owntracks(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    answer = await phones.post(web, "/in/owntracks", owntracks(at), **phone.basic, **{"x-limit-u": "rosa"})
    return answer.status_code, answer.content


async def by_traccar(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    answer = await phones.post(web, "/in/traccar", traccar(phone, at))
    return answer.status_code, answer.content


async def by_overland(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    answer = await phones.post(web, "/in/overland", overland(feature(at)), **phone.bearer)
    return answer.status_code, answer.content


async def by_osmand(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    answer = await web.http.get(f"/in/osmand?{osmand(at, id=phone.pair)}")
    return answer.status_code, answer.content


async def by_form(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    answer = await phones.post(web, "/in/osmand", osmand(at * 1000, deviceid=phone.pair).encode(), **FORM)
    return answer.status_code, answer.content


async def by_old_client(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    """Older Traccar clients post with everything in the address, and nothing in the body."""
    answer = await phones.post(web, f"/in/osmand?{osmand(at, id=phone.pair)}", b"")
    return answer.status_code, answer.content


async def by_gpslogger(web: WebWorld, phone: OwnPhone, at: int) -> tuple[int, bytes]:
    query = osmand(phones.iso(at), ser="310", sat="9", spd="9.81", desc="HomeNet")
    answer = await web.http.get(f"/in/osmand?{query}", headers=phone.basic)
    return answer.status_code, answer.content


APPS = {
    "owntracks": (by_owntracks, b"[]"), "traccar": (by_traccar, b""), "overland": (by_overland, b'{"result":"ok"}'),
    "osmand": (by_osmand, b""), "form": (by_form, b""), "old-client": (by_old_client, b""),
    "gpslogger": (by_gpslogger, b""),
}  # fmt: skip


@pytest.mark.parametrize("app", APPS)
def test_a_report_comes_back_as_the_persons_own_fix_and_carries_four_numbers(
    tmp_path: Path, app: str
) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        send, wanted = APPS[app]
        assert await send(web, phone, now - 40) == (200, wanted)
        assert await told(web, phone) == [fix(now - 40)]
        (kept,) = await web.store.devices.fixes(phone.person.handle, 0)
        plain = canonical.encode(phone.opened(kept.sealed))
        assert set(json.loads(plain)) == {"lat", "lon", "radius", "at"}
        for mark in phones.DROPPED:
            assert mark.encode() not in plain

    in_web(tmp_path, work)


def test_the_same_report_again_is_kept_once(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        for _ in range(3):
            assert (await by_owntracks(web, phone, now))[0] == 200
        await phones.post(
            web, "/in/overland", overland(feature(now), feature(now), feature(now - 1)), **phone.bearer
        )
        assert await told(web, phone) == [fix(now), fix(now - 1)]

    in_web(tmp_path, work)


@pytest.mark.parametrize(
    ("what", "at"),
    [
        ({}, 301), ({}, -KEPT_SECONDS - 1), ({"lat": 90.001}, 0), ({"lon": -180.001}, 0), ({"acc": -1}, 0),
        ({"acc": 2e6}, 0), ({"lat": None}, 0), ({"tst": None}, 0), ({"_type": "transition"}, 0),
        ({"_type": "lwt"}, 0), ({"_type": "waypoint"}, 0), ({"_type": "status"}, 0), ({"_type": "card"}, 0),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_answered_and_dropped(tmp_path: Path, what: dict[str, Any], at: int) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        answer = await phones.post(web, "/in/owntracks", owntracks(now + at) | what, **phone.basic)
        assert (answer.status_code, answer.content) == (200, b"[]")
        assert await told(web, phone) == []

    in_web(tmp_path, work)


def test_an_empty_owntracks_message_is_answered(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, _now = await started(web)
        answer = await phones.post(web, "/in/owntracks", b"", **phone.basic)
        assert (answer.status_code, answer.content) == (200, b"[]")

    in_web(tmp_path, work)


def test_an_encrypted_owntracks_message_is_refused_in_words(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, _now = await started(web)
        answer = await phones.post(
            web, "/in/owntracks", {"_type": "encrypted", "data": "aGk="}, **phone.basic
        )
        assert (answer.status_code, answer.json()["reason"]) == (400, "encrypted-report")
        assert "turn off encryption" in answer.json()["detail"]

    in_web(tmp_path, work)


@pytest.mark.parametrize(
    "form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+0000", "%Y-%m-%dT%H:%M:%S.500+00:00"]
)
def test_a_time_is_read_in_each_form_that_apps_write(tmp_path: Path, form: str) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        await phones.post(web, "/in/overland", overland(feature(now - 7, form)), **phone.bearer)
        await web.http.get(f"/in/osmand?{osmand(phones.iso(now - 9, form), id=phone.pair)}")
        assert await told(web, phone) == [fix(now - 7), fix(now - 9)]

    in_web(tmp_path, work)


def test_a_form_may_name_its_place_in_one_and_say_no_radius_and_no_time(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        place = f"{phones.PLACE[0]},{phones.PLACE[1]}"
        answer = await web.http.get("/in/osmand", params={"id": phone.pair, "location": place})
        assert answer.status_code == 200
        assert await told(web, phone) == [fix(now, radius=UNSAID_RADIUS)]

    in_web(tmp_path, work)


def test_a_batch_is_taken_though_one_of_its_points_is_none(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        bad: list[Any] = [
            {"type": "Feature"},
            7,
            {"geometry": {"coordinates": [1]}, "properties": {"timestamp": 1}},
        ]
        answer = await phones.post(web, "/in/overland", overland(*bad, feature(now)), **phone.bearer)
        assert answer.content == b'{"result":"ok"}'
        assert await told(web, phone) == [fix(now)]

    in_web(tmp_path, work)


def test_a_batch_of_traccar_positions_is_taken_whole(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        body = traccar(phone, now)
        body["location"] = [traccar(phone, now - at)["location"] for at in range(3)]
        assert (await phones.post(web, "/in/traccar", body)).status_code == 200
        assert [one.at for one in await told(web, phone)] == [now, now - 1, now - 2]

    in_web(tmp_path, work)


def test_only_the_newest_are_kept_and_none_for_more_than_a_day(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        for first in (0, 300):
            batch = [feature(now - first - at) for at in range(300)]
            assert (
                await phones.post(web, "/in/overland", overland(*batch), **phone.bearer)
            ).status_code == 200
        kept = await web.store.devices.fixes(phone.person.handle, 0)
        assert [one.at for one in kept] == [now - at for at in range(KEPT_FIXES)]
        web.world.clock.time += KEPT_SECONDS - 100
        await web.store.sweep(web.world.clock.now())
        assert len(await web.store.devices.fixes(phone.person.handle, 0)) == 100

    in_web(tmp_path, work)


@pytest.mark.parametrize("app", APPS)
def test_a_wrong_key_and_an_ended_device_are_one_answer(tmp_path: Path, app: str) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        send, _ = APPS[app]
        assert (await send(web, phone, now))[0] == 200
        false = OwnPhone(phone.person, phone.private, phone.device, phone.key[::-1])
        nobody = OwnPhone(phone.person, phone.private, "nobody", phone.key)
        wrong = [await send(web, one, now - 1) for one in (false, nobody)]
        ended = await web.http.delete(f"/api/devices/{phone.device}", headers={"origin": WEB})
        assert ended.status_code == 200
        wrong.append(await send(web, phone, now - 1))
        assert [status for status, _ in wrong] == [401, 401, 401]
        assert len({body for _, body in wrong}) == 1
        assert await web.store.devices.fixes(phone.person.handle, 0) == []
        assert (await web.http.get("/api/devices")).json() == []

    in_web(tmp_path, work)


def test_the_keeper_opens_what_the_phone_told_with_the_key_that_the_keyholder_gives_back(
    tmp_path: Path,
) -> None:
    """The whole way of the person's own page: a logged self-view gives the data key, and that makes the pair."""

    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        await by_owntracks(web, phone, now)
        request = web.world.request(phone.person, categories=(CATEGORY,))
        answer = (await web.post("/api/disclose", {"request": canonical.b64(request)})).json()
        sealed = web.keyholder.asked[-1]
        assert sealed.request == request
        plain = hpke.open_from(phone.person.opener, canonical.unb64(answer["sealed"]), answers.OPENED_INFO)
        (key,) = canonical.decode(plain, answers.Opened).keys
        assert derive_pair(canonical.unb64(key.key)).private_numbers() == phone.private.private_numbers()

    in_web(tmp_path, work)


def test_a_new_device_comes_with_the_settings_of_each_app(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        settings = {one["app"]: one for one in phone.settings}
        assert set(settings) == {"owntracks", "traccar", "overland", "gpslogger", "osmand"}
        values = {
            app: {one["name"]: one["value"] for one in made["fields"]} for app, made in settings.items()
        }
        assert values["owntracks"] == {
            "url": f"{WEB}/in/owntracks", "name": phone.device, "password": phone.key
        }  # fmt: skip
        for app in ("gpslogger", "osmand"):  # as the app itself fills it in
            url = values[app]["url"]
            for name, value in (("%LAT", "1.5"), ("%LON", "2.5"), ("%TIME", str(now)), ("%ACC", "9")):
                url = url.replace(name, value)
            url = url.replace("{0}", "1.5").replace("{1}", "2.5").replace("{2}", f"{now - 1}000")
            header = phone.basic if app == "gpslogger" else {}
            assert (await web.http.get(url, headers=header)).status_code == 200, url
        assert [one.lat for one in await told(web, phone)] == [1_500_000, 1_500_000]
        overland_link = parse_qs(urlsplit(settings["overland"]["link"]).query)
        assert overland_link["token"] == [phone.pair]
        assert all(
            settings[app]["qr"].startswith("data:image/svg+xml")
            for app in ("owntracks", "traccar", "overland")
        )
        assert settings["gpslogger"]["qr"] == settings["osmand"]["qr"] == ""

    in_web(tmp_path, work)


def test_a_record_has_ten_devices_at_most_and_its_own_only(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, _now = await started(web)
        for _ in range(9):
            await phones.another_device(web, phone)
        body = {"point": canonical.b64(phone.point), "label": ""}
        refused = await web.post("/api/devices", body)
        assert (refused.status_code, refused.json()["reason"]) == (429, "too-many")
        other = await own_phone(web, web.world.resident("+15555550188", granted=False))
        assert [one["device"] for one in (await web.http.get("/api/devices")).json()] == [other.device]
        foreign = await web.http.delete(f"/api/devices/{phone.device}", headers={"origin": WEB})
        assert (foreign.status_code, foreign.json()["reason"]) == (404, "not-found")
        for wrong in ({"point": canonical.b64(b"\x04" + bytes(64)), "label": ""}, {"point": "", "label": ""}):
            assert (await web.post("/api/devices", wrong)).status_code == 400

    in_web(tmp_path, work)


def test_erasing_everything_drops_devices_and_fixes(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone, now = await started(web)
        await by_owntracks(web, phone, now)
        await web.store.forget(phone.person.handle, ())
        assert await web.store.devices.of(phone.person.handle) == []
        assert (await by_owntracks(web, phone, now))[0] == 401

    in_web(tmp_path, work)
