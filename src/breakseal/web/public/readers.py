"""The notice once more, by who may see: what a resident asks first. Nothing is said that the notice does not say."""

from __future__ import annotations

from dataclasses import dataclass, field

from breakseal.policydesk.notice import Notice


@dataclass(slots=True)
class Reader:
    """Somebody who can see something for `how_long`, and on which occasions; the names are the categories'."""

    who: str
    how_long: str
    whys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def readers(notice: Notice) -> list[Reader]:
    """Return who can see what, in the notice's own words and order."""
    found: dict[tuple[str, str], Reader] = {}
    for shared in notice.sharing:
        for one in shared.accesses:
            reader = found.setdefault((one.who, one.how_long), Reader(one.who, one.how_long))
            reader.whys += [one.why] if one.why not in reader.whys else []
            reader.names += [name for name in shared.names if name not in reader.names]
    return list(found.values())
