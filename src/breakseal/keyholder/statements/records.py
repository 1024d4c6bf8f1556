"""Writing into a record."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import wrap_info
from breakseal.kernel.model.statements import Keep, Wrap
from breakseal.kernel.model.words import OWN_CATEGORIES
from breakseal.kernel.seal.aead import KEY_SIZE
from breakseal.keyholder import retention
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.subjects import Record
from breakseal.keyholder.statements.outcome import Outcome, subject_of


def wrap(core: Core, verified: Verified, statement: Wrap, now: int) -> Outcome:
    """Keep the data key and the ciphertext's hash of a new version; the older version's key is destroyed.

    Writing leaves no entry: it opens nothing, and drafts save often. The hash and the writer's key are
    kept, and the reader checks the hash, so nobody can serve an older or forged version.
    """
    holder, subject = subject_of(core, verified, now, session=True)
    root = core.roots.root
    if (statement.set, statement.share) != (root.set, root.keyholders[0].share):
        raise RefusedError("sealed to another set of keyholders: load the page again", reason="key-set")
    if statement.category not in OWN_CATEGORIES:
        raise FormatError("there is no such category", reason="category")
    canonical.unb64(statement.sha256, 32)
    # SAFETY: bound to this very record, so that a key seen on its way cannot be handed in as somebody else's.
    info = wrap_info(subject.handle, statement.category, statement.version, statement.sha256)
    data_key = core.ingest.open(canonical.unb64(statement.key), info, now)
    if len(data_key) != KEY_SIZE:
        raise FormatError(f"a data key has {KEY_SIZE} bytes", reason="bad-key")
    record = Record(statement.category, statement.version, statement.sha256, b"", now)
    core.subjects.write(subject.handle, record, data_key, holder.key.id)
    if statement.version > 1:
        core.subjects.renew(subject.handle, now)
    return Outcome(subject.handle)


def keep(core: Core, verified: Verified, statement: Keep, now: int) -> Outcome:
    """Let the retention of categories begin anew; no entry, as with `wrap`: nothing opens by it.

    Raises:
        RefusedError: one of them is not held, or past its retention: nothing but writing it anew helps then.
    """
    _, subject = subject_of(core, verified, now, session=True)
    held = dict(core.subjects.written(subject.handle))
    if not statement.categories or not set(statement.categories) <= set(held):
        raise RefusedError("you hold no such category", reason="category")
    for category in statement.categories:
        if retention.is_past(core.policy, category, held[category], now):
            raise RefusedError("its time is over: write it anew", reason="retention-over")
        core.subjects.keep(subject.handle, category, now)
    return Outcome(subject.handle)
