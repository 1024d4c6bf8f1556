"""The tables of docs/spec that the code itself writes: `python -m tests.support.spectables` renews them.

What cannot be read from the code, who may sign and which leaf follows, stands here as data; a test puts every
kind of statement under every kind of key to a running keyholder and compares.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from breakseal.kernel.model import (
    answers,
    body,
    desk,
    enrolments,
    exigent,
    keys,
    leaf,
    location,
    missing,
    orders,
    permit,
    receipt,
    signed,
    words,
)
from breakseal.kernel.model import statements as s
from breakseal.keyholder import protocol as p
from breakseal.keyholder import submission
from breakseal.keyholder.authority import MAX_LIFE, MAX_ROOT_LIFE

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "docs/spec"
STAMP = ("v", "issued", "expires", "nonce")
FORMATS = (
    answers,
    body,
    desk,
    enrolments,
    exigent,
    keys,
    leaf,
    location,
    missing,
    orders,
    permit,
    receipt,
    signed,
    s,
)
"""The modules in which everything stands that is signed, logged or sealed."""

SIGNERS = {
    "overseers": "the root's threshold",
    "new-key": "the key that it shows",
    "subject": "subject's own key",
    "subject-session": "subject's session",
    "officer": "officer's own key",
    "officer-session": "officer's session",
    "sponsor": "sponsor",
    "callgate": "callgate",
    "courier": "courier",
    "keyholder": "keyholder",
    "investigator": "investigator's own key",
    "court": "court's key",
    "reviewer": "legal reviewer's own key",
    "police-supervisor": "police supervisor's own key",
    "another-investigator": "another investigator's own key",
    "duty": "duty reviewer's own key",
    "overseer": "overseer's own key",
}
"""Every kind of signer, as the tables call it."""

_OWN, _SUBJECT = ("subject",), ("subject", "subject-session")
MAY_SIGN: dict[str, tuple[str, ...]] = {
    "root": ("overseers",),
    "enrol-organisation": ("overseers",),
    "enrol-courier": ("overseers",),
    "enrol-processor": ("overseers",),
    "policy-release": ("overseers",),
    "restore-release": ("overseers",),
    "ingest-key": ("keyholder",),
    "offer-key": ("new-key",),
    "enrol-officer": ("sponsor",),
    "revoke-officer": ("sponsor",),
    "roster": ("sponsor",),
    "enrol-subject": ("new-key",),
    "session": ("subject", "officer"),
    "hello": ("subject-session", "officer-session"),
    "add-key": _OWN,
    "revoke-key": _OWN,
    "grant": _OWN,
    "withdraw-grant": _SUBJECT,
    "claim-number": _SUBJECT,
    "number-attested": ("courier",),
    "withdraw-number": _SUBJECT,
    "wrap": _SUBJECT,
    "keep": _SUBJECT,
    "channels": _SUBJECT,
    "freeze": _SUBJECT,
    "unfreeze": _OWN,
    "erase": _OWN,
    "consent": _OWN,
    "withdraw-consent": _SUBJECT,
    "pause-location": _SUBJECT,
    "consent-answered": ("courier",),
    "consent-stopped": ("courier",),
    "call-event": ("callgate",),
    "request": ("subject", "subject-session", "officer", "officer-session"),
    "enrol-court-line": ("overseers",),
    "lodge-order": ("investigator",),
    "review-order": ("reviewer",),
    "end-order": ("court",),
    "look-under": ("investigator",),
    "exigent": ("investigator",),
    "second-exigent": ("police-supervisor",),
    "confirm-exigent": ("duty",),
    "review-exigent": ("reviewer", "overseer"),
    "agree-if-missing": _OWN,
    "missing-case": ("investigator",),
    "second-missing-case": ("police-supervisor", "another-investigator"),
    "missing-found": ("investigator", "police-supervisor"),
    "read-trail": _SUBJECT,
    "read-desk": (
        "subject",
        "subject-session",
        "officer",
        "officer-session",
        "sponsor",
        "callgate",
        "courier",
    ),
}
LEAVES: dict[str, tuple[str, ...]] = {
    "root": ("root",),
    "enrol-organisation": ("enrol",),
    "enrol-courier": ("enrol",),
    "enrol-processor": ("processor",),
    "policy-release": ("policy",),
    "restore-release": ("root",),
    "enrol-officer": ("enrol",),
    "revoke-officer": ("revoke",),
    "roster": ("basis",),
    "enrol-subject": ("enrol",),
    "session": ("basis",),
    "add-key": ("enrol",),
    "revoke-key": ("revoke",),
    "grant": ("basis",),
    "withdraw-grant": ("withdraw",),
    "number-attested": ("basis",),
    "withdraw-number": ("withdraw",),
    "channels": ("notice",),
    "freeze": ("withdraw",),
    "unfreeze": ("basis",),
    "erase": ("erase",),
    "consent": ("basis",),
    "withdraw-consent": ("withdraw",),
    "pause-location": ("withdraw",),
    "consent-answered": ("basis",),
    "consent-stopped": ("withdraw",),
    "request": ("disclose",),
    "enrol-court-line": ("enrol",),
    "lodge-order": ("basis", "basis"),
    "review-order": ("basis",),
    "end-order": ("withdraw",),
    "look-under": ("disclose",),
    "second-exigent": ("basis", "basis", "basis"),
    "confirm-exigent": ("basis", "basis"),
    "review-exigent": ("basis", "basis"),
    "agree-if-missing": ("basis",),
    "missing-case": ("basis", "basis", "basis"),
    "second-missing-case": ("basis", "basis", "basis"),
    "missing-found": ("basis", "basis"),
}
"""The leaves that a statement makes when it is taken; a type that is not here makes none."""


def statement_types() -> dict[str, type[Any]]:
    """Return every statement by the word in its `type` member, in the order of the union."""
    return {kind.__struct_config__.tag: kind for kind in get_args(s.Statement)}


def life(name: str, kind: type[Any]) -> int | None:
    """Return the longest validity in seconds that the keyholder takes; None for what is not handed to it."""
    if name == "ingest-key":
        return None
    by_root = kind in submission._ROOT or kind is enrolments.RestoreRelease
    return MAX_ROOT_LIFE if by_root else MAX_LIFE


def handed_in(name: str, kind: type[Any]) -> str:
    """Return the message of the keyholder's protocol that takes this statement."""
    asked = {
        "hello": "Identify",
        "request": "Disclose",
        "read-trail": "Read",
        "read-desk": "Read",
        "consent-answered": "Attest",
        "consent-stopped": "Attest",
        "look-under": "LocateUnder",
        "missing-case": "inside `second-missing-case`",
    }
    if kind in {**submission._ROOT, **submission._SELF, **submission._ENROLLED}:
        return "Submit"
    return asked.get(name, {"restore-release": "Submit, in quarantine only"}.get(name, "none"))


_ALIASES: tuple[tuple[Any, str], ...] = (
    (words.Purpose, "a purpose"), (words.LeafType, "a leaf type"), (words.BasisKind, "a basis kind"),
    (words.OrganisationClass, "an organisation class"), (words.OfficerRole, "an officer's role"),
    (words.NoticeTiming, "a notice timing"), (location.LocationPrecision, "a precision"),
    (keys.KeyUse, "a key's use"), (str, "text"), (int, "integer"), (bool, "boolean"), (bytes, "bytes"),
    (type(None), "null"), (msgspec.UnsetType, "absent"),
)  # fmt: skip


def kind_of(hint: object) -> str:
    """Return what a member holds, in the words of the tables."""
    for alias, word in _ALIASES:
        if hint == alias:
            return word
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{one}`" if one != "" else "empty" for one in inner)
    if origin is tuple:
        return f"list of {kind_of(inner[0])}"
    if origin is dict:
        return f"{kind_of(inner[1])} by {kind_of(inner[0])}"
    if origin in (Union, UnionType):
        return " or ".join(kind_of(one) for one in inner)
    return f"`{getattr(hint, '__name__', hint)}`"


def members(kind: type[Any], *, without: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return name and kind of each member, in the order of the code."""
    hints = get_type_hints(kind)
    return [
        (field.encode_name, kind_of(hints[field.name]))
        for field in msgspec.structs.fields(kind)
        if field.encode_name not in without
    ]


def statements_table() -> str:
    """Return the table of statements."""
    rows = [
        "| type | own members | signed by | longest life | handed in by | leaf |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, kind in statement_types().items():
        own = "; ".join(f"`{member}` {what}" for member, what in members(kind, without=STAMP)) or "none"
        seconds = life(name, kind)
        lasts = "its day and the next" if seconds is None else _span(seconds)
        signers = ", ".join(SIGNERS[one] for one in MAY_SIGN[name])
        made = ", ".join(f"`{one}`" for one in LEAVES.get(name, ())) or "none"
        rows.append(f"| `{name}` | {own} | {signers} | {lasts} | {handed_in(name, kind)} | {made} |")
    return "\n".join(rows)


def _span(seconds: int) -> str:
    return f"{seconds // 86_400} days" if seconds >= 86_400 else f"{seconds // 60} min"


def _structs(*kinds: type[Any]) -> Callable[[], str]:
    def table() -> str:
        rows = ["| format | members |", "| --- | --- |"]
        for kind in kinds:
            listed = "; ".join(f"`{name}` {what}" for name, what in members(kind))
            rows.append(f"| `{kind.__name__}` | {listed} |")
        return "\n".join(rows)

    return table


def messages_table() -> str:
    """Return the table of the protocol's messages and the sockets that take them."""
    rows = ["| message | members | taken on |", "| --- | --- | --- |"]
    for kind in (*get_args(p.Question), *get_args(p.Answer)):
        on = [name for name, taken in p.SOCKETS.items() if kind in taken]
        listed = "; ".join(f"`{name}` {what}" for name, what in members(kind)) or "none"
        rows.append(f"| `{kind.__struct_config__.tag}` | {listed} | {', '.join(on) or 'answer'} |")
    return "\n".join(rows)


def words_table() -> str:
    """Return the closed word lists."""
    named = (
        ("leaf types", words.LeafType), ("purposes", words.Purpose), ("basis kinds", words.BasisKind),
        ("organisation classes", words.OrganisationClass), ("officer roles", words.OfficerRole),
        ("notice timings", words.NoticeTiming), ("key uses", keys.KeyUse), ("precisions", location.LocationPrecision),
    )  # fmt: skip
    rows = ["| list | words |", "| --- | --- |"]
    rows += [f"| {name} | {', '.join(f'`{one}`' for one in get_args(kind))} |" for name, kind in named]
    return "\n".join([*rows, f"| categories | {', '.join(f'`{one}`' for one in words.CATEGORIES)} |"])


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "statements": ("formats.md", statements_table),
    "words": ("formats.md", words_table),
    "envelope": (
        "formats.md",
        _structs(
            signed.Signed, signed.Signature, keys.PublicKey, enrolments.KeyholderKeys, enrolments.Door,
            enrolments.NamedKey, s.Caller, s.Address, permit.Permit, location.Terms, location.Area, location.Fix,
            location.Found, location.Watched, location.Sink, orders.Order,
        ),
    ),
    "entry": (
        "leaf-and-body.md",
        _structs(leaf.Leaf, body.Body, body.Party, body.Head, body.Trail, body.Entry, receipt.Receipt),
    ),
    "opened": ("disclosure.md", _structs(answers.Opened, answers.OpenedKey)),
    "messages": ("protocol.md", messages_table),
    "facts": ("protocol.md", _structs(p.OrganisationFact, p.ProcessorFact)),
    "desks": (
        "protocol.md",
        _structs(
            desk.SelfDesk, desk.HeldNumber, desk.HeldRecord, desk.HeldKey, desk.HeldGrant, desk.HeldConsent,
            desk.OfficersDesk, desk.OfferedKey, desk.EnrolledOfficer, desk.CasesDesk, desk.ComplainedOf,
            desk.OrganisationDesk, desk.OrganisationEntry, desk.OrdersDesk, desk.HeldOrder,
            desk.ExigentDesk, desk.HeldExigent,
        ),
    ),
}  # fmt: skip
"""Each generated block: the page that holds it, and what writes it."""


def block(name: str) -> re.Pattern[str]:
    """Return the pattern of the generated block `name`; its group is the table."""
    return re.compile(rf"(?<=<!-- table: {name} -->\n)(.*?)(?=\n<!-- end -->)", re.DOTALL)


def written(name: str) -> str:
    """Return the table `name` as it stands on its page."""
    page = (SPEC / TABLES[name][0]).read_text("utf-8")
    found = block(name).findall(page)
    assert len(found) == 1, f"{TABLES[name][0]} needs exactly one block `{name}`"
    return str(found[0])


def renew() -> list[str]:
    """Write every table anew; return the names of those that changed."""
    changed = []
    for name, (file, table) in TABLES.items():
        path, fresh = SPEC / file, table()
        if written(name) != fresh:
            text = path.read_text("utf-8")
            path.write_text(block(name).sub(lambda _, fresh=fresh: fresh, text), "utf-8")  # type: ignore[misc] # a default
            changed.append(name)
    return changed


if __name__ == "__main__":
    sys.stdout.write("renewed: " + (", ".join(renew()) or "nothing") + "\n")
