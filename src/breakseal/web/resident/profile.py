"""The profile in small steps, turning it on, and the person's own page. All are shells: the browser fills them."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from breakseal.programmes.emergency.fields import SECTIONS, section_of
from breakseal.web import guards, i18n
from breakseal.web.notices import NoticeDesk
from breakseal.web.pages import page
from breakseal.web.places import gazetteer_of

Pages = Request[Any, Any, Any]
_PROFILE_WORDS = ("step", "field", "category")
STEPS = [{"step": s.step, "category": s.category, "items": s.items, "max": s.max_items} for s in SECTIONS]


@get("/profile", opt=guards.SUBJECT, include_in_schema=False)
async def first_step(request: Pages) -> Response[bytes]:
    """Show the first step."""
    return await _steps(request, SECTIONS[0].step)


@get("/profile/{step:str}", opt=guards.SUBJECT, include_in_schema=False)
async def one_step(request: Pages, step: FromPath[str]) -> Response[bytes]:
    """Show one step; the others wait in the same page, so that the record is opened once."""
    if section_of(step) is None:
        raise NotFoundException
    return await _steps(request, step)


@get("/turn-on", opt=guards.SUBJECT, include_in_schema=False)
async def turn_on(request: Pages) -> Response[bytes]:
    """Choose what may open, and for whom; the consent is signed at the door."""
    return page(
        request, "resident/turn_on.html",
        data={"steps": STEPS}, messages=("category", "start.not"), sections=SECTIONS,
        notice=await _notice(request), states=(await gazetteer_of(request)).states(),
    )  # fmt: skip


@get("/home", opt=guards.SUBJECT, include_in_schema=False)
async def home(request: Pages) -> Response[bytes]:
    """Everything that is held, who looked, and every way to end it."""
    data = {"steps": STEPS}
    return page(request, "resident/home.html", data=data, messages=(*_PROFILE_WORDS, "home", "where"))


@get("/erased", opt=guards.PUBLIC, include_in_schema=False)
async def erased(request: Pages) -> Response[bytes]:
    """Back from the door after an erasure: what is gone, and the receipt."""
    return page(request, "resident/erased.html")


@get("/card", opt=guards.PUBLIC, include_in_schema=False)
async def card(request: Pages) -> Response[bytes]:
    """A card made in the browser, with no account; nothing leaves the page."""
    return page(request, "resident/card.html")


async def _steps(request: Pages, step: FromPath[str]) -> Response[bytes]:
    return page(
        request, "resident/profile.html",
        data={"steps": STEPS, "step": step}, messages=_PROFILE_WORDS,
        sections=SECTIONS, current=step, notice=await _notice(request),
    )  # fmt: skip


async def _notice(request: Pages) -> Any:  # noqa: ANN401 # the policy desk's notice
    desk: NoticeDesk = request.app.state.notices
    return await desk.notice(i18n.choose(request).language)


ROUTES = Router(path="/", route_handlers=[first_step, one_step, turn_on, home, erased, card])
