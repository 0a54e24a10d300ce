"""Fuzzes the parsers of `targets.py` with atheris (libFuzzer), from the seeds in `seeds/`: `make fuzz-cards`.

It knows no parser. Each runs in a process of its own, for libFuzzer ends its process; inputs that it found
worth keeping grow in `.cache/fuzz`.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SEEDS = Path(__file__).parent / "seeds"
KEPT = ROOT / ".cache/fuzz"
RUNS = 100_000
LONGEST = 2600
# What runs slower than this is a loop without an end.
TIMEOUT_S = 20


def seeds(name: str) -> list[bytes]:
    """Return the seeds of a target: a file of lines in hex."""
    lines = (SEEDS / f"{name}.hex").read_text().splitlines()
    return [bytes.fromhex(line) for line in lines if not line.startswith("#")]


def _fuzz(name: str, words: list[str]) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["firmware", "tools.cards"]):
        from tests.host.cards import targets

    atheris.Setup([sys.argv[0], *words], lambda octets: targets.call(name, octets) and None)
    atheris.Fuzz()


def _corpus(name: str) -> Path:
    folder = KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    for number, octets in enumerate(seeds(name)):
        (folder / f"seed-{number:03d}").write_bytes(octets)
    return folder


def _run(name: str, runs: int, seed: int) -> bool:
    """Fuzz one target in a process of its own, say how it went, and return whether all held."""
    words = [sys.executable, "-m", "tests.host.cards.fuzz", "--inside", name, "--"]
    words += [f"-runs={runs}", f"-seed={seed}", f"-max_len={LONGEST}", f"-timeout={TIMEOUT_S}"]
    words += [f"-artifact_prefix={KEPT}/{name}-", str(_corpus(name))]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    told = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
    if done.returncode == 0 and told:
        covered = re.findall(r"cov: (\d+)", done.stderr)
        print(
            f"{name}: {told[1]} inputs in {told[2]} s, {covered[-1] if covered else '?'} edges, all held",
            flush=True,
        )
        return True
    print(f"{name}: broken\n{done.stdout[-3000:]}{done.stderr[-3000:]}", flush=True)
    return False


def main(words: list[str]) -> int:
    """Fuzz the targets that are named, or all; return 1 where one broke, 2 where there is no fuzzer."""
    split = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.host.cards.fuzz")
    parser.add_argument("targets", nargs="*", help="all of seeds/ where none is named")
    parser.add_argument("--runs", type=int, default=RUNS, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    given = parser.parse_args(words[:split])
    if given.inside:
        _fuzz(given.inside, words[split + 1 :])
    try:
        import atheris  # noqa: F401
    except ImportError:
        print("fuzz: the package atheris is missing; run: make fuzz-cards", file=sys.stderr)
        return 2
    names = given.targets or sorted(path.stem for path in SEEDS.glob("*.hex"))
    held = [_run(name, given.runs, given.seed) for name in names]
    print(f"fuzz: {sum(held)} of {len(held)} targets held, {given.runs} inputs each")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
