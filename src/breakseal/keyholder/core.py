"""The parts of a keyholder, put together once and handed to whatever needs them."""

from __future__ import annotations

from dataclasses import dataclass, field

from breakseal.kernel.model.body import Party
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.ports import Entropy
from breakseal.keyholder.ahead import Ahead
from breakseal.keyholder.budgets import Budgets
from breakseal.keyholder.ingest import Ingest
from breakseal.keyholder.permits import Permits
from breakseal.keyholder.register.calls import Calls
from breakseal.keyholder.register.holders import Holder, Holders
from breakseal.keyholder.register.numbers import Numbers
from breakseal.keyholder.register.organisations import Organisations
from breakseal.keyholder.register.subjects import Subjects
from breakseal.keyholder.roots import Roots
from breakseal.keyholder.store import Store
from breakseal.keyholder.trails import Trails
from breakseal.keyholder.vault import Vault


@dataclass(frozen=True, slots=True)
class Core:
    """Everything that a statement or request is judged with."""

    store: Store
    entropy: Entropy
    signer: Signer
    policy: Policy
    roots: Roots
    vault: Vault
    trails: Trails
    holders: Holders
    organisations: Organisations
    subjects: Subjects
    numbers: Numbers
    calls: Calls
    permits: Permits
    budgets: Budgets
    ingest: Ingest
    ahead: Ahead
    unseconded: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    """By investigator, the last exigent request that no supervisor has signed: agency, end (Unix seconds), envelope.

    In memory only: it opens nothing, lives for minutes, and after a restart is signed again.
    """

    def forget(self) -> None:
        """Drop what is only a copy in memory, after something was undone in the store."""
        self.roots.forget()
        self.vault.forget()
        self.holders.forget()
        self.organisations.forget()
        self.ingest.forget()

    def party(self, holder: Holder) -> Party:
        """Return who acted, as the person may read it."""
        if holder.kind == "officer":
            officer = self.organisations.officer(holder.id)
            name = self.organisations.get(officer.org).name
            return Party(
                org=officer.org, org_name=name, name=officer.name, role=officer.role, key=holder.key.id
            )
        org_name = self.organisations.get(holder.org).name if holder.org else ""
        return Party(org=holder.org, org_name=org_name, name="", role=holder.kind, key=holder.key.id)


def assemble(
    store: Store, vault: Vault, roots: Roots, *, entropy: Entropy, signer: Signer, policy: Policy
) -> Core:
    """Return the parts over one store."""
    subjects = Subjects(store, vault, entropy)
    holders = Holders(store)
    return Core(
        store=store,
        entropy=entropy,
        signer=signer,
        policy=policy,
        roots=roots,
        vault=vault,
        trails=Trails(store, vault, entropy, signer, roots.root.set),
        holders=holders,
        organisations=Organisations(store),
        subjects=subjects,
        numbers=Numbers(store, vault, entropy),
        calls=Calls(store),
        permits=Permits(store, subjects, entropy, signer),
        budgets=Budgets(store),
        ingest=Ingest(store, vault, signer, entropy, roots.root.keyholders[0].id),
        ahead=Ahead(holders),
    )
