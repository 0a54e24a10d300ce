"""Holds the plan of random small maps against the best one, found by trying every way to share them out."""

import random

from firmware.metering import modbus, model_file, models

KINDS = {"uint16": 1, "uint32": 2, "uint64": 4}
LAST = 0xFFFF


def made(prng: random.Random) -> dict:
    """Return a map of up to seven registers that lie close together, with a meter's limits."""
    quantities = ["energy", "power", "frequency", "voltage", "voltage", "current", "current"]
    units = {"energy": "Wh", "power": "W", "frequency": "Hz", "voltage": "V", "current": "A"}
    taken: dict[int, int] = {3: 0, 4: 0}
    base = prng.choice((0, 1000, LAST - 40))
    registers = []
    for quantity in quantities[: prng.randint(1, 7)]:
        kind, function = prng.choice(list(KINDS)), prng.choice((3, 4))
        taken[function] += prng.choice((0, 0, 1, 2, 3, 5))
        address = base + taken[function]
        taken[function] += KINDS[kind]
        told = {"quantity": quantity, "function": function, "address": address, "type": kind}
        registers.append({**told, "unit": units[quantity]})
    prng.shuffle(registers)
    limits = {"most_registers": prng.randint(4, 14), "widest_gap": prng.randint(0, 5)}
    return {"name": "small", "source": "made up", **limits, "registers": registers}


def fewest(given: dict) -> int:
    """Return in how few reads all registers come, whatever is read together with what."""
    rows = [(row["function"], row["address"], KINDS[row["type"]]) for row in given["registers"]]
    whole = (1 << len(rows)) - 1
    possible = [group for group in range(1, whole + 1) if is_one_read(rows, group, given)]
    best = {0: 0}
    for covered in range(1, whole + 1):
        first = covered & -covered
        best[covered] = min(
            1 + best[covered ^ group] for group in possible if group & first and group & covered == group
        )
    return best[whole]


def is_one_read(rows: list[tuple], group: int, given: dict) -> bool:
    chosen = sorted(row for i, row in enumerate(rows) if group >> i & 1)
    if len({row[0] for row in chosen}) > 1:
        return False
    gaps = [b[1] - a[1] - a[2] for a, b in zip(chosen, chosen[1:], strict=False)]
    length = chosen[-1][1] + chosen[-1][2] - chosen[0][1]
    return length <= given["most_registers"] and all(gap <= given["widest_gap"] for gap in gaps)


def pattern(function: int, address: int) -> int:
    """Return what a register holds that tells which one it is."""
    return (address * 40503 + function * 9973) & 0x7FFF


def answered(model: models.Model) -> models.Reading:
    """Return what is read of a meter whose registers tell which ones they are, from whole answers."""
    answers = []
    for function, address, count in model.plan:
        content = b"".join(pattern(function, address + i).to_bytes(2, "big") for i in range(count))
        answers.append(modbus.with_crc(bytes((1, function, len(content))) + content))
    return models.decode(model, answers, None, True)


def told(given: dict, quantity: str) -> list[int]:
    """Return what a map's registers of a quantity hold."""
    rows = [row for row in given["registers"] if row["quantity"] == quantity]
    words = []
    for row in rows:
        words.append([pattern(row["function"], row["address"] + i) for i in range(KINDS[row["type"]])])
    return [sum(word << 16 * i for i, word in enumerate(reversed(each))) for each in words]


def test_every_number_is_read_from_its_own_registers_whatever_is_read_around_it():
    for seed in range(1500):
        given = made(random.Random(seed))
        text = model_file.text(given)
        for wanted in (models.SLOTS, ("energy",), ("energy", "power")):
            reading = answered(models.find("small", text, wanted))
            assert [reading.energy_wh] == told(given, "energy"), (seed, wanted)
            if "power" in wanted:
                assert [reading.power_w] == (told(given, "power") or [None]), (seed, wanted)
        reading = answered(models.find("small", text))
        assert reading.voltage_mv == [1000 * volts for volts in told(given, "voltage")], seed
        assert reading.current_ma == [1000 * amperes for amperes in told(given, "current")], seed


def test_a_plan_has_the_fewest_reads_that_there_can_be_and_none_that_the_meter_refuses():
    stretched = 0
    for seed in range(1500):
        given = made(random.Random(seed))
        model = models.find("small", model_file.text(given))
        assert len(model.plan) == fewest(given), (seed, given, model.plan)
        asked = set()
        for function, address, count in model.plan:
            assert 1 <= count <= given["most_registers"] and address + count <= LAST + 1, (seed, model.plan)
            asked |= {(function, address + i) for i in range(count)}
        wanted = {
            (row["function"], row["address"] + i)
            for row in given["registers"]
            for i in range(KINDS[row["type"]])
        }
        assert wanted <= asked, seed
        shapes = [(function, count) for function, _, count in model.plan]
        stretched += len(asked) > len(wanted)
        if given["widest_gap"] == 0:
            # A meter that spans no gap is asked for nothing that the map does not name.
            assert asked == wanted, seed
        for quantities in (("energy",), ("energy", "power")):
            narrow = models.find("small", model_file.text(given), quantities).plan
            assert len(narrow) <= len(model.plan) and len(set(narrow)) == len(narrow)
            inside = {(function, address + i) for function, address, count in narrow for i in range(count)}
            assert inside <= asked, seed
            if len(set(shapes)) == len(shapes):
                narrow_shapes = [(function, count) for function, _, count in narrow]
                assert len(set(narrow_shapes)) == len(narrow_shapes), (seed, narrow, model.plan)
    assert stretched > 100
