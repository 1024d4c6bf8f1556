"""The body of an entry (what the public leaf commits to), and the signed head of a trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model.attested import attest, verify_attested
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.leaf import Leaf, check_commitment, read_leaf, trail_tag
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.words import LeafType

HEAD_DOMAIN = b"breakseal/head/v1\n"
NO_LINK = canonical.b64(bytes(32))


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who acted, as the person may read it: the organisation's name, the officer's name and role, the key's id."""

    org: str = ""
    org_name: str = ""
    name: str = ""
    role: str = ""
    key: str = ""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Entry `n` of a trail, following the entry whose leaf has SHA-256 `link` (zeros for the first).

    `at` is the keyholder's Unix time. `signed` is the whole signed statement that caused the entry
    (base64url of the envelope), `basis` the SHA-256 of the basis statement or empty. `result` says
    what came of it. `until` is the Unix time at which the requester's view ends; of an erasure, the time
    from which no backup can bring the data back. `policy` names the clauses that decided. `joined`, in a notice
    only, is an entry that an order deferred: in the log since its day, and from this notice on part of the list.
    """

    v: Literal[1] = 1
    type: LeafType
    n: Number
    link: str
    at: Number
    party: Party
    purpose: str = ""
    basis: str = ""
    call: str = ""
    categories: tuple[str, ...] = ()
    result: str
    precision: str = ""
    until: Number = 0
    policy: tuple[str, ...] = ()
    reason: str = ""
    marks: tuple[str, ...] = ()
    signed: str = ""
    joined: Entry | msgspec.UnsetType = msgspec.UNSET


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keyholder's signed word on how long a trail is: `n` entries, the last with leaf hash `link`.

    `trail` is the trail's tag 0, which no leaf carries. `deferred` counts those of the `n` that an order had deferred
    and that are told now; of what is still deferred a head says nothing, neither that it is nor that it is not.
    `request` is the SHA-256 of the statement that asked, so that an older head is no answer.
    """

    v: Literal[1] = 1
    type: Literal["head"] = "head"
    trail: str
    n: Number
    link: str
    deferred: Number
    at: Number
    request: str = ""
    by: str
    sig: str = ""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry as its subject gets it: leaf, body and salt (base64url) and tlog-proof (text); the receipt's parts.

    `body` and `salt` are empty where a restore brought the entry back from the log without its body: then
    only that it happened, and its type and day, can be known.
    """

    leaf: str
    body: str
    salt: str
    proof: str


class Trail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that the subject needs to check that their list is complete; `key` is K_trail (base64url).

    A page of a long list has the same form: some of the entries, under the head of the whole.
    """

    v: Literal[1] = 1
    type: Literal["trail"] = "trail"
    key: str
    head: Head
    entries: tuple[Entry, ...]


def sign_head(head: Head, signer: Signer) -> Head:
    """Return `head` signed by the keyholder."""
    return attest(head, HEAD_DOMAIN, signer)


def verify_head(head: Head, key: keys.PublicKey) -> None:
    """Check that the keyholder signed `head`.

    Raises:
        VerificationError: it did not.
    """
    verify_attested(head, HEAD_DOMAIN, key)


def join_pages(ask: Callable[[int], Trail]) -> Trail:
    """Return the whole list; `ask` fetches the page that begins at an entry's number.

    All entries stand under the head of the last page, whatever the earlier ones said; `verify_trail` proves them.
    """
    entries: tuple[Entry, ...] = ()
    while True:
        page = ask(len(entries) + 1)
        entries += page.entries
        if not page.entries or len(entries) >= page.head.n:
            return msgspec.structs.replace(page, entries=entries)


def verify_trail(trail: Trail, key: keys.PublicKey) -> tuple[Body, ...]:
    """Check that `trail` is complete up to its head, and return the bodies in order.

    Recomputes tag 0..n from the trail key, and checks each commitment, number and link. The
    inclusion of each leaf in the log is checked apart (`tlog.proof`).

    Raises:
        VerificationError: an entry is missing, swapped, changed or foreign.
    """
    verify_head(trail.head, key)
    trail_key = canonical.unb64(trail.key, 32)
    if canonical.unb64(trail.head.trail) != trail_tag(trail_key, 0) or len(trail.entries) != trail.head.n:
        raise VerificationError("the list is not the one that the head speaks of")
    link, bodies = NO_LINK, []
    for n, entry in enumerate(trail.entries, start=1):
        body, link = _verify_entry(entry, trail_key, n, link)
        bodies.append(body)
    if link != trail.head.link:
        raise VerificationError("the last entry is not the one that the head names")
    if trail.head.deferred != sum(bool(body.joined) for body in bodies):
        raise VerificationError("the head counts other deferred entries than the list has")
    return tuple(bodies)


def _verify_entry(entry: Entry, trail_key: bytes, n: int, link: str) -> tuple[Body, str]:
    data = canonical.unb64(entry.leaf)
    leaf = read_leaf(data)
    if canonical.unb64(leaf.tag) != trail_tag(trail_key, n):
        raise VerificationError(f"entry {n} belongs to another list")
    if not entry.body:
        lost = Body(type=leaf.type, n=n, link=link, at=0, party=Party(), result="lost")
        return lost, canonical.b64(canonical.digest(data))
    raw = canonical.unb64(entry.body)
    check_commitment(leaf, canonical.unb64(entry.salt), raw)
    body = canonical.decode(raw, Body)
    if body.n != n or body.link != link or body.type != leaf.type:
        raise VerificationError(f"entry {n} does not follow the one before")
    read_joined(body)
    return body, canonical.b64(canonical.digest(data))


def read_joined(body: Body) -> tuple[Leaf, Body] | None:
    """Return the entry that a notice joins to the list, its commitment opened; None if the body joins none.

    Its tlog-proof is checked apart (`tlog.proof`).

    Raises:
        VerificationError: the leaf commits to something else, or nobody deferred it.
    """
    if isinstance(body.joined, msgspec.UnsetType):
        return None
    leaf, raw = read_leaf(canonical.unb64(body.joined.leaf)), canonical.unb64(body.joined.body)
    check_commitment(leaf, canonical.unb64(body.joined.salt), raw)
    deferred = canonical.decode(raw, Body)
    if (body.type, leaf.notice, leaf.type) != ("notice", "deferred", deferred.type):
        raise VerificationError("an entry was joined that nobody deferred")
    return leaf, deferred
