"""A client of the location interfaces: has a person agree, then looks with a token and its own proof of each look.

It speaks HTTP to the web tier's public addresses and knows nothing else of Breakseal: discovery (OpenID Connect),
CIBA poll or a pushed request and a code (RFC 9126, 7636) with `private_key_jwt` (RFC 7523), DPoP (RFC 9449), CAMARA
location-retrieval v0.5 and geofencing-subscriptions v0.5.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from breakseal.client.answers import (
    AnswerError,
    Area,
    Location,
    Pushed,
    Question,
    Refusal,
    Server,
    Subscription,
    Token,
    Visit,
    Wanted,
    with_source,
)
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.ports import Clock, Entropy

A = TypeVar("A")
DISCOVERY = "/.well-known/openid-configuration"
RETRIEVE = "/location-retrieval/v0.5/retrieve"
SUBSCRIPTIONS = "/geofencing-subscriptions/v0.5/subscriptions"
ENTERED = "org.camaraproject.geofencing-subscriptions.v0.area-entered"
CIBA = "urn:openid:params:grant-type:ciba"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LASTING = "30d"
ASSERTION_LIFE = 120
COME_AGAIN = frozenset({"authorization_pending", "slow_down"})
"""What the token endpoint says while the person has not answered."""


class Client:
    """One end recipient of one organisation, by its enrolled P-256 key."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, http: httpx.Client, clock: Clock, entropy: Entropy
    ) -> None:
        """Take the key, and the connection to the server's origin."""
        self._key = ECKey.import_key(_pem(key))
        self._public = self._key.as_dict(private=False)
        self.client_id = _b64(hashlib.sha256(_spki(key)).digest())
        self._http = http
        self._clock = clock
        self._entropy = entropy
        self._server: Server | None = None

    def server(self) -> Server:
        """Return what the server says of itself, read once."""
        if self._server is None:
            self._server = _read(self._send("GET", DISCOVERY), Server)
        return self._server

    def ask(self, number: str, wanted: Wanted, language: str) -> Question:
        """Have the person who carries `number` (E.164) asked.

        Raises:
            AnswerError: "invalid_scope", or "access_denied" where this person is not asked again now.
        """
        form = {"scope": wanted.scope(), "login_hint": f"tel:{number}", "ui_locales": language}
        return _read(self._form(self.server().backchannel_authentication_endpoint, form), Question)

    def token(self, question: Question) -> Token:
        """Come for the token.

        Raises:
            AnswerError: one of `COME_AGAIN` means: come again; any other: it is over.
        """
        form = {"grant_type": CIBA, "auth_req_id": question.auth_req_id}
        return _read(self._form(self.server().token_endpoint, form), Token)

    def send(self, purpose: str, precision: str, back: str) -> Visit:
        """Push a request (RFC 9126) to agree for a month; the person's browser goes to the visit's address.

        Raises:
            AnswerError: "invalid_scope" and the like.
        """
        server, state, verifier = self.server(), self._jti(), _b64(self._entropy.token(32))
        form = {
            "client_id": self.client_id, "response_type": "code", "redirect_uri": back, "state": state,
            "scope": Wanted(purpose=purpose, precision=precision, lasting=LASTING).scope(),
            "code_challenge": _b64(hashlib.sha256(verifier.encode("ascii")).digest()),
            "code_challenge_method": "S256",
        }  # fmt: skip
        pushed = _read(self._form(server.pushed_authorization_request_endpoint, form), Pushed)
        query = urlencode({"client_id": self.client_id, "request_uri": pushed.request_uri})
        to = f"{server.authorization_endpoint}?{query}"
        return Visit(to=to, state=state, verifier=verifier, back=back)

    def exchange(self, visit: Visit, code: str) -> Token:
        """Take the token for the code with which the person came back.

        Raises:
            AnswerError: "invalid_grant": it is not this visit's, or nobody agrees now.
        """
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": visit.back,
            "code_verifier": visit.verifier,
        }  # fmt: skip
        return _read(self._form(self.server().token_endpoint, form), Token)

    def again(self, token: Token) -> Token:
        """Take another token while the person's agreement lasts.

        Raises:
            AnswerError: "invalid_grant": it does not last.
        """
        form = {"grant_type": "refresh_token", "refresh_token": token.refresh_token}
        answer = _read(self._form(self.server().token_endpoint, form), Token)
        return msgspec.structs.replace(answer, refresh_token=token.refresh_token)

    def proof(self, token: Token, path: str) -> str:
        """Return a proof that this client sends one POST to `path` with `token` (RFC 9449 section 4.2)."""
        claims = {
            "htm": "POST", "htu": self.server().issuer + path, "iat": self._clock.now(), "jti": self._jti(),
            "ath": _b64(hashlib.sha256(token.access_token.encode("ascii")).digest()),
        }  # fmt: skip
        header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": self._public}
        return jwt.encode(header, claims, self._key)

    def bearing(self, token: Token, path: str, proof: str = "") -> dict[str, str]:
        """Return the headers of one request to `path` with `token`, with a fresh proof unless one is given."""
        return {"authorization": f"DPoP {token.access_token}", "dpop": proof or self.proof(token, path)}

    def locate(self, token: Token, proof: str = "") -> Location:
        """Ask once where the phone is, with a fresh proof unless one is given.

        Raises:
            AnswerError: status 401 where the token opens nothing (any more), 422 where nobody can say, 429 too often.
        """
        answer = self._send("POST", RETRIEVE, json={}, headers=self.bearing(token, RETRIEVE, proof))
        return with_source(_read(answer, Location), answer.headers)

    def authenticated(self, form: Mapping[str, str]) -> dict[str, str]:
        """Return a form of the authorization server with this client's assertion, good once."""
        return {**form, "client_assertion_type": ASSERTION, "client_assertion": self._assertion()}

    def subscribe(self, token: Token, area: Area, sink: str) -> str:
        """Have `sink` told when the phone enters `area`, and at once if it is there; return the subscription's id.

        Raises:
            AnswerError: as `locate`, or "INVALID_SINK".
        """
        config = {"subscriptionDetail": {"area": area}, "initialEvent": True}
        body = {"protocol": "HTTP", "sink": sink, "types": [ENTERED], "config": config}
        headers = {
            "authorization": f"DPoP {token.access_token}", "dpop": self.proof(token, SUBSCRIPTIONS),
            "content-type": "application/json",
        }  # fmt: skip
        answer = self._send("POST", SUBSCRIPTIONS, content=msgspec.json.encode(body), headers=headers)
        return _read(answer, Subscription).id

    def _form(self, address: str, form: Mapping[str, str]) -> httpx.Response:
        return self._send("POST", address, data=self.authenticated(form))

    def _assertion(self) -> str:
        now = self._clock.now()
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.server().issuer, "iat": now,
            "exp": now + ASSERTION_LIFE, "jti": self._jti(),
        }  # fmt: skip
        return jwt.encode({"alg": "ES256"}, claims, self._key)

    def _jti(self) -> str:
        return _b64(self._entropy.token(16))

    def _send(self, method: str, address: str, **sent: Any) -> httpx.Response:  # noqa: ANN401 # httpx's own
        try:
            answer = self._http.request(method, address, **sent)
        except httpx.HTTPError as error:
            raise UnavailableError("the server does not answer", reason="server-unavailable") from error
        if answer.is_success:
            return answer
        refusal = _refusal(answer)
        raise AnswerError(
            answer.status_code, refusal.code or refusal.error, refusal.message or refusal.error_description
        )


def _read(answer: httpx.Response, kind: type[A]) -> A:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise UnavailableError("the answer is not what it should be", reason="bad-answer") from error


def _refusal(answer: httpx.Response) -> Refusal:
    try:
        return msgspec.json.decode(answer.content, type=Refusal)
    except msgspec.MsgspecError:
        return Refusal(code=f"status-{answer.status_code}")


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.DER, form)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
