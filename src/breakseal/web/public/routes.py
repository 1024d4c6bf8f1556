"""The public page, and the files that tools look for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, Router, get
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException

from breakseal.kernel.errors import UnavailableError
from breakseal.programmes.emergency.coverage import Gazetteer
from breakseal.web import facts, guards, i18n
from breakseal.web.notices import NoticeDesk
from breakseal.web.pages import page
from breakseal.web.parts import WebParts
from breakseal.web.places import gazetteer_of
from breakseal.web.public.readers import readers
from breakseal.web.public.standing import standing

Pages = Request[Any, Any, Any]
YEAR = 365 * 86_400


@get("/public", opt=guards.PUBLIC, include_in_schema=False)
async def public_page(request: Pages) -> Response[bytes]:
    """Show the notice, who holds the keys, the figures and the limits; without the keyholder, what is known."""
    desk: NoticeDesk = request.app.state.notices
    made = await desk.notice(i18n.choose(request).language)
    try:
        parts: WebParts = request.app.state.parts
        now = standing(await facts.current(request), parts.clock.now())
    except UnavailableError:
        now = None
    gazetteer = await gazetteer_of(request)
    return page(
        request, "public/public.html",
        notice=made, readers=readers(made), standing=now, county=lambda code: _county(gazetteer, code),
    )  # fmt: skip


def _county(gazetteer: Gazetteer, code: str) -> str:
    found = gazetteer.coded(code)
    return f"{found.name}, {found.state}" if found else code


@get("/help/problems", opt=guards.PUBLIC, include_in_schema=False)
async def problem_list(request: Pages) -> Response[bytes]:
    """Explain each reason that a problem document can name."""
    words: i18n.Catalogue = request.app.state.words
    reasons = [name.removeprefix("problem.") for name in words.ids() if name.startswith("problem.")]
    return page(request, "public/problems.html", reasons=reasons)


@get("/.well-known/security.txt", opt=guards.PUBLIC, include_in_schema=False, media_type=MediaType.TEXT)
async def security_txt(request: Pages) -> str:
    """Say where weaknesses are reported (RFC 9116, section 2.5: a contact is a URI, and is required).

    Raises:
        NotFoundException: no contact is configured; `doctor` says so too.
    """
    parts: WebParts = request.app.state.parts
    settings = parts.settings
    expires = datetime.fromtimestamp(parts.clock.now() // 86_400 * 86_400 + YEAR // 2, UTC)
    contact = settings.security_contact
    if not contact:
        raise NotFoundException
    lines = [
        f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: en, es",
        f"Canonical: {settings.web_origin}/.well-known/security.txt",
        f"Policy: {settings.web_origin}/public#limits",
    ]
    return "\n".join(lines) + "\n"


@get("/robots.txt", opt=guards.PUBLIC, include_in_schema=False, media_type=MediaType.TEXT)
async def robots() -> str:
    """Ask crawlers to keep to the public pages."""
    return "User-agent: *\nDisallow: /api/\nDisallow: /home\nDisallow: /profile\nDisallow: /board\n"


ROUTES = Router(path="/", route_handlers=[public_page, problem_list, security_txt, robots])
