"""An order in lines for a terminal: a name and what it says."""

from __future__ import annotations

from datetime import UTC, datetime

from breakseal.kernel.errors import RequestError
from breakseal.kernel.model.orders import Order


def lines(found: Order) -> tuple[tuple[str, str], ...]:
    """Return what the order says.

    Raises:
        RequestError: it has a time that no calendar knows.
    """
    told = _day(found.defer_until) if found.defer_until else "at once"
    return (
        ("court", f"{found.court}, {found.judge}"),
        ("docket", found.docket + (f", extends {found.extends}" if found.extends else "")),
        ("agency", found.agency),
        ("phone", found.number),
        ("what", f"{', '.join(found.categories)}, {found.precision}, {found.looks} looks in all"),
        ("from", f"{_day(found.begins)} (issued {_day(found.issued)})"),
        ("until", _day(found.until)),
        ("person told", told),
    )


def _day(time: int) -> str:
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError) as error:
        raise RequestError("the order has a time that no calendar knows") from error
