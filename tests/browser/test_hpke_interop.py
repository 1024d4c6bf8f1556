"""The browser's HPKE (RFC 9180) and the server's open what the other sealed, in the suite Breakseal uses."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page

from tests.support.static import serving

PACKAGE = Path(__file__).parents[2] / "src/breakseal"
VENDORS = [PACKAGE / "web/static/vendor", PACKAGE / "keyholder/door/static/vendor"]
SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
INFO = b"breakseal test v1"
TEXT = "alergia: penicilina; asma cr\u00f3nica".encode()

SUITE_JS = """
const { CipherSuite, DhkemP256HkdfSha256, HkdfSha256, Aes256Gcm } = await import(location.origin + "/hpke.js");
const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm(),
});
const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const text = (data) => btoa(String.fromCharCode(...new Uint8Array(data)));
"""
SEAL_JS = f"""async ([key, info, plain]) => {{ {SUITE_JS}
const recipientPublicKey = await suite.kem.deserializePublicKey(bytes(key));
const sender = await suite.createSenderContext({{ recipientPublicKey, info: bytes(info) }});
const sealed = new Uint8Array(await sender.seal(bytes(plain)));
return text(new Uint8Array([...new Uint8Array(sender.enc), ...sealed])); }}"""
KEY_JS = f"""async () => {{ {SUITE_JS}
window.pair = await crypto.subtle.generateKey({{ name: "ECDH", namedCurve: "P-256" }}, false, ["deriveBits"]);
return text(await crypto.subtle.exportKey("raw", window.pair.publicKey)); }}"""
OPEN_JS = f"""async ([sealed, info]) => {{ {SUITE_JS}
const all = bytes(sealed);
const recipient = await suite.createRecipientContext({{
  recipientKey: window.pair, enc: all.slice(0, 65), info: bytes(info),
}});
return text(await recipient.open(all.slice(65))); }}"""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(params=VENDORS, ids=["web", "door"])
def origin_page(request: pytest.FixtureRequest, page: Page) -> Iterator[Page]:
    with serving(request.param) as origin:
        page.goto(f"{origin}/licenses/hpke-core.txt")
        yield page


def test_server_opens_what_the_browser_sealed(origin_page: Page) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    sealed = base64.b64decode(origin_page.evaluate(SEAL_JS, [b64(point), b64(INFO), b64(TEXT)]))

    assert SUITE.decrypt(sealed, key, info=INFO) == TEXT
    with pytest.raises(InvalidTag):
        SUITE.decrypt(sealed, key, info=b"another context")


def test_browser_opens_what_the_server_sealed_to_a_key_that_cannot_be_exported(origin_page: Page) -> None:
    point = base64.b64decode(origin_page.evaluate(KEY_JS))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)

    sealed = SUITE.encrypt(TEXT, key, info=INFO)

    assert base64.b64decode(origin_page.evaluate(OPEN_JS, [b64(sealed), b64(INFO)])) == TEXT
    assert origin_page.evaluate("() => window.pair.privateKey.extractable") is False


@pytest.mark.parametrize("vendor", VENDORS, ids=["web", "door"])
def test_the_bundle_needs_no_import_map(vendor: Path) -> None:
    text = (vendor / "hpke.js").read_text("utf-8")
    assert "import(" not in text
    assert not any(line.startswith("import ") for line in text.splitlines())
