"""Opens a whole board in a process of its own. It does not know what its ports do."""

from tests.hal.drivers.telling import part, say


def open_whole(board: str, path: str) -> None:
    """Open a whole board by a configuration, and say which ports it has, or what is missing."""
    from firmware import config
    from firmware.crypto import jsontext

    with open(path, "rb") as file:
        settings = config.from_document(jsontext.parse(file.read()))
    try:
        opened = part(board, "board").open_board(settings)
    except Exception as error:
        say([type(error).__name__, str(error)])
        return
    say(sorted([name for name in dir(opened) if not name.startswith("_")]))
