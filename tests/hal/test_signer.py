"""Holds every board's signer against the port: OpenSSL verifies its signatures, its key file is its own."""

import hashlib
import os
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature

from hal.common.soft_signer import SoftSigner
from hal.linux.signer import open_signer
from tests.hal.seats import ALL, Seat, seats
from tests.interpreters import ROOT

DIGEST = hashlib.sha256(b"sample").digest()
# RFC 6979, A.2.5: P-256, SHA-256, message "sample".
RFC_PRIVATE = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
RFC_PUBLIC = (
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
RFC_SIGNATURE = (
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)


def write_key(path: Path, key: object, form: serialization.PrivateFormat, mode: int = 0o600) -> None:
    """Store a key as OpenSSL would."""
    content = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())  # type: ignore[attr-defined]
    path.write_bytes(content)
    path.chmod(mode)


def verify(public: str, signature: str, digest: bytes) -> None:
    """Let OpenSSL verify r and s under X and Y."""
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + bytes.fromhex(public))
    r, s = int(signature[:64], 16), int(signature[64:], 16)
    point.verify(encode_dss_signature(r, s), digest, ec.ECDSA(Prehashed(hashes.SHA256())))


@seats(*ALL)
def test_a_key_is_made_once_kept_for_its_owner_and_signs(seat: Seat, tmp_path: Path) -> None:
    path = tmp_path / "terminal.key"
    public, signature = seat.results("signers:sign", path, DIGEST.hex())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["terminal.key"]
    verify(public, signature, DIGEST)
    with pytest.raises(InvalidSignature):
        verify(public, signature, hashlib.sha256(b"another").digest())
    # The key stays, and the same digest gets the same signature.
    assert seat.results("signers:sign", path, DIGEST.hex()) == [public, signature]


@seats(*ALL)
def test_signatures_are_those_of_rfc_6979(seat: Seat, tmp_path: Path) -> None:
    key = ec.derive_private_key(RFC_PRIVATE, ec.SECP256R1())
    write_key(tmp_path / "key", key, serialization.PrivateFormat.PKCS8)
    assert seat.results("signers:sign", tmp_path / "key", DIGEST.hex()) == [RFC_PUBLIC, RFC_SIGNATURE]


@seats(*ALL)
def test_two_terminals_have_two_keys(seat: Seat, tmp_path: Path) -> None:
    keys = [seat.results("signers:sign", tmp_path / name, DIGEST.hex())[0] for name in ("a", "b")]
    assert keys[0] != keys[1]


@seats(*ALL)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_read_is_refused_with_the_mend(seat: Seat, tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    write_key(path, ec.generate_private_key(ec.SECP256R1()), serialization.PrivateFormat.PKCS8, mode)
    ((kind, sentence),) = seat.results("signers:sign", path, DIGEST.hex())
    assert (kind, f"run: chmod 600 {path}" in sentence) == ("BoardError", True)


@seats(*ALL)
def test_what_is_no_key_of_ours_is_refused_and_not_replaced(seat: Seat, tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_key(path, ec.generate_private_key(ec.SECP384R1()), serialization.PrivateFormat.PKCS8)
    for content in (
        path.read_bytes(),
        b"",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ):
        path.write_bytes(content)
        ((kind, sentence),) = seat.results("signers:sign", path, DIGEST.hex())
        assert (kind, "put the terminal's own key back" in sentence) == ("BoardError", True)
        assert path.read_bytes() == content


@seats(*ALL)
def test_a_key_that_cannot_be_stored_is_not_made(seat: Seat, tmp_path: Path) -> None:
    ((kind, sentence),) = seat.results("signers:sign", tmp_path / "unmounted" / "key", DIGEST.hex())
    assert (kind, "on a writable disk in `key_file`" in sentence) == ("BoardError", True)


@seats(*ALL)
def test_another_key_waits_beside_the_key_takes_its_place_and_leaves_no_trace_of_it(
    seat: Seat, tmp_path: Path
) -> None:
    path = tmp_path / "terminal.key"
    seat.results("signers:sign", path, DIGEST.hex())
    before = path.read_bytes()
    # A second name for the old file shows what becomes of its bytes.
    os.link(path, tmp_path / "evidence")
    (old, none_waits), waiting, (new, none_is_left), signed, signed_again = seat.results(
        "signers:rotate", path, DIGEST.hex()
    )
    assert none_waits is none_is_left is None
    assert waiting == [new, new, new] and new != old
    assert signed == signed_again
    verify(new, signed, DIGEST)
    assert sorted(os.listdir(tmp_path)) == ["evidence", "terminal.key"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "evidence").read_bytes() == bytes(len(before))


@pytest.mark.parametrize("call", ["open", "rename", "fsync"])
def test_a_change_of_keys_that_ends_at_any_call_leaves_both_keys_or_the_new_one(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    path = tmp_path / "key"
    old = open_signer(str(path)).public_key()
    for count in range(20):
        signer = open_signer(str(path))
        real, left = getattr(os, call), count

        def cut(*words: object, real: object = real, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise PowerCut
            return real(*words, **named)  # type: ignore[operator]

        monkeypatch.setattr(os, call, cut)
        try:
            waiting = signer.successor(True)
            assert waiting is not None
            signer.adopt()
            return
        except PowerCut:
            monkeypatch.setattr(os, call, real)
            now = open_signer(str(path))
            if now.public_key() != old:
                assert now.successor(False) is None
                old = now.public_key()
        finally:
            monkeypatch.setattr(os, call, real)
    raise AssertionError("it never came to its end")


def test_a_signer_offers_its_public_key_and_signatures_and_nothing_that_holds_a_key(tmp_path: Path) -> None:
    kept = open_signer(str(tmp_path / "key"))
    assert [name for name in dir(kept) if not name.startswith("_")] == [
        "adopt",
        "public_key",
        "sign",
        "successor",
    ]
    soft = SoftSigner((1).to_bytes(32, "big"))
    assert [name for name in dir(soft) if not name.startswith("_")] == ["public_key", "sign"]


def test_no_command_and_no_room_but_those_that_store_keys_can_write_one() -> None:
    # What turns a private key into bytes; the office's authority makes the key of its server.
    makers = ("private_bytes", ".pkcs8(", "ec_private_key(", "key_file.encode(")
    allowed = {
        "firmware/crypto/keyforms.py",
        "hal/bench/signer.py",
        "hal/common/key_file.py",
        "hal/linux/signer.py",
        "tools/backoffice/authority.py",
    }
    rooms = [
        path for room in ("firmware", "hal", "emulator", "tools") for path in (ROOT / room).rglob("*.py")
    ]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in rooms
        if any(maker in path.read_text() for maker in makers)
    }
    assert found == allowed
