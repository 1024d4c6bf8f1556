"""Somebody without the data key wants to know where a person's own phone is, or to speak for it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.fixes import CATEGORY, fix_info, open_fix
from breakseal.kernel.seal.fixkeys import derive_pair
from breakseal.programmes.location.reports import KEPT_FIXES
from breakseal.web.ingest.ports import SealedFix
from tests.attack.test_stolen_copy import spellings
from tests.support import ownphones as phones
from tests.support.ownphones import OwnPhone, feature, osmand, overland, own_phone, owntracks, traccar
from tests.support.webapp import WEB, WebWorld, in_web

PATHS = ("/in/owntracks", "/in/osmand", "/in/traccar", "/in/overland")


async def two(web: WebWorld) -> tuple[OwnPhone, OwnPhone]:
    """Return the phones of two people, each of which reported once; the second is signed in."""
    rosa = await own_phone(web, web.world.resident(granted=False))
    ana = await own_phone(web, web.world.resident("+15555550188", granted=False))
    for phone in (rosa, ana):
        answer = await phones.post(web, "/in/owntracks", owntracks(web.world.clock.now()), **phone.basic)
        assert answer.status_code == 200
    return rosa, ana


def test_the_key_of_ones_own_device_speaks_for_no_other(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        rosa, ana = await two(web)
        mixed = OwnPhone(rosa.person, rosa.private, rosa.device, ana.key)
        now = web.world.clock.now() - 60
        tried = [
            await phones.post(web, "/in/owntracks", owntracks(now), **mixed.basic),
            await phones.post(web, "/in/overland", overland(feature(now)), **mixed.bearer),
            await phones.post(web, "/in/traccar", traccar(mixed, now)),
            await web.http.get(f"/in/osmand?{osmand(now, id=mixed.pair)}"),
            await phones.post(web, "/in/owntracks", owntracks(now, topic=f"owntracks/{rosa.device}/x")),
        ]
        assert [answer.status_code for answer in tried] == [401] * 5
        # the header counts, whatever else the form names
        named = await web.http.get(f"/in/osmand?{osmand(now, id=rosa.pair)}", headers=ana.basic)
        assert named.status_code == 200
        assert len(await web.store.devices.fixes(rosa.person.handle, 0)) == 1
        assert len(await web.store.devices.fixes(ana.person.handle, 0)) == 2

    in_web(tmp_path, work)


def test_a_signed_in_person_reads_and_ends_nothing_of_anothers(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        rosa, ana = await two(web)
        fixes = (await web.http.get("/api/fixes")).json()
        assert {one["device"] for one in fixes} == {ana.device}
        answer = await web.http.delete(f"/api/devices/{rosa.device}", headers={"origin": WEB})
        assert answer.status_code == 404
        assert await web.store.devices.find(rosa.device) is not None
        foreign = (await web.store.devices.fixes(rosa.person.handle, 0))[0]
        with pytest.raises(VerificationError):
            open_fix(ana.private, foreign.sealed, fix_info(rosa.person.handle, rosa.device))

    in_web(tmp_path, work)


def test_a_device_key_opens_no_interface(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        rosa, _ana = await two(web)
        web.http.cookies.clear()
        for header in (rosa.basic, rosa.bearer):
            for path in ("/api/fixes", "/api/devices", "/api/records"):
                assert (await web.http.get(path, headers=header)).status_code == 401

    in_web(tmp_path, work)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("records.db*")}


def test_a_copy_of_the_web_tiers_store_says_where_nobody_is(tmp_path: Path) -> None:
    """Nor does it hold a key of a device, or the data key; and all fixes are alike in length."""

    async def work(web: WebWorld) -> None:
        rosa, ana = await two(web)
        far = owntracks(web.world.clock.now() - 9, lat=-1.5, lon=2.25, acc=7)
        assert (await phones.post(web, "/in/owntracks", far, **rosa.basic)).status_code == 200
        secrets = {
            "latitude": str(phones.HERE["lat"]).encode(), "longitude": str(-phones.HERE["lon"]).encode(),
            "degrees": b"44.0564", "other": b"1500000", "key": rosa.key.encode(), "pair": ana.pair.encode(),
            "key bytes": canonical.unb64(rosa.key), "data key": rosa.person.written[CATEGORY][0],
            "private": rosa.private.private_numbers().private_value.to_bytes(32, "big"),
        }  # fmt: skip
        files = _files(tmp_path)
        assert rosa.device.encode() in b"".join(files.values())  # the search is not blind
        for what, secret in secrets.items():
            for spelled in spellings(secret):
                assert all(spelled not in data for data in files.values()), what
        kept = await web.store.devices.fixes(rosa.person.handle, 0)
        assert len(kept) == 2
        assert len({len(one.sealed) for one in kept}) == 1

    in_web(tmp_path, work)


def test_the_web_tier_cannot_open_what_it_sealed(tmp_path: Path) -> None:
    """It has the point, the ciphertext of the record, and all that it carried; the data key was in none of it."""

    async def work(web: WebWorld) -> None:
        rosa, _ana = await two(web)
        (kept,) = await web.store.devices.fixes(rosa.person.handle, 0)
        device = await web.store.devices.find(rosa.device)
        assert device is not None
        carried = [repr(question).encode() for question in web.keyholder.asked]
        assert all(
            spelled not in text for spelled in spellings(rosa.person.written[CATEGORY][0]) for text in carried
        )
        info = fix_info(rosa.person.handle, rosa.device)
        for guess in (
            device.point[1:33],
            device.key_hash,
            kept.sealed[:32],
            canonical.digest(device.point),
            bytes(32),
        ):
            with pytest.raises(VerificationError):
                open_fix(derive_pair(guess), kept.sealed, info)

    in_web(tmp_path, work)


def test_a_fix_moved_to_another_device_or_record_does_not_open(tmp_path: Path) -> None:
    """Who can write the store shows one person another's place in vain, and one phone's place as another's."""

    async def work(web: WebWorld) -> None:
        rosa, ana = await two(web)
        tablet = await phones.another_device(web, ana)
        (told,) = await web.store.devices.fixes(ana.person.handle, 0)
        for target in (tablet, rosa):
            await web.store.devices.keep_fixes(
                [SealedFix(target.device, told.at + 1, told.sealed)], KEPT_FIXES
            )
            moved = (await web.store.devices.fixes(target.person.handle, 0))[0]
            with pytest.raises(VerificationError):
                target.opened(moved.sealed)

    in_web(tmp_path, work)


def test_an_ended_device_brings_nothing_though_its_report_was_under_way(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        _rosa, ana = await two(web)
        await web.store.devices.end(ana.person.handle, ana.device)
        await web.store.devices.keep_fixes([SealedFix(ana.device, 1, b"late")], KEPT_FIXES)
        assert await web.store.devices.fixes(ana.person.handle, 0) == []

    in_web(tmp_path, work)


def test_no_key_and_no_place_is_said_or_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work(web: WebWorld) -> None:
        rosa, _ana = await two(web)
        now = web.world.clock.now()
        answers = [
            await phones.post(web, "/in/owntracks", b"{", **rosa.basic),
            await phones.post(web, "/in/owntracks", owntracks(now), authorization=f"Basic {rosa.key}"),
            await web.http.get(f"/in/osmand?{osmand(now, id=rosa.pair + 'x')}"),
            await web.http.get(f"/in/osmand?{osmand(now, id=rosa.pair, lat='north')}"),
            await web.http.get(f"/in/osmand?{osmand(now, id=rosa.pair)}"),
        ]
        assert [answer.status_code for answer in answers] == [400, 401, 401, 400, 200]
        for line in caplog.records:  # the test's own client logs its addresses; the web tier must not
            if not line.name.startswith("httpx"):
                assert rosa.key not in line.getMessage()
        told = "".join(answer.text + str(answer.headers) for answer in answers)
        for secret in (rosa.key, rosa.device, str(phones.PLACE[0])):
            assert secret not in told

    in_web(tmp_path, work)


def test_a_page_of_another_site_reports_nothing(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        rosa, _ana = await two(web)
        headers = rosa.basic | {"origin": "http://evil.example"}
        answer = await phones.post(web, "/in/owntracks", owntracks(web.world.clock.now()), **headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, "foreign-origin")

    in_web(tmp_path, work)


REQUEST = st.tuples(
    st.sampled_from(["GET", "POST"]), st.sampled_from(PATHS), st.sampled_from(["", "basic", "bearer", "none"]),
    st.one_of(
        st.binary(max_size=60), st.sampled_from([b"{}", b"[]", b"null", b'{"_type":"location"}', b"[" * 5000]),
        st.text(max_size=40).map(str.encode),
    ),
    st.dictionaries(
        st.sampled_from(["id", "lat", "lon", "timestamp", "location", "x"]), st.text(max_size=12), max_size=4
    ),
    st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain", "\xff", ""]),
    st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=30),
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(requests=st.lists(REQUEST, min_size=15, max_size=25))
def test_whatever_comes_in_is_answered_in_four_ways(
    tmp_path_factory: pytest.TempPathFactory, requests: list[tuple[Any, ...]]
) -> None:
    """Taken, not understood, not admitted, or the wrong method: never a failure of ours."""

    async def work(web: WebWorld) -> None:
        phone = await own_phone(web, web.world.resident(granted=False))
        web.http.cookies.clear()
        for method, path, known, body, query, kind, header in requests:
            told = {"": {"authorization": header}, "basic": phone.basic, "bearer": phone.bearer, "none": {}}[
                known
            ]
            headers = {
                name: value.encode("latin-1") for name, value in (told | {"content-type": kind}).items()
            }
            answer = await web.http.request(method, path, content=body, params=query, headers=headers)
            assert answer.status_code in (200, 400, 401, 405), (method, path, known, body, answer.text)

    in_web(tmp_path_factory.mktemp("web"), work)


def test_a_flood_of_one_device_fills_no_store(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        rosa, ana = await two(web)
        now = web.world.clock.now()
        for first in range(3):
            batch = [feature(now - first * 700 - at) for at in range(700)]
            assert (
                await phones.post(web, "/in/overland", overland(*batch), **rosa.bearer)
            ).status_code == 200
        assert len(await web.store.devices.fixes(rosa.person.handle, 0)) == KEPT_FIXES
        assert len(await web.store.devices.fixes(ana.person.handle, 0)) == 1
        huge = await phones.post(web, "/in/overland", b"[" * 600_000, **rosa.bearer)
        assert huge.status_code == 413

    in_web(tmp_path, work)


def test_entropy_of_a_key_is_that_of_twenty_four_bytes(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        rosa, ana = await two(web)
        assert [len(canonical.unb64(one.key)) for one in (rosa, ana)] == [24, 24]
        assert rosa.key != ana.key

    in_web(tmp_path, work)
