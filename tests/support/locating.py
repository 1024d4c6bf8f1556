"""A company that asks where phones are, its client's own signatures, and the courier's part of a consent.

places = Locating(world)                  # a `World` whose policy is released (`world.found()`)
given = places.agree("+15555550117")      # asked by text, yes for a day, token taken
located = places.locate(given)            # one look; `places.permit(located)` is what the courier gets
places.stop("+15555550117")
"""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.model import canonical, enrolments, jws, location, signed
from breakseal.kernel.model.desk import SelfDesk
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from tests.support.world import NUMBER, Person, World, software_key

RETRIEVE = "/location-retrieval/v0.5/retrieve"
VERIFY = "/location-verification/v3/verify"
FENCES = "/geofencing-subscriptions/v0.5/subscriptions"
ORG, REQUESTER, RECIPIENT = "cedar-roadside", "Cedar-Roadside", "Cedar Roadside dispatch"
PURPOSE = "RequestedServiceProvision"
AREA = location.Area(lat=43_100_000, lon=-87_900_000, radius=5_000)
SECRET = b"the secret of one visit, which its client makes"
YEAR = 365 * 86_400
_ids = itertools.count(1)


def jwk_of(key: PublicKey) -> dict[str, str]:
    """Return a key as its holder writes it in a header."""
    parsed = key.check()
    if isinstance(parsed, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": canonical.b64(parsed.public_bytes_raw())}
    numbers = parsed.public_numbers()
    x, y = (canonical.b64(one.to_bytes(32, "big")) for one in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def compact(signer: signed.Signer, header: dict[str, Any], claims: dict[str, Any]) -> bytes:
    """Return a compact JWS, written by hand."""
    parts = [canonical.b64(json.dumps(part).encode()) for part in (header, claims)]
    text = ".".join(parts).encode()
    return text + b"." + canonical.b64(signer.sign(text)).encode()


def wire_hash(token: bytes) -> bytes:
    """Return the SHA-256 of a token as it travels."""
    return hashlib.sha256(canonical.b64(token).encode()).digest()


class Locating:
    """One company with one client, in a world."""

    def __init__(
        self,
        world: World,
        org: str = ORG,
        recipient: str = RECIPIENT,
        kind: str = "company",
        *,
        enrol: bool = True,
    ) -> None:
        self.world = world
        self.org = org
        self.recipient = recipient
        self.client = software_key("service")
        self.sponsor = software_key()
        self.opener = ec.generate_private_key(ec.SECP256R1())
        self.origin = "http://localhost:8911"
        if enrol:
            self.enrol(kind)

    @property
    def client_id(self) -> str:
        return self.client.key.id

    def enrol(self, kind: str = "company", *, name: str = "", recipient: str = "") -> None:
        """Have the root keys enrol the company and its client, or say it anew."""
        world = self.world
        world.submit(
            world.sign(
                enrolments.EnrolOrganisation,
                *world.oversight[:2],
                org=self.org,
                name=name or self.org.title(),
                kind=kind,
                places=(),
                sponsors=(enrolments.NamedKey(name="sponsor", key=self.sponsor.key),),
                clients=(enrolments.NamedKey(name=recipient or self.recipient, key=self.client.key),),
            )
        )

    def roster(self) -> None:
        """Have the company's sponsor sign its roster anew: without that it locates nobody after seven days."""
        world = self.world
        world.submit(world.sign(enrolments.Roster, self.sponsor, org=self.org, officers=()))

    # -- what the client signs ---------------------------------------------------------------------

    def assertion(self, signer: signed.Signer | None = None, **changed: Any) -> bytes:
        """Return a client assertion; a claim given as None is left out."""
        now = self.world.clock.now()
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.origin, "iat": now, "exp": now + 60,
            "jti": f"a{next(_ids)}",
        } | changed  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        return compact(signer or self.client, {"alg": "ES256"}, said)

    def proof(
        self,
        token: bytes,
        path: str = RETRIEVE,
        signer: signed.Signer | None = None,
        header: dict[str, Any] | None = None,
        **changed: Any,
    ) -> bytes:
        """Return a DPoP proof of one request with `token` (its 32 bytes)."""
        who = signer or self.client
        claims = {
            "htm": "POST", "htu": self.origin + path, "iat": self.world.clock.now(), "jti": f"p{next(_ids)}",
            "ath": canonical.b64(wire_hash(token)),
        } | changed  # fmt: skip
        said = {name: value for name, value in claims.items() if value is not None}
        return compact(
            who, {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk_of(who.key)} | (header or {}), said
        )

    # -- asking and answering ------------------------------------------------------------------------

    def asking(self, number: str = NUMBER, **changed: Any) -> m.AskConsent:
        """Return the web's question."""
        sealed = hpke.seal_to(self.courier_point(), number.encode(), location.ask_info(self.client_id))
        known: dict[str, Any] = {
            "assertion": self.assertion(), "number": canonical.b64(sealed), "purpose": PURPOSE, "precision": "1km",
            "lasting": "day", "rate": 4,
        }  # fmt: skip
        return m.AskConsent(**(known | changed))

    def ask(self, number: str = NUMBER, **changed: Any) -> m.ConsentAsked:
        return self.world.ask(self.asking(number, **changed), m.ConsentAsked)

    def answered(
        self, ask: bytes, number: str = NUMBER, signer: signed.Signer | None = None, **changed: Any
    ) -> bytes:
        """Return the courier's attestation that `number` answered."""
        name = canonical.b64(ask)
        known: dict[str, Any] = {
            "ask": name, "answer": "yes", "lasting": "day", "number": self.sealed(number, location.answered_info(name)),
        }  # fmt: skip
        return self.world.sign(location.ConsentAnswered, signer or self.world.courier, **(known | changed))

    def stopped(
        self, number: str = NUMBER, signer: signed.Signer | None = None, why: str = "stopped"
    ) -> bytes:
        sealed = self.sealed(number, location.STOP_INFO)
        return self.world.sign(location.ConsentStopped, signer or self.world.courier, number=sealed, why=why)

    def attest(self, envelope: bytes) -> p.Done:
        return self.world.ask(m.Attest(statement=envelope), p.Done)

    def stop(self, number: str = NUMBER, why: str = "stopped") -> None:
        self.attest(self.stopped(number, why=why))

    def take(self, ask: bytes, verifier: bytes = b"") -> m.TokenGiven:
        return self.world.ask(self.taking(ask, verifier), m.TokenGiven)

    def taking(self, ask: bytes, verifier: bytes = b"") -> m.TakeToken:
        return m.TakeToken(ask=ask, assertion=self.assertion(), verifier=verifier)

    def agree(self, number: str = NUMBER, lasting: str = "day", **changed: Any) -> m.TokenGiven:
        """Ask, have the phone say yes, and take the token."""
        asked = self.ask(number, **changed)
        self.attest(self.answered(asked.ask, number, lasting=lasting))
        return self.take(asked.ask)

    # -- agreeing by key -----------------------------------------------------------------------------

    def consent(self, person: Person, signer: signed.Signer | None = None, **changed: Any) -> bytes:
        """Return the consent to the very place, for a year, that a person signs for the first phone of their record."""
        known: dict[str, Any] = {
            "client": self.client_id, "purpose": PURPOSE, "precision": "exact", "rate": 4,
            "until": self.world.clock.now() + YEAR, "challenge": canonical.b64(canonical.digest(SECRET)),
            "language": "en",
        } | changed  # fmt: skip
        if "number" not in known:
            known["number"] = self.desk(person).numbers[0].id
        return self.world.sign(location.Consent, signer or person.own, **known)

    def desk(self, person: Person) -> SelfDesk:
        found = self.world.desk(person)
        assert isinstance(found, SelfDesk)
        return found

    def agree_by_key(self, person: Person, **changed: Any) -> m.TokenGiven:
        """Agree at the door, have the phone told, and take the token."""
        before = {one.id for one in self.desk(person).consents}
        self.world.submit(self.consent(person, **changed))
        self.tell()
        (newest,) = (one.id for one in self.desk(person).consents if one.id not in before)
        return self.take(canonical.unb64(newest), verifier=SECRET)

    def texts(self) -> list[Permit]:
        """Return the permits to tell phones that the courier is given now."""
        taken = self.world.ask(p.TakePermits(limit=50), p.Permits).permits
        permits = [read_permit(one, self.world.keyholder.key) for one in taken]
        return [one for one in permits if one.kind == "agreed"]

    def tell(self, outcome: str = "sent") -> list[Permit]:
        """Have the courier tell the phones what is due, and return its permits."""
        permits = self.texts()
        for permit in permits:
            self.world.ask(p.PermitDone(permit=permit.id, outcome=outcome), p.Done)
        return permits

    def told_to(self, permit: Permit) -> str:
        """Open the number that is told, as the courier does."""
        info = location.agreed_info(permit.id)
        return hpke.open_from(self.world.courier_opener, canonical.unb64(permit.to), info).decode()

    # -- looking -------------------------------------------------------------------------------------

    def looking(self, given: m.TokenGiven, path: str = RETRIEVE, **changed: Any) -> m.Locate:
        """Return the web's question of one look."""
        known: dict[str, Any] = {
            "token": wire_hash(given.token), "path": path, "recipient": hpke.point_of(self.opener.public_key()),
            "area": AREA if path == VERIFY else None,
        }  # fmt: skip
        proof = changed.pop("proof", None) or self.proof(given.token, path)
        return m.Locate(**(known | changed), proof=proof)

    def locate(self, given: m.TokenGiven, path: str = RETRIEVE, **changed: Any) -> m.Located:
        return self.world.ask(self.looking(given, path, **changed), m.Located)

    def permit(self, located: m.Located) -> Permit:
        """Return the permit of a look, checked as the courier checks it."""
        return read_permit(located.permit, self.world.keyholder.key)

    def number_in(self, permit: Permit) -> str:
        """Open the number that a permit to locate names, as the courier does."""
        info = location.locate_info(permit.id)
        return hpke.open_from(self.world.courier_opener, canonical.unb64(permit.to), info).decode()

    def done(self, located: m.Located, outcome: str = "sent") -> None:
        self.world.ask(p.PermitDone(permit=self.permit(located).id, outcome=outcome), p.Done)

    def refused(self, question: p.Message, reason: str) -> p.Problem:
        """Ask; it must be refused for `reason`."""
        answer = self.world.engine.answer([question])[0]
        assert isinstance(answer, p.Problem), "it was taken"
        assert answer.reason == reason, answer
        return answer

    # -- watching ------------------------------------------------------------------------------------

    def watching(self, given: m.TokenGiven, **changed: Any) -> m.Watch:
        """Return the web's question to watch an area; members of `Watched` and of `Watch` may be changed."""
        proof = changed.pop("proof", None) or self.proof(given.token, FENCES)
        name = canonical.b64(jws.parse(proof).digest[:16])
        where = canonical.encode(location.Sink(url="https://events.cedar.example/"))
        known: dict[str, Any] = {
            "id": name, "area": AREA, "type": "area-entered", "initial": False, "left": -1,
            "tell": "SUBSCRIPTION_EXPIRED", "view": "dmlldw",
            "sink": canonical.b64(hpke.seal_to(self.courier_point(), where, location.watch_info(name))),
        }  # fmt: skip
        asked: dict[str, Any] = {
            "token": wire_hash(given.token), "path": FENCES, "until": self.world.clock.now() + 10**8,
        }  # fmt: skip
        outer = {name: changed.pop(name) for name in ("token", "path", "until") if name in changed}
        return m.Watch(**(asked | outer), proof=proof, watch=location.Watched(**(known | changed)))

    def watch(self, given: m.TokenGiven, **changed: Any) -> str:
        """Begin to watch an area; return the watch's id."""
        (made,) = self.world.ask(self.watching(given, **changed), m.Watches).watches
        return made.id

    def asking_watches(
        self, given: m.TokenGiven, name: str = "", method: Literal["GET", "DELETE"] = "GET", **changed: Any
    ) -> m.AskWatches:
        """Return the web's question about all watches, or about or after one."""
        path = f"{FENCES}/{name}" if name else FENCES
        known: dict[str, Any] = {"token": wire_hash(given.token), "path": path, "method": method}
        proof = changed.pop("proof", None) or self.proof(given.token, path, htm=method)
        return m.AskWatches(**(known | changed), proof=proof)

    def watches(self, given: m.TokenGiven) -> list[str]:
        """Return the ids of the watches of a token's consent."""
        return [one.id for one in self.world.ask(self.asking_watches(given), m.Watches).watches]

    def due(self) -> list[Permit]:
        """Return the permits for watches that the courier gets now."""
        taken = self.world.ask(p.TakePermits(), p.Permits).permits
        permits = [read_permit(one, self.world.keyholder.key) for one in taken]
        return [one for one in permits if one.kind == "watch"]

    def checked(self, seconds: int = 0) -> list[Permit]:
        """Let time pass, and return the permits to look; what was to be told besides is taken away first."""
        self.world.clock.time += seconds
        taken = [*self.due(), *self.due()]
        return [one for one in taken if one.watch and one.watch.tell == "check"]

    def stands(self, permit: Permit) -> bool:
        """Tell whether the courier may still tell what a permit allows."""
        return isinstance(self.world.engine.answer([m.AskStands(permit=permit.id)])[0], p.Done)

    # -- pieces --------------------------------------------------------------------------------------

    def courier_point(self) -> bytes:
        return hpke.point_of(self.world.courier_opener.public_key())

    def sealed(self, number: str, info: bytes) -> str:
        return canonical.b64(hpke.seal_to(self.world.ingest_point(), number.encode(), info))
