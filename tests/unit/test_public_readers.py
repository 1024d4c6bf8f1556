"""The public page's rules by who may see: everything of the notice, and nothing else."""

from __future__ import annotations

import pytest

from breakseal.policydesk.notice import Notice, notice
from breakseal.policydesk.phrases import Language
from breakseal.web.public.readers import readers
from tests.support.world import shipped_policy


@pytest.fixture(scope="module", params=list(Language))
def made(request: pytest.FixtureRequest) -> Notice:
    return notice(shipped_policy(), request.param)


def test_each_reader_stands_once_with_all_that_the_notice_lets_them_see(made: Notice) -> None:
    said = {(one.who, one.how_long, name) for one in readers(made) for name in one.names}
    rules = {
        (one.who, one.how_long, name)
        for shared in made.sharing
        for one in shared.accesses
        for name in shared.names
    }
    assert said == rules
    heads = [(one.who, one.how_long) for one in readers(made)]
    assert len(heads) == len(set(heads))


def test_every_occasion_of_a_reader_is_named_once(made: Notice) -> None:
    for reader in readers(made):
        whys = [
            one.why
            for shared in made.sharing
            for one in shared.accesses
            if (one.who, one.how_long) == (reader.who, reader.how_long)
        ]
        assert reader.whys == list(dict.fromkeys(whys))


def test_who_answers_a_call_comes_first(made: Notice) -> None:
    assert readers(made)[0].who == made.sharing[0].accesses[0].who
    assert len(readers(made)[0].names) == 7
