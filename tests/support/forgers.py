"""Somebody on the way who answers in the keyholder's place: everything is right but the key that signs."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives.asymmetric import ed25519
from playwright.sync_api import Route

from breakseal.kernel.model import answers, canonical, desk, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.attested import attest
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import hpke

LEAF = canonical.b64(bytes(32))


def _asked(route: Route, member: str) -> tuple[s.Request | s.ReadDesk, str]:
    envelope, statement = signed.read(canonical.unb64(json.loads(route.request.post_data or "")[member]))
    assert isinstance(statement, s.Request | s.ReadDesk)
    return statement, canonical.b64(canonical.digest(envelope.payload_bytes()))


def _sealed(answer: answers.Opened | desk.SelfDesk, recipient: str, info: bytes) -> str:
    stranger = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
    plain = canonical.encode(attest(answer, answers.ANSWER_DOMAIN, stranger))
    return canonical.b64(hpke.seal_to(canonical.unb64(recipient), plain, info))


def no_profile(route: Route) -> None:
    """Answer a disclosure with "no profile", signed by a stranger."""
    asked, digest = _asked(route, "request")
    opened = answers.Opened(leaf=LEAF, until=asked.expires, request=digest)
    sealed = _sealed(opened, asked.recipient, answers.OPENED_INFO)
    route.fulfill(json={"leaf": LEAF, "sealed": sealed, "until": asked.expires, "records": {}, "pending": {}})


def empty_desk(route: Route) -> None:
    """Answer "what is held of me" with nothing at all, signed by a stranger."""
    asked, digest = _asked(route, "statement")
    held = desk.SelfDesk(handle=LEAF, name="", frozen=False, created=1, request=digest)
    route.fulfill(json={"sealed": _sealed(held, asked.recipient, answers.DESK_INFO)})
