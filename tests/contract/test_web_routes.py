"""Every route of the web tier: who may call it, how it fails, and what it never tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler

from breakseal.kernel.model.canonical import b64
from breakseal.web.guards import DECLARATIONS
from tests.support.webapp import WEB, WebWorld, in_web
from tests.support.world import NUMBER

OPEN_API = {
    "/api/facts", "/api/hello", "/api/goodbye", "/api/places", "/api/places/near",
    "/api/calls/events", "/api/openapi.json",
    "/api/schema", "/api/schema/openapi.json", "/api/schema/{path:str}",
}  # fmt: skip
"""The interfaces that need no session; each for a reason that its module says."""


def handlers(web: WebWorld) -> list[tuple[str, HTTPRouteHandler]]:
    return [
        (route.path, handler)
        for route in web.app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}
    ]


def test_every_route_declares_who_may_call_it(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        found = handlers(web)
        assert len(found) > 40
        undeclared = [path for path, handler in found if handler.opt.get("auth") not in DECLARATIONS]
        assert undeclared == []

    in_web(tmp_path, work)


def test_no_interface_is_open_but_the_named_ones(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        found = {path for path, handler in handlers(web) if handler.opt["auth"] in ("public", "signature")}
        assert {path for path in found if path.startswith("/api")} == OPEN_API

    in_web(tmp_path, work)


def test_without_a_session_every_closed_interface_answers_alike(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        for path, handler in handlers(web):
            if not path.startswith("/api") or handler.opt["auth"] in ("public", "signature"):
                continue
            address = path.replace("{category:str}", "emergency.home").replace("{leaf:str}", "x")
            (method,) = handler.http_methods - {"OPTIONS", "HEAD"}
            answer = await web.http.request(method, address, headers={"origin": WEB})
            assert answer.status_code == 401, address
            assert answer.json()["reason"] == "not-signed-in"
            assert "set-cookie" not in answer.headers

    in_web(tmp_path, work)


def test_a_route_without_a_declaration_is_refused_to_everybody(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        (handler,) = (handler for path, handler in handlers(web) if path == "/api/facts")
        handler.opt.pop("auth")
        assert (await web.http.get("/api/facts")).status_code == 401

    in_web(tmp_path, work)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("GET", "/api/nothing", None, 404, "not-found"),
        ("DELETE", "/api/facts", None, 405, "bad-method"),
        ("POST", "/api/hello", b"{}", 400, "bad-request"),
        ("POST", "/api/hello", b"not json", 400, "bad-request"),
        ("POST", "/api/hello", b'{"signed":"aa","more":1}', 400, "bad-request"),
        ("POST", "/api/hello", b'{"signed":"*"}', 400, "bad-format"),
        ("POST", "/api/hello", b'{"signed":"aaaa"}', 400, "bad-format"),
        ("POST", "/api/places", b'{"place":"99999"}', 404, "not-found"),
        ("POST", "/api/hello", b'{"signed":"' + b"a" * 300_000 + b'"}', 413, "too-large"),
    ],
)
def test_a_failure_is_a_problem_document(  # a case is one row
    tmp_path: Path, method: str, path: str, body: bytes | None, status: int, reason: str
) -> None:
    async def work(web: WebWorld) -> None:
        headers = {"origin": WEB, "content-type": "application/json"}
        answer = await web.http.request(method, path, content=body, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        document = answer.json()
        assert document["reason"] == reason
        assert document["status"] == status
        assert set(document) <= {"type", "title", "status", "detail", "reason", "incident"}
        assert "Traceback" not in answer.text

    in_web(tmp_path, work)


def test_an_unexpected_failure_tells_nothing_but_an_incident_number(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        async def broken(*_: Any) -> None:
            raise KeyError(NUMBER)

        web.app.state.facts.facts = broken
        answer = await web.http.get("/api/facts")
        assert answer.status_code == 500
        assert set(answer.json()) == {"type", "title", "status", "reason", "incident"}
        assert NUMBER not in answer.text

    in_web(tmp_path, work)


def test_the_keyholder_gone_is_said_plainly_in_both_forms_and_languages(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        web.keyholder.cut = "before"
        answer = await web.http.get("/api/facts")
        assert (answer.status_code, answer.json()["reason"]) == (503, "keyholder-unavailable")
        assert answer.headers["retry-after"] == "5"
        page = await web.http.post(
            "/start?lang=es", data={"zip": "97401"}, headers={"origin": WEB, "accept": "text/html"}
        )
        assert page.status_code == 503
        assert "no se perdió nada" in page.text
        assert (await web.http.get("/public", headers={"accept": "text/html"})).status_code == 200

    in_web(tmp_path, work)


@pytest.mark.parametrize(
    "origin", ["http://localhost:8912", "http://evil.example", "null", WEB + ".evil.example"]
)
def test_a_page_of_another_site_cannot_send_anything(tmp_path: Path, origin: str) -> None:
    async def work(web: WebWorld) -> None:
        for path in ("/api/hello", "/api/goodbye", "/start", "/api/places"):
            answer = await web.http.post(path, json={}, headers={"origin": origin})
            assert (answer.status_code, answer.json()["reason"]) == (403, "foreign-origin"), path

    in_web(tmp_path, work)


def test_a_program_without_origin_may_not_use_a_cookie(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        await web.hello(web.world.resident())
        answer = await web.http.post("/api/submit", json={"statements": []})
        assert (answer.status_code, answer.json()["reason"]) == (403, "foreign-origin")

    in_web(tmp_path, work)


def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        for path in (
            "/",
            "/api/facts",
            "/nothing",
            "/static/js/page.js",
            "/browser/seal.js",
            "/api/disclose",
        ):
            answer = await web.http.get(path)
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            cached = answer.headers["cache-control"]
            static = path.startswith(("/static", "/browser"))
            assert ("no-store" in cached) is not static, path

    in_web(tmp_path, work)


def test_the_cookie_is_kept_from_scripts_and_other_sites(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        answer = await web.hello(web.world.resident())
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "max-age=3600" in cookie

    in_web(tmp_path, work)


def test_an_officer_cannot_use_a_persons_interfaces_nor_a_person_an_officers(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        person, officer = web.world.resident(), web.world.officer()
        assert (await web.hello(officer)).json()["role"] == "call-taker"
        assert (await web.http.get("/api/records")).status_code == 401
        await web.hello(person)
        assert (await web.http.get("/api/records")).status_code == 200
        assert (await web.http.get("/api/calls/live")).status_code == 401

    in_web(tmp_path, work)


def test_a_hit_and_a_miss_differ_in_nothing_but_the_ciphertexts(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        world, officer = web.world, web.world.officer()
        person = world.resident()
        for category, (version, ciphertext) in person.written.items():
            await web.store.stage(person.handle, category, int(version), ciphertext, 0)
            await web.store.promote(person.handle, category, int(version))
        await web.hello(officer)
        hit = await _opened(web, officer, NUMBER)
        miss = await _opened(web, officer, "+15555550999")
        assert set(hit["records"]) == {"emergency.medical", "emergency.home"}
        assert miss["records"] == {}
        assert set(hit) == set(miss)
        assert hit["until"] == miss["until"]
        assert hit["pending"] == miss["pending"] == {}

    in_web(tmp_path, work)


async def _opened(web: WebWorld, officer: Any, number: str) -> dict[str, Any]:
    event = web.world.call(number=number, call=number, position="7")
    request = web.world.request(officer, event)
    answer = await web.post("/api/disclose", {"request": b64(request), "basis": b64(event)})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def test_the_interfaces_are_described(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        answer = await web.http.get("/api/openapi.json")
        described = json.loads(answer.text)
        assert described["openapi"].startswith("3.1")
        served = {path.replace(":str", "") for path, handler in handlers(web) if path.startswith("/api/")}
        assert served - set(described["paths"]) <= {
            "/api/schema/{path}",
            "/api/schema/openapi.json",
            "/api/openapi.json",
        }

    in_web(tmp_path, work)
