"""Compact JWS: the RFCs' own examples, an independent writer and reader, and every way to be something else."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws as theirs
from joserfc.jwk import ECKey, OKPKey

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model import jws
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.keys import PublicKey, describe_key
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from tests.support.locating import compact, jwk_of

# RFC 7515 appendix A.3.
ES256_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
ES256 = (
    b"eyJhbGciOiJFUzI1NiJ9"
    b".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    b".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
# RFC 8037 appendices A.2 and A.4.
EDDSA_KEY = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
EDDSA = (
    b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    b".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P256 = P256Signer(ec.derive_private_key(7, ec.SECP256R1()), "service")
ED = Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


class Joe(msgspec.Struct):
    iss: str
    exp: int


def key_in(jwk: dict[str, str]) -> PublicKey:
    return describe_key(jws.key_of(msgspec.convert(jwk, jws.Jwk)), "service")


def accepted(data: bytes, key: PublicKey) -> jws.Jws:
    read = jws.parse(data)
    jws.verify(read, key)
    return read


def raw(header: bytes, payload: bytes) -> bytes:
    """Return a token of these very bytes, rightly signed."""
    text = f"{b64(header)}.{b64(payload)}".encode()
    return text + b"." + b64(P256.sign(text)).encode()


def test_the_examples_of_the_rfcs_hold() -> None:
    read = accepted(ES256, key_in(ES256_KEY))
    assert jws.claims(read, Joe) == Joe("joe", 1_300_819_380)
    assert accepted(EDDSA, key_in(EDDSA_KEY)).payload == b"Example of Ed25519 signing"


@pytest.mark.parametrize(("data", "key"), [(ES256, ES256_KEY), (EDDSA, EDDSA_KEY)], ids=["es256", "eddsa"])
def test_an_example_with_one_character_changed_does_not_hold(data: bytes, key: dict[str, str]) -> None:
    for at in range(len(data)):
        changed = data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]
        with pytest.raises((FormatError, VerificationError)):
            accepted(changed, key_in(key))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_an_independent_reader_takes_what_our_clients_write() -> None:
    claims = {"iss": "joe", "exp": 5}
    for signer, alg, kind in ((P256, "ES256", ECKey), (ED, "EdDSA", OKPKey)):
        data = compact(signer, {"alg": alg, "jwk": jwk_of(signer.key)}, claims)
        read = theirs.deserialize_compact(data, kind.import_key(jwk_of(signer.key)), algorithms=[alg])
        assert json.loads(read.payload) == claims
        accepted(data, signer.key)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_what_an_independent_writer_writes_is_taken() -> None:
    for alg, own in (("ES256", ECKey.generate_key("P-256")), ("EdDSA", OKPKey.generate_key("Ed25519"))):
        public = {
            name: str(value) for name, value in own.as_dict(private=False).items() if name in "kty crv x y"
        }
        header: dict[str, Any] = {"alg": alg, "typ": "dpop+jwt", "jwk": public, "kid": "k1"}
        data = theirs.serialize_compact(header, b'{"iss":"joe","exp":5,"more":[1]}', own, algorithms=[alg])
        read = accepted(data.encode(), key_in(public))
        assert jws.claims(read, Joe) == Joe("joe", 5)
        assert (read.header.typ, read.header.kid) == ("dpop+jwt", "k1")


def test_a_thumbprint_of_an_independent_library_is_of_the_same_key() -> None:
    """RFC 7638 thumbprints are equal just where our comparison says that two keys are one."""
    own = ECKey.import_key(jwk_of(P256.key))
    again = ECKey.import_key({**own.as_dict(private=False), "use": "sig"})
    assert own.thumbprint() == again.thumbprint()
    assert key_in(jwk_of(P256.key)).id == P256.key.id


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "RS256"},
        {"alg": "ES384"},
        {"alg": "es256"},
        {},
        {"alg": "ES256", "crit": []},
        {"alg": "ES256", "crit": ["exp"], "exp": 1},
        {"alg": "ES256", "b64": False},
        {"alg": "ES256", "jku": "http://x.example"},
        {"alg": "ES256", "x5c": []},
        {"alg": "ES256", "x5u": "http://x.example"},
        {"alg": "ES256", "zip": "DEF"},
        {"alg": "ES256", "typ": 1},
        {"alg": "ES256", "jwk": {**jwk_of(P256.key), "d": b64(bytes(32))}},
        {"alg": "ES256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        {"alg": "ES256", "jwk": {"kty": "oct", "k": "AAAA"}},
    ],
    ids=lambda header: "-".join(map(str, header)) or "empty",
)
def test_a_header_that_is_not_understood_is_refused(header: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        jws.parse(compact(P256, header, {"iss": "joe", "exp": 5}))


@pytest.mark.parametrize(
    "jwk",
    [
        {**jwk_of(ED.key), "y": b64(bytes(32))},
        {**jwk_of(P256.key), "kty": "OKP"},
        {**jwk_of(ED.key), "kty": "EC"},
        {**jwk_of(P256.key), "crv": "Ed25519"},
        {**jwk_of(P256.key), "x": b64(bytes(32))},
        {**jwk_of(P256.key), "y": ""},
        {**jwk_of(P256.key), "x": jwk_of(P256.key)["x"] + "AAAA"},
        {**jwk_of(P256.key), "x": b64((2**256 - 1).to_bytes(32, "big"))},
        {**jwk_of(ED.key), "x": "AAAA"},
    ],
)
def test_a_key_that_is_none_is_refused(jwk: dict[str, str]) -> None:
    read = jws.parse(compact(P256, {"alg": "ES256", "jwk": jwk}, {}))
    with pytest.raises(FormatError):
        jws.verify(read, P256.key)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"..",
        b"a.b",
        b"a.b.c.d",
        ES256 + b"=",
        ES256 + b".",
        b" " + ES256,
        ES256 + b"\n",
        ES256.replace(b".", b"..", 1),
        ES256.replace(b"-", b"+"),
        ES256[:-1] + b"R",
        ES256.replace(b"eyJh", "\u00e9yJh".encode()),
        b"A" * (jws.MAX_JWS + 1),
        b"W10" + ES256[ES256.index(b".") :],
        json.dumps({"payload": "", "signatures": []}).encode(),
    ],
)
def test_what_is_not_a_compact_jws_is_refused(data: bytes) -> None:
    with pytest.raises((FormatError, VerificationError)):
        accepted(data, key_in(ES256_KEY))


def test_the_longest_token_is_read_and_one_more_character_is_not() -> None:
    room = jws.MAX_JWS - len(compact(P256, {"alg": "ES256"}, {}))
    longest = next(
        made
        for more in range(room)
        if len(made := compact(P256, {"alg": "ES256"}, {"a": "x" * (room * 3 // 4 - more)})) <= jws.MAX_JWS
    )
    assert len(longest) > jws.MAX_JWS - 8
    accepted(longest, P256.key)
    with pytest.raises(FormatError) as error:
        jws.parse(longest + b"A" * (jws.MAX_JWS + 1 - len(longest)))
    assert error.value.reason == "too-large"


def test_a_token_of_one_algorithm_does_not_pass_for_a_key_of_another() -> None:
    claims = {"iss": "joe", "exp": 5}
    for signer, alg, key in ((P256, "EdDSA", P256.key), (ED, "ES256", ED.key), (P256, "ES256", ED.key)):
        with pytest.raises(VerificationError):
            accepted(compact(signer, {"alg": alg}, claims), key)


def test_a_token_that_shows_another_key_does_not_pass() -> None:
    for shown in (jwk_of(ED.key), ES256_KEY):
        with pytest.raises(VerificationError, match="another key"):
            accepted(compact(P256, {"alg": "ES256", "jwk": shown}, {}), P256.key)
    accepted(compact(P256, {"alg": "ES256", "jwk": jwk_of(P256.key)}, {}), P256.key)


def test_a_second_spelling_of_the_signature_is_the_same_token() -> None:
    """ECDSA takes (r, n - s) for (r, s): what makes a token single-use must not be the signature's bytes."""
    data = compact(P256, {"alg": "ES256"}, {"iss": "joe", "exp": 5})
    signature = unb64(data.rpartition(b".")[2].decode())
    s = ORDER - int.from_bytes(signature[32:], "big")
    other = data.rpartition(b".")[0] + b"." + b64(signature[:32] + s.to_bytes(32, "big")).encode()
    assert other != data
    assert accepted(other, P256.key).digest == accepted(data, P256.key).digest


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{", b'{"iss":1,"exp":2}', b'{"iss":"joe"}', b"\xff", b"[" * 4000]
)
def test_claims_that_are_none_are_refused(payload: bytes) -> None:
    read = accepted(raw(b'{"alg":"ES256"}', payload), P256.key)
    with pytest.raises(FormatError):
        jws.claims(read, Joe)


def test_of_a_repeated_member_the_last_counts() -> None:
    """RFC 7515 section 4 and RFC 7519 section 4 leave two ways; this is one, and every reader here goes the same."""
    read = accepted(raw(b'{"alg":"EdDSA","alg":"ES256"}', b'{"iss":"a","exp":1,"exp":2}'), P256.key)
    assert jws.claims(read, Joe).exp == 2


urls = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", max_size=60)
headers = st.dictionaries(
    st.sampled_from(["alg", "typ", "kid", "jwk", "crit", "x5c"]),
    st.sampled_from(
        ["ES256", "EdDSA", "none", "", 1, None, [], {}, jwk_of(P256.key), jwk_of(ED.key), {"kty": "EC"}]
    ),
    max_size=4,
)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(
    st.binary(max_size=200)
    | st.tuples(urls, urls, urls).map(lambda parts: ".".join(parts).encode())
    | st.tuples(headers, urls, urls).map(lambda p: f"{b64(json.dumps(p[0]).encode())}.{p[1]}.{p[2]}".encode())
    | headers.map(lambda header: compact(P256, header, {"iss": "joe", "exp": 5}))
)
def test_only_our_errors_escape(data: bytes) -> None:
    with contextlib.suppress(FormatError, VerificationError):
        read = accepted(data, P256.key)
        assert read.header.alg == "ES256"
        jws.claims(read, Joe)
