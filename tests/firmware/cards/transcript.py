"""Plays a dialogue with a card against a transcript: this command, that response.

It knows no card: a command that the transcript has not is a failure.
"""


def played(dialogue, *script):
    """Return what a dialogue returns after pairs of command and response, both in hex."""
    command = dialogue.send(None)
    for i, (expected, response) in enumerate(script):
        assert command.hex() == expected, "command %d: %s, expected %s" % (i, command.hex(), expected)
        try:
            command = dialogue.send(bytes.fromhex(response))
        except StopIteration as end:
            assert i + 1 == len(script), "the dialogue ended after command %d" % i
            return end.value
    raise AssertionError("the dialogue asks for more: %s" % command.hex())


def talk(dialogue, card):
    """Return what a dialogue with an emulated card returns."""
    response = None
    while True:
        try:
            command = dialogue.send(response)
        except StopIteration as end:
            return end.value
        response = card.transmit(command)
