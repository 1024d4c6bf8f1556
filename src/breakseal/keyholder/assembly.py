"""Putting a keyholder together from its store, its backend and its log; and its very first start."""

from __future__ import annotations

from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.ports import Clock, Entropy
from breakseal.keyholder.core import Core, assemble
from breakseal.keyholder.engine import Engine
from breakseal.keyholder.facts import PublicCounts
from breakseal.keyholder.location import consents
from breakseal.keyholder.logport import LogEyes, LogPort
from breakseal.keyholder.register.numbers import INDEX_KEY
from breakseal.keyholder.restore import RestoreGate
from breakseal.keyholder.roots import Roots
from breakseal.keyholder.statements.root import public_entry
from breakseal.keyholder.steadyclock import SteadyClock
from breakseal.keyholder.store import Store
from breakseal.keyholder.vault import RootBackend, Vault


def open_engine(
    store: Store,
    backend: RootBackend,
    log: LogPort,
    *,
    root: bytes,
    signer: Signer,
    policy: Policy,
    clock: Clock,
    entropy: Entropy,
) -> Engine:
    """Return a started engine; `root` is the pinned envelope, taken at the first start.

    Raises:
        ConfigError: the store was made under another root, or the signer is not the keyholder that it names.
    """
    steady = SteadyClock(clock, store)
    now = steady.now()
    vault, roots = Vault(store, backend, entropy), Roots(store, log.checkpoint)
    first = not roots.envelope
    if first:
        with store.transaction():
            roots.adopt(root)
    _check_pinned(roots.root, root, store, signer)
    core = assemble(store, vault, roots, entropy=entropy, signer=signer, policy=policy)
    if not core.vault.has(INDEX_KEY):
        _first_start(core, root, now)
    if not core.vault.has(consents.INDEX_KEY):  # a store from before there was location, too
        with store.transaction():
            core.vault.make(consents.INDEX_KEY, now)
    eyes = LogEyes(roots, log, store)
    engine = Engine(core, log, eyes, steady, RestoreGate(core, log, eyes, backend), PublicCounts(log, store))
    engine.start()
    return engine


def _check_pinned(current: Root, pinned: bytes, store: Store, signer: Signer) -> None:
    known = store.one("SELECT 1 FROM enrolments WHERE kind = 'root' AND envelope = ?", pinned)
    if known is None:
        raise ConfigError("the keyholder's store was made under another root statement")
    if signer.key != current.keyholders[0].sign:
        raise ConfigError("the keyholder's key is not the one that the root names")


def _first_start(core: Core, root: bytes, now: int) -> None:
    with core.store.transaction():
        core.vault.make(INDEX_KEY, now)
        core.trails.begin("root", "root", now)
        core.ingest.rotate(now)
        public_entry(core, "root", root, now)


def policy_digest(policy: Policy) -> str:
    """Return the policy's digest as a `PolicyRelease` names it."""
    return canonical.b64(policy.digest)
