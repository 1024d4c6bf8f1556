"""What a resident does: sign up, prove a phone, seal the profile, consent, read the list, erase."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import msgspec

from breakseal.demo.visitor import Submission, Visitor
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.answers import (
    DESK_INFO,
    TRAIL_INFO,
    address_bound,
    address_info,
    claim_info,
    wrap_info,
)
from breakseal.kernel.model.body import Trail, join_pages
from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.kernel.model.desk import SelfDesk
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.statements import (
    Address,
    Channels,
    ClaimNumber,
    EnrolSubject,
    Erase,
    Grant,
    ReadDesk,
    ReadTrail,
    Session,
    Statement,
    WithdrawNumber,
    Wrap,
)
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead, hpke

BLOCK = 512
CODE_SECONDS = 30
_CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])|(?<![0-9])[0-9]{3}[ -][0-9]{3}(?![0-9])", re.ASCII)

Messages = Callable[[str], list[str]]
"""Returns the texts that a phone number got so far."""
Fields = dict[str, object]


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    category: str
    version: int


class Home:
    """One resident: the key that stays, and the visitor that acts for them."""

    def __init__(self, visitor: Visitor, key: Signer, entropy: Entropy) -> None:
        self.visitor = visitor
        self._key = key
        self._entropy = entropy
        self.handle = ""

    def sign_up(self) -> Submission:
        """Begin a record and a session in one step."""
        done = self._at_door(EnrolSubject, key=self._key.key, session=self.visitor.session.key)
        self.handle = done.handle
        self.visitor.hello()
        return done

    def sign_in(self) -> None:
        """Begin a session of an hour."""
        until = int(self.visitor.stamp()["issued"]) + 3500
        done = self._at_door(Session, key=self.visitor.session.key, until=until, position="")
        self.handle = done.handle
        self.visitor.hello()

    def prove_phone(self, number: str, messages: Messages) -> Submission:
        """Claim `number` and answer the code that comes to it."""
        before = len(messages(number))
        mine = self.visitor.session.key.id
        sealed = hpke.seal_to(self.visitor.courier_point(), number.encode(), claim_info(mine))
        claim = self._make(ClaimNumber, key=mine, number=b64(sealed), channel="sms")
        self.visitor.post(
            "/api/numbers/start", {"claim": b64(signed.write(claim, self.visitor.session))}, object
        )
        code = _await_code(lambda: messages(number)[before:])
        answer = {"claim": b64(digest(canonical.encode(claim))), "code": code}
        return self.visitor.post("/api/numbers/code", answer, Submission)

    def seal(self, category: str, fields: Fields) -> Submission:
        """Seal `fields` as the next version of `category` and store it."""
        version = self._version(category) + 1
        key = self._entropy.token(aead.KEY_SIZE)
        ciphertext = aead.seal(
            key, _padded(fields), aead.record_context(self.handle, category, version), self._entropy
        )
        facts = self.visitor.facts()
        sha256 = b64(digest(ciphertext))
        wrapped = hpke.seal_to(
            unb64(facts.ingest_key), key, wrap_info(self.handle, category, version, sha256)
        )
        wrap = self._make(
            Wrap,
            set=facts.set,
            share=facts.share,
            category=category,
            version=version,
            sha256=sha256,
            key=b64(wrapped),
        )
        body = {"wrap": b64(signed.write(wrap, self.visitor.session)), "ciphertext": b64(ciphertext)}
        return self.visitor.put(f"/api/records/{category}", body, Submission)

    def consent(self) -> Submission:
        """Let any enrolled call centre that answers one's phone see the profile."""
        return self._at_door(
            Grant, purpose="emergency-response", categories=EMERGENCY_CATEGORIES, anywhere=True, places=()
        )

    def ask_for_messages(self, number: str, language: str) -> Submission:
        """Choose where to be told, after the call, in neutral words."""
        address = canonical.encode(Address(kind="sms", to=number))
        stamp = self.visitor.stamp()
        info = address_info(address_bound(self.visitor.session.key.id, str(stamp["nonce"])))
        sealed = b64(hpke.seal_to(self.visitor.courier_point(), address, info))
        return self.visitor.by_session(
            Channels(**stamp, address=sealed, timing="after-call", words="neutral", language=language)  # type: ignore[arg-type] # the stamp's members by name
        )

    def trail(self) -> Trail:
        """Return one's own list, opened but not yet checked."""
        asked = self._make(ReadTrail, recipient=self.visitor.recipient)
        statement = b64(signed.write(asked, self.visitor.session))

        def page(first: int) -> Trail:
            answer = self.visitor.post("/api/trail", {"statement": statement, "first": first}, _Sealed)
            return self.visitor.open(answer.sealed, TRAIL_INFO, Trail)

        return join_pages(page)

    def desk(self) -> SelfDesk:
        """Return what the keyholder holds of the resident."""
        asked = self._make(ReadDesk, desk="self", recipient=self.visitor.recipient)
        statement = b64(signed.write(asked, self.visitor.session))
        answer = self.visitor.post("/api/desk", {"statement": statement}, _Sealed)
        return self.visitor.open(answer.sealed, DESK_INFO, SelfDesk)

    def erase(self) -> Submission:
        """Have every key destroyed, and the useless ciphertexts dropped."""
        done = self._at_door(Erase, categories=())
        probe = signed.write(self._make(WithdrawNumber, number=""), self.visitor.session)
        self.visitor.post("/api/forget", {"leaf": done.leaves[-1], "statement": b64(probe)}, object)
        return done

    def _version(self, category: str) -> int:
        lines = self.visitor.get("/api/records", list[_Line])
        return max((line.version for line in lines if line.category == category), default=0)

    def _make(self, kind: type[Statement], **members: object) -> Statement:
        return kind(**self.visitor.stamp(), **members)  # type: ignore[arg-type] # members by name, checked by the reader

    def _at_door(self, kind: type[Statement], **members: object) -> Submission:
        return self.visitor.at_door(self._make(kind, **members), self._key)


class _Sealed(msgspec.Struct, frozen=True, kw_only=True):
    sealed: str


def _padded(fields: Fields) -> bytes:
    bare = len(canonical.encode({"fields": fields, "pad": ""}))
    return canonical.encode({"fields": fields, "pad": "0" * (-bare % BLOCK)})


def _await_code(fresh: Callable[[], list[str]]) -> str:
    """Return the six digits of the first new message that has them.

    Raises:
        UnavailableError: no code came.
    """
    for _ in range(CODE_SECONDS * 5):
        for text in fresh():
            found = _CODE.search(text)
            if found is not None:
                return re.sub(r"[^0-9]", "", found[0])
        time.sleep(0.2)
    raise UnavailableError("no code came to the phone", reason="no-code")
