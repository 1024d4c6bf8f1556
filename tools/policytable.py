"""The table of every purpose x basis x role x category: `python -m tools.policytable [--write]`.

Each role stands in the class of organisation natural to it, and every other fact is as favourable
as it can be, so the table shows all that the policy can ever allow. Allows are listed; refusals
are counted and hashed for each purpose, so that a change to one is seen and where.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Final

from breakseal.ambient import SystemEntropy
from breakseal.kernel.policy import (
    Basis,
    Category,
    Decision,
    Organisation,
    Policy,
    Purpose,
    Request,
    Role,
    SessionKind,
    load,
)
from breakseal.policydesk import shipped

GOLDEN: Final = Path(__file__).parent.parent / "tests/contract/policy_table.golden"
NATURAL: Final = {
    Role.SUBJECT: Organisation.NONE,
    Role.GUARDIAN: Organisation.NONE,
    Role.CALL_TAKER: Organisation.CALL_CENTRE,
    Role.CALL_SUPERVISOR: Organisation.CALL_CENTRE,
    Role.FIELD_RESPONDER: Organisation.CALL_CENTRE,
    Role.INVESTIGATOR: Organisation.POLICE,
    Role.SUPERVISING_OFFICER: Organisation.SUPERVISION,
    Role.LEGAL_REVIEWER: Organisation.COURT,
    Role.DUTY_REVIEWER: Organisation.OVERSIGHT_BODY,
    Role.POLICE_SUPERVISOR: Organisation.POLICE,
    Role.SPONSOR: Organisation.CALL_CENTRE,
    Role.OVERSIGHT: Organisation.OVERSIGHT_BODY,
    Role.OPERATOR: Organisation.NONE,
    Role.SERVICE: Organisation.COMPANY,
}
SIGNS: Final = {Role.SERVICE: SessionKind.CLIENT}
"""The kind of key that a role signs with where that is not a person's own."""
FAVOURABLE: Final = Request(
    purpose=Purpose.EMERGENCY_RESPONSE,
    basis=Basis.EMERGENCY_CALL,
    role=Role.CALL_TAKER,
    organisation=Organisation.CALL_CENTRE,
    category=Category.EMERGENCY_IDENTITY,
    session_kind=SessionKind.PASSKEY,
    basis_live=True,
    requester_active=True,
    roster_fresh=True,
    notices_overdue=False,
    in_coverage=True,
    answered_by_requester=True,
    supervisor_reason=True,
    granted=True,
    subject_frozen=False,
    minor=True,
    demo_mode=False,
    consent_by_key=True,
    notice_deferred=False,
    exigent_confirmed=True,
    minutes_since_start=0,
    minutes_since_end=0,
    record_age_days=0,
)
_HEAD: Final = """\
# Every purpose x basis x role x category under the shipped policy, each role in its natural class of
# organisation and every other fact favourable. Review each changed line; then write it again with
#   python -m tools.policytable --write
"""


def render(policy: Policy) -> str:
    """Return the whole table as text."""
    allows: list[str] = []
    counts: list[str] = []
    for purpose in Purpose:
        refused, seal = 0, hashlib.sha256()
        for basis, role, category in product(Basis, Role, Category):
            decision = _decide(policy, purpose, basis, role, category)
            name = f"{purpose} {basis} {role} {category}"
            if decision.allow:
                allows.append(f"allow {name} {_obligations(decision)}")
            else:
                refused += 1
                seal.update(f"{name} {decision.refusal} {','.join(decision.reasons)}\n".encode())
        counts.append(f"refuse {purpose} {refused} sha256:{seal.hexdigest()[:32]}")
    return "\n".join((_HEAD, *allows, "", *counts, ""))


def _decide(policy: Policy, purpose: Purpose, basis: Basis, role: Role, category: Category) -> Decision:
    words = {"purpose": purpose, "basis": basis, "role": role, "category": category}
    kind = SIGNS.get(role, FAVOURABLE.session_kind)
    return policy.decide(replace(FAVOURABLE, organisation=NATURAL[role], session_kind=kind, **words))  # type: ignore[arg-type] # named


def _obligations(decision: Decision) -> str:
    owed = decision.obligations
    if owed is None:
        return "NOTHING-OWED"
    return (
        f"| notice {owed.notice}; view {owed.view_seconds // 60} min from {owed.view_from};"
        f" {owed.precision}; by {','.join(decision.reasons)}"
    )


def main(arguments: list[str]) -> int:
    """Print the table, or write it to its golden file."""
    table = render(load(shipped.text(), shipped.schema(), entropy=SystemEntropy()))
    if arguments == ["--write"]:
        GOLDEN.write_text(table, "utf-8")
    else:
        print(table, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
