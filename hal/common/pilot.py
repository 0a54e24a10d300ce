"""What the two or three lines of a control-pilot front end say, as the vehicle states of IEC 61851-1.

It does not know how the lines are read.
"""


def state_of(is_connected: bool, asks_power: bool, is_faulty: bool) -> str:
    """Return `A` no vehicle, `B` connected, `C` asks for power, `E` fault or contradicting lines."""
    if is_faulty or (asks_power and not is_connected):
        return "E"
    if not is_connected:
        return "A"
    return "C" if asks_power else "B"
