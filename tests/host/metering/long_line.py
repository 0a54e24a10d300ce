"""Plays 200,000 polls over the bad line and says what got through: `python -m tests.host.metering.long_line`.

CRC-16 finds every error of up to three bits and every burst of up to sixteen; of anything else it lets one
in 65,536 through. So with some 53,000 answers whose bytes are all over the place, about one wrong reading is
to be expected, and none under any other fault.
"""

import sys

from tests.firmware.metering.bad_line import BLIND_SPOTS, FAULTS, BadLine

POLLS = 200_000
# An echo of the last one's question for its energy looks like the answer.
MODELS = ("eastron-sdm630", "abb-b23", "carlo-gavazzi-em340", "schneider-iem3155")
LET_THROUGH = 1 << 16
# So far above what is expected that no seed reaches it by chance: less than one in a million.
PATIENCE = 10


def main(polls: int) -> int:
    """Play so many polls, as many on each meter; return 1 where more got through than CRC-16 has to let."""
    lines = [BadLine(model, seed) for seed, model in enumerate(MODELS, 1)]
    for number in range(polls):
        lines[number % len(lines)].poll()
    print(f"{'fault':<14}{'sound':>8}{'refused':>9}{'wrong':>7}")
    blind = 0
    for fault in FAULTS:
        counts = [sum(line.tally[fault][i] for line in lines) for i in range(3)]
        blind += sum(counts) if fault in BLIND_SPOTS else 0
        print(f"{fault:<14}{counts[0]:>8}{counts[1]:>9}{counts[2]:>7}")
    wrong = [fault for line in lines for fault in line.wrong]
    print(f"{len(wrong)} wrong readings of {polls}; CRC-16 lets {blind / LET_THROUGH:.1f} through on average")
    return 1 if len(wrong) > PATIENCE or any(fault not in BLIND_SPOTS for fault in wrong) else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else POLLS))
