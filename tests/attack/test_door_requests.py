"""Somebody who speaks to the door without its pages: from elsewhere, with too much, with a foreign passkey."""

from __future__ import annotations

import hashlib
import json

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.model import canonical, keys, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.keys import DOMAIN, PublicKey
from breakseal.keyholder.door.web import SECURITY
from tests.support.doors import RunningDoor, running_door
from tests.support.world import software_key


class Authenticator:
    """A passkey in software, which signs whatever page asks: what a browser would never do."""

    def __init__(self, rp_id: str = "localhost") -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._rp = hashlib.sha256(rp_id.encode()).digest()
        spki = keys.spki_of(self._private.public_key())
        credential = canonical.b64(hashlib.sha256(b"credential" + spki).digest())
        self.key = PublicKey(alg="p256", use="passkey", id=credential, spki=canonical.b64(spki))

    def sign(
        self, payload: bytes, origin: str, *, flags: int = 5, kind: str = "webauthn.get", cross: bool = False
    ) -> signed.Signature:
        challenge = canonical.b64(hashlib.sha256(DOMAIN + payload).digest())
        client = json.dumps(
            {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": cross}
        ).encode()
        auth = self._rp + bytes([flags]) + bytes(4)
        raw = self._private.sign(auth + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return signed.Signature(
            key=self.key.id, sig=canonical.b64(raw), auth=canonical.b64(auth), client=canonical.b64(client)
        )


def enrolment(door: RunningDoor, authenticator: Authenticator) -> bytes:
    return canonical.encode(s.EnrolSubject(**door.world.stamp(), key=authenticator.key))  # type: ignore[arg-type]


def post(door: RunningDoor, path: str, body: object, **headers: str) -> httpx.Response:
    changes = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"origin": door.origin, "content-type": "application/json"} | changes
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    present = {name: value for name, value in sent.items() if value}
    return httpx.post(f"{door.origin}{path}", content=content, headers=present)


def submit(door: RunningDoor, payload: bytes, signature: signed.Signature) -> httpx.Response:
    envelope = canonical.encode(signed.Signed(payload=canonical.b64(payload), signatures=(signature,)))
    return post(door, "/api/submit", {"statements": [canonical.b64(envelope)]})


def refused(answer: httpx.Response, status: int, reason: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["status"], told["reason"]) == (status, status, reason)
    assert told["type"] == f"urn:breakseal:problem:{reason}"


def test_a_passkey_asked_by_the_door_is_taken(door: RunningDoor) -> None:
    authenticator = Authenticator()
    payload = enrolment(door, authenticator)
    answer = submit(door, payload, authenticator.sign(payload, door.origin))
    assert answer.status_code == 200
    assert len(canonical.unb64(answer.json()["handle"])) == 16


@pytest.mark.parametrize(
    "origin", ["web", "http://localhost", "https://localhost:1", "http://evil.example", "null"]
)
def test_an_assertion_made_for_another_page_is_refused(door: RunningDoor, origin: str) -> None:
    authenticator = Authenticator()
    payload = enrolment(door, authenticator)
    asked_by = door.web if origin == "web" else origin
    refused(submit(door, payload, authenticator.sign(payload, asked_by)), 403, "not-verified")


def test_an_assertion_made_in_a_foreign_frame_is_refused(door: RunningDoor) -> None:
    authenticator = Authenticator()
    payload = enrolment(door, authenticator)
    refused(submit(door, payload, authenticator.sign(payload, door.origin, cross=True)), 403, "not-verified")


def test_an_assertion_for_another_relying_party_is_refused(door: RunningDoor) -> None:
    authenticator = Authenticator("evil.example")
    payload = enrolment(door, authenticator)
    refused(submit(door, payload, authenticator.sign(payload, door.origin)), 403, "not-verified")


@pytest.mark.parametrize("flags", [0, 1, 4])
def test_a_passkey_that_did_not_verify_the_person_is_refused(door: RunningDoor, flags: int) -> None:
    authenticator = Authenticator()
    payload = enrolment(door, authenticator)
    refused(submit(door, payload, authenticator.sign(payload, door.origin, flags=flags)), 403, "not-verified")


def test_a_registration_is_no_signature(door: RunningDoor) -> None:
    authenticator = Authenticator()
    payload = enrolment(door, authenticator)
    signature = authenticator.sign(payload, door.origin, kind="webauthn.create")
    refused(submit(door, payload, signature), 403, "not-verified")


def test_a_statement_put_in_after_signing_is_refused(door: RunningDoor) -> None:
    authenticator = Authenticator()
    shown, swapped = enrolment(door, authenticator), enrolment(door, authenticator)
    assert shown != swapped
    refused(submit(door, swapped, authenticator.sign(shown, door.origin)), 403, "not-verified")


def test_a_signed_statement_works_once(door: RunningDoor) -> None:
    authenticator = Authenticator()
    payload = enrolment(door, authenticator)
    signature = authenticator.sign(payload, door.origin)
    assert submit(door, payload, signature).status_code == 200
    assert submit(door, payload, signature).status_code == 403


POSTS = ["/api/submit", "/api/read", "/api/handover/leave", "/api/handover/fetch"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "web", ""])
def test_another_page_cannot_post(door: RunningDoor, path: str, origin: str) -> None:
    refused(post(door, path, {}, origin=door.web if origin == "web" else origin), 403, "other-origin")


@pytest.mark.parametrize("path", POSTS)
def test_a_browser_that_says_cross_site_is_believed(door: RunningDoor, path: str) -> None:
    refused(post(door, path, {}, sec_fetch_site="cross-site"), 403, "other-origin")


def test_two_origins_are_as_good_as_none(door: RunningDoor) -> None:
    headers = [
        ("origin", door.origin),
        ("origin", "http://evil.example"),
        ("content-type", "application/json"),
    ]
    refused(httpx.post(f"{door.origin}/api/submit", content=b"{}", headers=headers), 403, "other-origin")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
def test_another_content_type_is_refused(door: RunningDoor, kind: str) -> None:
    refused(post(door, "/api/submit", {}, content_type=kind), 415, "wrong-content-type")


def test_an_oversized_body_is_refused(door: RunningDoor) -> None:
    refused(post(door, "/api/submit", b" " * (192 * 1024 + 1)), 413, "too-large")


def test_an_oversized_body_in_pieces_is_refused_as_soon_as_it_is_too_long(door: RunningDoor) -> None:
    pieces = (b" " * 64 * 1024 for _ in range(64))
    headers = {"origin": door.origin, "content-type": "application/json"}
    answer = httpx.post(f"{door.origin}/api/submit", content=pieces, headers=headers)
    refused(answer, 413, "too-large")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"statements":[]}', b'{"statements":["AA"],"more":1}', b'{"statements":"AA"}',
     b'{"statements":["A="]}', b"[" * 5000, b"\xff", msgspec.json.encode({"statements": ["AA"] * 9})],
)  # fmt: skip
def test_a_malformed_question_is_refused(door: RunningDoor, body: bytes) -> None:
    answer = post(door, "/api/submit", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/submit"),
        ("POST", "/api/facts"),
        ("POST", "/sign"),
        ("PUT", "/"),
        ("OPTIONS", "/api/submit"),
    ],
)
def test_another_method_is_refused(door: RunningDoor, method: str, path: str) -> None:
    refused(httpx.request(method, f"{door.origin}{path}"), 405, "wrong-method")


@pytest.mark.parametrize(
    "path",
    [
        "/door/../app.py",
        "/door/%2e%2e/app.py",
        "/vendor/..%2f..%2fapi.py",
        "/browser/",
        "/door/js/../../facts.py",
        "/door/door.css/",
    ],
)
def test_no_path_reaches_another_file(door: RunningDoor, path: str) -> None:
    host, _, port = door.origin.removeprefix("http://").partition(":")
    with httpx.Client() as client:
        request = client.build_request("GET", f"http://{host}:{port}")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert client.send(request).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign",
        "/api/facts",
        "/api/nothing",
        "/door/door.css",
        "/browser/seal.js",
        "/nothing",
        "/words/en.json",
    ],
)
def test_every_answer_has_the_headers(door: RunningDoor, path: str) -> None:
    answer = httpx.get(f"{door.origin}{path}")
    for name, value in SECURITY:
        assert answer.headers[name.decode()] == value.decode()
    assert "set-cookie" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "access-control-allow-origin" not in answer.headers


def offer(
    door: RunningDoor, *, signer: object = None, key: PublicKey | None = None
) -> tuple[bytes, PublicKey]:
    new = software_key()
    statement = s.AddKey(**door.world.stamp(900), key=key or new.key, label="tablet")  # type: ignore[arg-type]
    return signed.write(statement, signer or new), new.key  # type: ignore[arg-type]


def test_only_a_key_that_signed_itself_can_be_left_for_the_other_device(door: RunningDoor) -> None:
    good, _ = offer(door)
    assert post(door, "/api/handover/leave", {"envelope": canonical.b64(good)}).status_code == 200
    stranger, _ = offer(door, key=software_key().key)
    refused(post(door, "/api/handover/leave", {"envelope": canonical.b64(stranger)}), 403, "not-verified")
    other = door.world.sign(s.Unfreeze, software_key())
    refused(post(door, "/api/handover/leave", {"envelope": canonical.b64(other)}), 400, "bad-request")


def test_an_offer_that_is_fetched_grants_nothing_by_itself(door: RunningDoor) -> None:
    envelope, _ = offer(door)
    code = post(door, "/api/handover/leave", {"envelope": canonical.b64(envelope)}).json()["code"]
    assert post(door, "/api/handover/fetch", {"code": code}).json() == {"envelope": canonical.b64(envelope)}
    assert post(door, "/api/submit", {"statements": [canonical.b64(envelope)]}).status_code == 403
    refused(post(door, "/api/handover/fetch", {"code": "00000-00000"}), 400, "no-such-code")


def test_a_demo_persons_key_is_told_in_a_demo_only(
    door: RunningDoor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert len(httpx.get(f"{door.origin}/api/demo").json()["people"]) == 1
    with running_door(tmp_path_factory.mktemp("real"), demo=False) as real:
        refused(httpx.get(f"{real.origin}/api/demo"), 404, "not-found")
