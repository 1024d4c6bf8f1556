"""The exigent requests that count, each number sealed under a key of its own, and what was said of them."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.exigent import LIFE, REVIEW_WITHIN
from breakseal.kernel.seal import aead
from breakseal.keyholder.core import Core
from breakseal.keyholder.trails import SECOND_LOOK


def called(name: str) -> str:
    """Return what the entries of the request `name`, and of what its agency said when called, refer to."""
    return f"exigent:{name}"


def judged(name: str) -> str:
    """Return what the entry of its review refers to: a restore must know it again, whatever it said."""
    return f"exigent-judged:{name}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that two officers signed; `issued` is when the second did, in the keyholder's own time.

    `name` is its digest as statements and entries name it, `trail` the list in which the person reads of it. `state`
    is alone, confirmed or denied, as who called the agency back last said; `result` is empty, upheld, not-upheld or
    released, as it was reviewed. `spoke` is the reviewer who said something of it last, `second` the supervisor.
    """

    name: str
    org: str
    officer: str
    trail: int
    issued: int
    used: int
    state: str
    result: str
    spoke: str
    second: str


def keep(core: Core, request: Asked, number: str, leaf: bytes) -> None:
    """Keep a new request about `number` (E.164); `leaf` is its entry in the agency's trail."""
    digest, key = (
        canonical.unb64(request.name, 32),
        core.vault.make(f"exigent/{request.name}", request.issued),
    )
    core.store.run(
        "INSERT INTO exigent VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
        digest, request.org, request.officer, request.trail, request.issued, request.used, request.state,
        request.result, request.spoke, aead.seal(key, number.encode(), digest, core.entropy), request.second, leaf,
    )  # fmt: skip


def find(core: Core, name: str) -> Asked | None:
    """Return the request with digest `name`, whoever's it is and however long ago."""
    row = core.store.one(
        "SELECT org, officer, trail, began, used, state, result, spoke, second FROM exigent WHERE digest = ?",
        canonical.unb64(name, 32),
    )
    return None if row is None else Asked(name, *row)


def number_of(core: Core, name: str) -> str:
    """Return the number that a request names, as long as it may be needed.

    Raises:
        RefusedError: the request is over.
    """
    digest = canonical.unb64(name, 32)
    row = core.store.one("SELECT sealed FROM exigent WHERE digest = ? AND sealed != x''", digest)
    if row is None:
        raise RefusedError("the request is over", reason="exigent-over")
    return aead.open_sealed(core.vault.get(f"exigent/{name}"), row[0], digest).decode()


def check_may_ask(core: Core, org: str, number: str, now: int) -> None:
    """Check that `org` owes no review, and did not ask about this phone just now.

    Raises:
        RefusedError: "exigent-unreviewed", "exigent-not-upheld" or "exigent-known".
    """
    if owed := core.store.one(
        "SELECT result FROM exigent WHERE org = ? AND (result = 'not-upheld' OR (result = '' AND began <= ?))"
        " ORDER BY result DESC LIMIT 1",
        org,
        now - REVIEW_WITHIN,
    ):
        raise RefusedError(
            "a request of your agency waits for its review, or was not upheld",
            reason=f"exigent-{owed[0] or 'unreviewed'}",
        )
    # One rough answer without a reviewer is one in four hours, however often two officers sign.
    for (digest,) in core.store.many(
        "SELECT digest FROM exigent WHERE org = ? AND began > ? AND sealed != x''", org, now - LIFE
    ):
        if number_of(core, canonical.b64(digest)) == number:
            raise RefusedError("your agency asked about this phone just now", reason="exigent-known")


def change(core: Core, request: Asked) -> None:
    """Keep what changed of a request: the looks used, or what was said of it."""
    core.store.run(
        "UPDATE exigent SET used = ?, state = ?, result = ?, spoke = ? WHERE digest = ?",
        request.used, request.state, request.result, request.spoke, canonical.unb64(request.name, 32),
    )  # fmt: skip


def is_live(core: Core, digest: bytes) -> bool:
    """Tell whether nobody denied the request or found it wrong."""
    return core.store.one(
        "SELECT 1 FROM exigent WHERE digest = ? AND state != 'denied' AND result IN ('', 'upheld')", digest
    ) is not None  # fmt: skip


def sweep(core: Core, now: int) -> None:
    """End what is past its time, and forget the numbers of what an earlier sweep found ended."""
    for (digest,) in core.store.many(
        "SELECT digest FROM exigent WHERE ended BETWEEN 1 AND ? AND sealed != x''", now - SECOND_LOOK
    ):
        core.vault.destroy(f"exigent/{canonical.b64(digest)}")
        core.store.run("UPDATE exigent SET sealed = x'' WHERE digest = ?", digest)
    core.store.run("UPDATE exigent SET ended = ? WHERE ended = 0 AND began <= ?", now, now - LIFE)
