"""Who signed a statement, whether it is in time, and whether it was used before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.enrolments import OfferKey
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.statements import AddKey, EnrolSubject, Statement
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import Holder

MAX_LIFE = 15 * 60
"""Seconds between `issued` and `expires` of a statement by a person or machine."""
RELEASED = "restore-released"
"""The name under which the store keeps when a restore was last released."""
MAX_ROOT_LIFE = 30 * 86_400
"""The same where keys are brought together by hand."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A statement whose signatures hold. `by` are the enrolled keys that signed, in order; none for root keys."""

    envelope: bytes
    signed: signed.Signed
    statement: Statement
    digest: bytes
    by: tuple[Holder, ...]

    @property
    def signer(self) -> Holder:
        """The one holder who signed.

        Raises:
            VerificationError: not exactly one enrolled key signed.
        """
        if len(self.by) != 1:
            raise VerificationError("exactly one enrolled key must sign this")
        return self.by[0]


def check_time(statement: Statement, now: int, longest: int) -> None:
    """Check that the statement is in force now and not made to live longer than allowed.

    Raises:
        RefusedError: too early, too late, or too long.
    """
    if statement.expires - statement.issued > longest or statement.expires < statement.issued:
        raise RefusedError("the statement is made to live too long", reason="lifetime")
    if statement.issued > now + SKEW:
        raise RefusedError(
            "the statement is from the future: set the clock of the machine right", reason="clock-skew"
        )
    if statement.expires <= now - SKEW:
        raise RefusedError("the statement has expired: sign again", reason="expired")
    canonical.unb64(statement.nonce, 16)


def consume(core: Core, digest: bytes, expires: int) -> None:
    """Use a statement up; inside the caller's transaction.

    Raises:
        RefusedError: it was used before.
    """
    if core.store.one("SELECT 1 FROM statements WHERE digest = ?", digest):
        raise RefusedError("this statement was used before: sign a new one", reason="replayed")
    core.store.run("INSERT INTO statements VALUES (?, ?)", digest, expires + 2 * SKEW)


class _Issued(Protocol):
    @property
    def issued(self) -> int: ...


def check_not_restored(core: Core, statement: _Issued) -> None:
    """Refuse what was signed before a restore: whether it was used already, this store may have forgotten.

    Raises:
        RefusedError: signed before the root keys released the restore.
    """
    released = core.store.meta(RELEASED)
    if released is not None and statement.issued <= int.from_bytes(released, "big") + SKEW:
        raise RefusedError(
            "this was signed before a backup was put back: sign again", reason="before-restore"
        )


def use_up(core: Core, verified: Verified, now: int, longest: int = MAX_LIFE) -> None:
    """Use a verified statement up, if it is in time and was signed after the last restore.

    Raises:
        RefusedError: too early, too late, too long, of before a restore, or used before.
    """
    check_time(verified.statement, now, longest)
    check_not_restored(core, verified.statement)
    consume(core, verified.digest, verified.statement.expires)


def verify(core: Core, envelope: bytes, now: int) -> Verified:
    """Check that enrolled, active keys signed `envelope`; its time is checked apart.

    A key that is being added signs too, to show that it can; it is not counted in `by`.

    Raises:
        FormatError: not a statement.
        VerificationError: an unknown key, or a signature that does not hold.
    """
    found = core.ahead.take(envelope)
    parsed, statement = found.parsed, found.parsed.statement
    by: list[Holder] = []

    def find(key_id: str) -> PublicKey:
        if isinstance(statement, AddKey) and key_id == statement.key.id:
            allow_use(core, statement.key)
            return statement.key
        holder = core.holders.find(key_id, now)
        allow_use(core, holder.key)
        by.append(holder)
        return holder.key

    parsed.verify(find, core.roots.party, found.keys)
    return _verified(envelope, parsed, tuple(by))


def verify_root_signed(core: Core, envelope: bytes) -> Verified:
    """Check that the threshold of the root keys signed.

    Raises:
        VerificationError: they did not.
    """
    parsed = signed.parse(envelope)
    core.roots.check_signed(parsed.signed)
    return _verified(envelope, parsed, ())


def verify_self_signed(core: Core, envelope: bytes) -> Verified:
    """Check that a key that is not enrolled yet signed the statement that shows it.

    Raises:
        VerificationError: another key signed, or the signature does not hold.
    """
    parsed = signed.parse(envelope)
    statement, signatures = parsed.statement, parsed.signed.signatures
    if not isinstance(statement, EnrolSubject | OfferKey) or len(signatures) != 1:
        raise FormatError("not a statement that a new key signs for itself")
    allow_use(core, statement.key)
    signed.verify_one(statement.key, parsed.payload, signatures[0], core.roots.party)
    return _verified(envelope, parsed, ())


def _verified(envelope: bytes, parsed: signed.Parsed, by: tuple[Holder, ...]) -> Verified:
    return Verified(envelope, parsed.signed, parsed.statement, canonical.digest(parsed.payload), by)


def allow_use(core: Core, key: PublicKey) -> None:
    """Refuse demo keys outside the demo.

    Raises:
        RefusedError: a demo key, and the root does not say demo.
    """
    if key.use == "demo" and not core.roots.root.demo:
        raise RefusedError("demo keys work in a demo only", reason="demo-key")
