"""Errors, lengths, headers, logs and files of the web tier tell nothing about a number; all parts are real."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.support.clientparts import ELSEWHERE
from tests.support.clients import NUMBER, OFTEN, SCOPE, Place, body_of, run


def test_no_number_is_told_from_another(tmp_path: Path) -> None:
    """Known to the carrier or not, with a record or without: the same bytes but for what is random."""

    async def scene(place: Place) -> None:
        numbers = [NUMBER, ELSEWHERE, "+12025550111", "+12025550122"]
        shapes = set()
        for number in numbers:
            answer = await place.ask(number)
            shapes.add(
                (answer.status_code, tuple(sorted(body_of(answer))), len(answer.content), _names(answer))
            )
        assert len(shapes) == 1
        polled = set()
        assert len(numbers) == len(await place.texts())
        for number in numbers[2:]:
            answer = await place.ask(number)
            polled.add((answer.status_code, answer.content, _names(answer)))
        assert len(polled) == 1

    run(tmp_path, scene)


def _names(answer: httpx.Response) -> tuple[str, ...]:
    return tuple(sorted(answer.headers))


def test_nothing_of_a_number_or_place_is_written_down_by_the_web_tier(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = [NUMBER, NUMBER[1:], "38.89"]

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        secrets.append(held.token)
        assert (await place.retrieve(held)).status_code == 200
        await place.retrieve(held, {"device": {"phoneNumber": NUMBER}})
        await place.ask(NUMBER, scope=f"{SCOPE} x")

    with caplog.at_level("DEBUG", logger="breakseal.web"):
        run(tmp_path, scene)
    written = caplog.text.encode() + b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))
    assert written
    for secret in secrets:
        assert secret.encode() not in written
