"""A program that does what a page does: session keys, cookie, sealing, and the same HTTP to web and door."""

from __future__ import annotations

import ssl
from typing import TypeVar

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.config import Config
from breakseal.kernel.errors import BreaksealError, RefusedError, RequestError, UnavailableError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.signers import P256Signer
from breakseal.kernel.model.statements import Hello, Statement
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.seal import hpke
from breakseal.oversight import founding

T = TypeVar("T")
LIFE = 300
"""Seconds for which a statement made here is good."""
TIMEOUT = 20.0


class Facts(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the web tier says of the keyholder (`/api/facts`)."""

    ingest: str
    ingest_key: str
    courier: str
    keyholder_key: PublicKey
    log_vkey: str
    log_origin: str
    state: str
    set: str = "set-1"
    share: int = 1


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What came of handing statements in."""

    handle: str = ""
    leaves: tuple[str, ...] = ()


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    detail: str = ""
    reason: str = ""
    type: str = ""


class Visitor:
    """One person's browser: a session key, a key to open with, and a cookie."""

    def __init__(self, config: Config, clock: Clock, entropy: Entropy) -> None:
        """Take the installation to visit."""
        self._root_file = config.root_file
        self._web = _client(config, config.settings.web.origin)
        self._door = _client(config, config.settings.door.origin)
        self._clock = clock
        self._entropy = entropy
        self.session = P256Signer(ec.generate_private_key(ec.SECP256R1()), "session")
        self._opening = ec.generate_private_key(ec.SECP256R1())

    def close(self) -> None:
        """Close the connections and forget the keys."""
        self._web.close()
        self._door.close()

    def stamp(self, life: int = LIFE) -> dict[str, int | str]:
        """Return the members that every statement has."""
        now = self._clock.now()
        return {"issued": now, "expires": now + life, "nonce": b64(self._entropy.token(16))}

    @property
    def recipient(self) -> str:
        """The point to which answers are sealed."""
        return b64(hpke.point_of(self._opening.public_key()))

    def facts(self) -> Facts:
        """Return the public facts."""
        return self.get("/api/facts", Facts)

    def courier_point(self) -> bytes:
        """Return the point of the courier that the overseers of the installation's own root file named.

        Raises:
            VerificationError: the web tier names another.
        """
        root = founding.read_root(self._root_file.read_bytes())
        return unb64(founding.courier_point(unb64(self.facts().courier), root))

    def at_door(self, statement: Statement, *signers: Signer) -> Submission:
        """Sign at the door and hand in."""
        body = {"statements": [b64(signed.write(statement, *signers))]}
        return _read(self._send(self._door, "POST", "/api/submit", body), Submission)

    def by_session(self, statement: Statement) -> Submission:
        """Sign with the session key and hand in at the web."""
        body = {"statements": [b64(signed.write(statement, self.session))]}
        return self.post("/api/submit", body, Submission)

    def hello(self) -> None:
        """Get a cookie for the session key."""
        statement = Hello(**self.stamp(), origin=str(self._web.base_url).rstrip("/"))  # type: ignore[arg-type] # the stamp's members by name
        self._send(self._web, "POST", "/api/hello", {"signed": b64(signed.write(statement, self.session))})

    def open(self, sealed: str, info: bytes, kind: type[T]) -> T:
        """Open what was sealed to this visitor and parse it."""
        return canonical.decode(
            hpke.open_from(self._opening, unb64(sealed), info), kind, limit=16 * 1024 * 1024
        )

    def get(self, path: str, kind: type[T]) -> T:
        """Return the web's answer to GET."""
        return _read(self._send(self._web, "GET", path, None), kind)

    def post(self, path: str, body: object, kind: type[T]) -> T:
        """Return the web's answer to POST."""
        return _read(self._send(self._web, "POST", path, body), kind)

    def put(self, path: str, body: object, kind: type[T]) -> T:
        """Return the web's answer to PUT."""
        return _read(self._send(self._web, "PUT", path, body), kind)

    def stream(self, path: str) -> httpx.Response:
        """Return the open response of an event stream; close it."""
        request = self._web.build_request("GET", path, headers={"accept": "text/event-stream"})
        return self._web.send(request, stream=True)

    def _send(self, client: httpx.Client, method: str, path: str, body: object) -> httpx.Response:
        try:
            answer = (
                client.request(method, path, json=body) if body is not None else client.request(method, path)
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"`{client.base_url}` does not answer") from error
        if answer.is_success:
            return answer
        raise _refusal(answer)


def trust(config: Config) -> ssl.SSLContext | bool:
    """Return whom to trust: the machine's authorities, and the installation's own certificate."""
    if not config.settings.web.tls_cert:
        return True
    context = ssl.create_default_context()
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    for surface in (config.settings.web, config.settings.door):
        context.load_verify_locations(config.resolve(surface.tls_cert))
    return context


def _client(config: Config, origin: str) -> httpx.Client:
    return httpx.Client(base_url=origin, timeout=TIMEOUT, headers={"origin": origin}, verify=trust(config))


def _read(answer: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise UnavailableError("the answer is not what it should be") from error


def _refusal(answer: httpx.Response) -> BreaksealError:
    try:
        problem = msgspec.json.decode(answer.content, type=_Problem)
    except msgspec.MsgspecError:
        problem = _Problem(title=f"status {answer.status_code}")
    reason = problem.reason or problem.type.rpartition("/")[2].rpartition(":")[2] or "refused"
    text = problem.detail or problem.title or "refused"
    if answer.status_code >= 500:
        return UnavailableError(text, reason=reason)
    return (RequestError if answer.status_code == 400 else RefusedError)(text, reason=reason)
