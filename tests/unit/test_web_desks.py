"""Which pages the people of a role work at, and what the pages know of a danger to life."""

from __future__ import annotations

from typing import get_args

from breakseal.kernel.model import exigent
from breakseal.kernel.model.words import OfficerRole
from breakseal.web.desks import DESKS, roles_of
from breakseal.web.orders.pages import Times


def test_every_desk_is_of_a_role_that_there_is() -> None:
    assert set(DESKS) <= set(get_args(OfficerRole))
    assert all(paths for paths in DESKS.values())


def test_a_page_knows_its_roles() -> None:
    assert roles_of("/orders") == ("investigator",)
    assert roles_of("/danger") == ("investigator", "police-supervisor")
    assert roles_of("/reviews") == ("legal-reviewer", "duty-reviewer", "oversight")
    assert roles_of("/board") == ()


def test_the_pages_count_by_the_keyholders_own_times() -> None:
    times = Times()
    assert (times.alone, times.life, times.review, times.looks) == (
        exigent.ALONE, exigent.LIFE, exigent.REVIEW_WITHIN, exigent.CONFIRMED_LOOKS,
    )  # fmt: skip
