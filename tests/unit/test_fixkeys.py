"""The pair that a data key makes is RFC 9180's, and a fix sealed to it opens in its own place only."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model.fixes import PADDED, fix_info, handed_info, open_fix, seal_fix
from breakseal.kernel.model.location import Fix
from breakseal.kernel.seal import hpke
from breakseal.kernel.seal.fixkeys import derive_pair

FIX = Fix(lat=44_056_412, lon=-123_095_127, radius=12, at=1_790_000_000)
WIDEST = Fix(lat=-90_000_000, lon=-180_000_000, radius=1_000_000, at=99_999_999_999)
# RFC 9180 appendix A.3.1: ikmE and ikmR, skEm and skRm, pkEm and pkRm.
VECTORS = [
    (
        "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
        "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
        (
            "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9"
            "8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4"
        ),
    ),
    (
        "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
        "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
        (
            "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82"
            "6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0"
        ),
    ),
]


@pytest.mark.parametrize(("ikm", "secret", "point"), VECTORS)
def test_the_published_vectors_hold(ikm: str, secret: str, point: str) -> None:
    private = derive_pair(bytes.fromhex(ikm))
    assert private.private_numbers().private_value == int(secret, 16)
    assert hpke.point_of(private.public_key()).hex() == point


def test_too_few_bytes_make_no_key() -> None:
    with pytest.raises(FormatError, match="at least 32 bytes"):
        derive_pair(bytes(31))


def test_a_candidate_beyond_the_order_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """No known bytes make such a candidate, so the candidates are given."""
    given = iter([bytes(32), b"\xff" * 32, (7).to_bytes(32, "big")])
    monkeypatch.setattr("breakseal.kernel.seal.fixkeys._candidate", lambda _prk, _counter: next(given))
    assert derive_pair(bytes(32)).private_numbers().private_value == 7
    monkeypatch.setattr("breakseal.kernel.seal.fixkeys._candidate", lambda _prk, _counter: bytes(32))
    with pytest.raises(FormatError, match="no key pair"):
        derive_pair(bytes(32))


def sealed(fix: Fix = FIX, info: bytes = b"") -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    private = derive_pair(bytes(range(32)))
    return private, seal_fix(private.public_key(), fix, info or fix_info("rosa", "phone"))


@pytest.mark.parametrize("fix", [FIX, WIDEST, Fix(lat=0, lon=0, radius=1, at=1)])
def test_every_fix_is_sealed_in_one_length_and_opens_again(fix: Fix) -> None:
    private, data = sealed(fix)
    assert len(data) == 65 + PADDED + 16
    assert open_fix(private, data, fix_info("rosa", "phone")) == fix


@pytest.mark.parametrize(
    "info",
    [
        fix_info("ana", "phone"),
        fix_info("rosa", "tablet"),
        fix_info("rosap", "hone"),
        handed_info("rosa"),
        b"",
    ],
)
def test_a_fix_does_not_open_in_another_place(info: bytes) -> None:
    private, data = sealed()
    with pytest.raises(VerificationError):
        open_fix(private, data, info)


@pytest.mark.parametrize(
    "plain", [b"", b" " * PADDED, b'{"at":1}'.ljust(PADDED), b'{"at":1,"lat":0,"lon":0,"radius":1}']
)
def test_what_is_no_fix_is_refused(plain: bytes) -> None:
    private = derive_pair(bytes(range(32)))
    data = hpke.seal_to_key(private.public_key(), plain, b"place")
    with pytest.raises(FormatError):
        open_fix(private, data, b"place")
