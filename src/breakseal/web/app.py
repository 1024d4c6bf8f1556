"""The web tier's application: one factory, given its parts."""

from __future__ import annotations

from importlib import import_module, util
from importlib.metadata import version
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router

from breakseal.web import api, guards, orders, problems, public, resident, security
from breakseal.web.asking import sweeping
from breakseal.web.facts import FactsCache
from breakseal.web.i18n import load_catalogue
from breakseal.web.ingest import routes as phone_routes
from breakseal.web.location.desk import Desk
from breakseal.web.location.faults import by_address
from breakseal.web.location.routes import routes as client_routes
from breakseal.web.notices import NoticeDesk
from breakseal.web.pages import WEB, template_environment
from breakseal.web.parts import WebParts
from breakseal.web.places import Gazetteers

MAX_BODY = 256 * 1024
STATIC = {
    "/vendor": (WEB / "static" / "vendor",),
    "/browser": (WEB.parent / "browser",),
    "/static/board": (WEB / "board" / "static",),
    "/static": (WEB / "static",),
}


def create_app(parts: WebParts) -> Litestar:
    """Return the application over `parts`; it owns none of them and closes none."""
    return Litestar(
        route_handlers=[*_routes(), *_static_routes()],
        guards=[guards.authorise],
        exception_handlers=dict.fromkeys(problems.KINDS, by_address(problems.answer)),
        before_send=[security.dresser(parts.settings)],
        lifespan=[sweeping(parts)],
        openapi_config=_openapi(),
        request_max_body_size=MAX_BODY,
        state=State({
            "parts": parts,
            "words": load_catalogue(),
            "templates": template_environment(),
            "facts": FactsCache(parts),
            "gazetteers": Gazetteers(parts.settings.areas_dir),
            "notices": NoticeDesk(parts.entropy),
            "location": Desk(parts),
        }),
        logging_config=None,
        debug=False,
    )  # fmt: skip


def _routes() -> list[Any]:
    routes: list[Any] = [
        *resident.routes(),
        *public.routes(),
        *orders.routes(),
        *client_routes(),
        phone_routes.ROUTES,
        Router(path="/api", route_handlers=api.routes()),
    ]
    if util.find_spec("breakseal.web.board") and util.find_spec("breakseal.web.board.routes"):
        routes += import_module("breakseal.web.board.routes").ROUTES
    return routes


def _static_routes() -> list[Router]:
    return [
        create_static_files_router(
            path=path,
            directories=list(folders),
            name=path,
            opt=guards.PUBLIC,
            cache_control=CacheControlHeader(public=True, max_age=300),
        )
        for path, folders in STATIC.items()
        if all(folder.is_dir() for folder in folders)
    ]


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Breakseal",
        version=version("breakseal"),
        description="Bytes are base64url without padding. Failures are problem documents (RFC 9457).",
        render_plugins=[JsonRenderPlugin(path="/openapi.json")],
        openapi_router=Router(path="/api/schema", route_handlers=[], opt=guards.PUBLIC),
    )
