"""The addresses of clients: which there are, that no session matters, and that no other site's page calls them."""

from __future__ import annotations

from pathlib import Path

from litestar.handlers import HTTPRouteHandler

from breakseal.web.location import paths
from tests.support.clients import OFTEN, Place, body_of, run

OPEN = {paths.ISSUER_METADATA, paths.SERVER_METADATA, paths.KEYS, paths.DESCRIPTION, paths.AUTHORIZE}
BY_SIGNATURE = {
    paths.ASK, paths.TOKEN, paths.INTROSPECT, paths.REVOKE, paths.RETRIEVE, paths.VERIFY, paths.STATUS,
    paths.PUSH,
    paths.FENCES, f"{paths.FENCES}/{{subscription:str}}",
}  # fmt: skip


def test_the_list_of_addresses_and_what_each_asks_for(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        found: dict[str, list[HTTPRouteHandler]] = {}
        for route in place.app.routes:
            for handler in getattr(route, "route_handlers", ()):
                served = isinstance(handler, HTTPRouteHandler) and handler.http_methods != {"OPTIONS"}
                if served and route.path.startswith(paths.MACHINE_PREFIXES):
                    found.setdefault(route.path, []).append(handler)
        assert set(found) == OPEN | BY_SIGNATURE
        for path in BY_SIGNATURE:
            for handler in found[path]:
                assert handler.opt["auth"] == "signature"
                assert handler.resolve_request_max_body_size() == 16 * 1024
        assert not any(handler.opt["auth"] == "signature" for path in OPEN for handler in found[path])

    run(tmp_path, scene)


def test_a_cookie_is_nothing_here_and_no_page_of_another_site_gets_in(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        asked: list[object] = []
        place.app.state.parts.store.session = lambda *known: asked.append(known)
        answer = await place.retrieve(held, origin=place.company.origin, cookie="bs_session=x")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        for origin in ("http://evil.example", "null", "http://localhost:8912"):
            answer = await place.retrieve(held, origin=origin)
            assert (answer.status_code, body_of(answer)["code"]) == (403, "PERMISSION_DENIED")
            assert not [name for name in answer.headers if name.startswith("access-control")]
        answer = await place.retrieve(held, cookie="bs_session=x")
        assert answer.status_code == 403
        assert asked == []
        assert await place.looks() == 1

    run(tmp_path, scene)


def test_a_failure_of_ours_tells_nothing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)

        async def broken(*_: object) -> None:
            raise KeyError("+12025550143")

        place.app.state.location.keyholder.ask = broken
        answer = await place.retrieve(held)
        assert (answer.status_code, body_of(answer)["code"]) == (500, "INTERNAL")
        assert "2025550143" not in answer.text
        answer = await place.poll(held.ask)
        assert (answer.status_code, body_of(answer)["error"]) == (500, "server_error")

    run(tmp_path, scene)
