"""Proves the table of the comb: it is made again from the base point alone, by doubling and adding."""

from firmware.crypto import comb, curve

ROWS = curve.TEETH - 1


def affine(points):
    return curve.finish(curve.affine_steps(points))


def made_again(shift):
    """Return a table as the comb's docstring defines it, for 2**shift·G."""
    teeth = []
    point = curve.GX, curve.GY, 1
    for bit in range(ROWS * curve.COLUMNS + shift + 1):
        if bit:
            point = curve.double(point)
        if bit >= shift and (bit - shift) % curve.COLUMNS == 0:
            teeth += affine([point])
    entries = []
    for entry in range(1 << ROWS):
        point = teeth[ROWS][0], teeth[ROWS][1], 1
        for tooth in range(ROWS):
            x, y = teeth[tooth]
            plus = entry >> ROWS - 1 - tooth & 1
            point = curve.add(point, x, y if plus else curve.P - y)
        entries += affine([point])
    return b"".join([x.to_bytes(32, "big") + y.to_bytes(32, "big") for x, y in entries])


def test_the_first_table_is_made_of_the_base_point():
    assert made_again(0) == comb.FIRST


def test_the_second_table_is_the_first_moved_by_half_a_row():
    assert made_again(curve.HALF) == comb.SECOND


def test_the_base_point_has_the_order_that_is_written_here():
    # N·G is infinity, which (N-1)·G + G is.
    ((x, y),) = affine([curve.finish(curve.base_steps(curve.N - 1))])
    assert (x, curve.P - y) == (curve.GX, curve.GY)
    assert curve.add((x, y, 1), curve.GX, curve.GY)[2] == 0


def test_an_inverse_is_one():
    for modulus in (curve.P, curve.N):
        for number in (1, 2, 3, modulus - 1, curve.GX):
            assert curve.finish(curve.inverse_steps(number, modulus)) * number % modulus == 1


def test_a_blind_changes_no_point():
    points = [curve.double((curve.GX, curve.GY, 1)), (curve.GX, curve.GY, 1)]
    blinded = curve.finish(curve.affine_steps(points, 12345))
    assert blinded == affine(points)
    assert blinded[1] == (curve.GX, curve.GY)


def test_both_tables_together_have_4_kilobytes():
    assert len(comb.FIRST) + len(comb.SECOND) == 4096
