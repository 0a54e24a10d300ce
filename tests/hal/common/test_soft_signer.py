"""Proves the plain-Python signer. The vector is that of RFC 6979, A.2.5 (P-256, SHA-256, "sample")."""

import asyncio
import hashlib
import subprocess

import pytest

from firmware.crypto import p256
from hal.common.soft_signer import SoftSigner
from tests.interpreters import command, environment
from tools.setup.micropython import NAMES

PRIVATE = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
DIGEST = hashlib.sha256(b"sample").digest()
SIGNATURE = bytes.fromhex(
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
)


def test_it_signs_as_the_standard_says_and_verifies_under_its_public_key():
    signer = SoftSigner(PRIVATE)
    assert asyncio.run(signer.sign(DIGEST)) == SIGNATURE
    assert p256.verify(signer.public_key(), DIGEST, SIGNATURE)


def test_other_tasks_run_while_it_signs():
    turns = []

    async def pause():
        await asyncio.sleep(0)

    async def other():
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    async def both():
        beside = asyncio.create_task(other())
        signature = await SoftSigner(PRIVATE, pause).sign(DIGEST)
        beside.cancel()
        return signature

    assert asyncio.run(both()) == SIGNATURE
    assert len(turns) >= 20


PROGRAM = """
import asyncio, gc
from hal.common.soft_signer import SoftSigner

seen = []

async def pause():
    seen.append(gc.threshold())

gc.threshold(4096)
signature = asyncio.run(SoftSigner(bytes.fromhex("%s"), pause).sign(bytes.fromhex("%s")))
print(signature.hex(), min(seen), max(seen), gc.threshold())
"""


@pytest.mark.parametrize("name", NAMES)
def test_garbage_waits_for_a_full_heap_while_it_signs_and_not_longer(name):
    words = command(name, "-c", PROGRAM % (PRIVATE.hex(), DIGEST.hex()), heap="256k")
    done = subprocess.run(words, env=environment(), capture_output=True, text=True)
    assert done.stdout.split() == [SIGNATURE.hex(), "-1", "-1", "4096"], done.stdout + done.stderr
