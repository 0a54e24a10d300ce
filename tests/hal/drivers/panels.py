"""Uses the ports behind the bench's link in a process of its own. It does not know what the host says."""

import asyncio

from hal.common.waiting import pause_ms, within_ms
from tests.hal.drivers.storages import open_storage
from tests.hal.drivers.telling import part, say


def panel(board: str, port: str, directory: str) -> None:
    """Run the ports behind the bench's link, and say what the host brings about."""
    from hal.bench.contactor import Contactor
    from hal.bench.link import Link
    from hal.bench.panel import Panel
    from hal.bench.plug import Plug
    from hal.bench.world import World

    async def run() -> None:
        story = part(board, "clock").Clock(1774716000, 0, 1, True)
        blobs = open_storage(board, directory)
        link = Link("127.0.0.1", int(port))
        relay, screen, pilot = Contactor(link), Panel(link), Plug()
        world = World(pilot, relay, screen, story, blobs)
        link.tell("hello", {"pid": 1})
        asyncio.create_task(link.run(world.obey))
        state = await pilot.wait_change("A")
        say(["plug", state])
        screen.show({"id": "idle", "lines": ["Hold your card here", "0.49 €/kWh"]})
        screen.signal("accepted")
        relay.close()
        while relay.is_closed():
            await pause_ms(5)
        say(["contactor", relay.is_closed()])
        say(["button", await screen.wait_button(), await screen.wait_button()])
        say(["clock", story.utc_s(), story.status()])
        say(["free", blobs.free_bytes()])
        # The host goes away here, and comes back: nothing changes meanwhile.
        say(["plug", await within_ms(pilot.wait_change("C"), 10000), relay.is_closed()])

    asyncio.run(run())
