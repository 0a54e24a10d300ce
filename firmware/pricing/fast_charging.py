"""What a tariff may ask for at a charger of 50 kW and more: a price per kWh, and an occupancy fee per minute.

It does not know chargers: their power comes in. Regulation (EU) 2023/1804, Article 5(4), for ad-hoc prices.
"""

from firmware.pricing import conditions

FROM_W = 50000
# A price of time is an occupancy fee when it begins only after some time.
_WAITS = (conditions.DURATION, conditions.CHARGING_TIME, conditions.IDLE_TIME)
_LAW = "from 50 kW on the law permits a price per kWh and an occupancy fee per minute alone"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.pricing.tariff import Tariff


def problems(tariff: "Tariff", power_w: int) -> "list[str]":
    """Return why a tariff must not be used at a charger of such a power (0: not told), each with its path."""
    found: "list[str]" = []
    if power_w < FROM_W:
        return found
    for i in range(len(tariff.elements)):
        element = tariff.elements[i]
        for component in element.components:
            if component.price[0] == 0:
                continue
            if component.dimension == "FLAT":
                found.append("/elements/%d: a price per session; %s" % (i, _LAW))
            elif component.dimension == "TIME" and not _waits(element.flat):
                told = "a price of time from the start, so no occupancy fee (which has a min_duration)"
                found.append("/elements/%d: %s; %s" % (i, told, _LAW))
    if tariff.min_price:
        found.append("/min_price: a price whatever was charged; %s" % _LAW)
    return found


def _waits(flat: "tuple[Any, ...]") -> bool:
    return any(kind in _WAITS and low for kind, low, _high in conditions.each(flat))
