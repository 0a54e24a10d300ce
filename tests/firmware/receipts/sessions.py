"""One finished session as the terminal hands it to the receipts.

It does not know what is tested.
"""

from firmware.pricing import calendar

BERLIN = calendar.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
START_S = calendar.parse_utc("2026-03-28T16:59:00Z")


def bill():
    """Return a bill of 11 kWh at 0.30 net and 19 % VAT: 3.30 net, 3.927 gross, rounded to 3.93."""
    line = {"dimension": "ENERGY", "quantity": "11", "unit": "kWh", "unit_price": "0.3", "vat": "19"}
    line.update({"net_minor": 330, "vat_minor": 63, "gross_minor": 393})
    totals = {"currency": "EUR", "rounding": "half up", "net_minor": 330, "gross_minor": 393}
    return dict(totals, lines=[line], vat=[{"rate": "19", "net_minor": 330, "vat_minor": 63}])


def facts(**changes):
    """Return the facts of a session of an hour and a half second, some of them changed."""
    known = {
        "receipt": "KT-0001-000007",
        "number": 7,
        "token": {"type": "RFID", "uid": "04A1B2C3D4E580", "level": "HEARSAY"},
        "contract": "DE-KTP-C00001-K",
        "zone": BERLIN,
        "start": {"utc_s": START_S, "clock": "synchronised", "wh": 123456},
        "stop": {"utc_s": START_S + 3600, "clock": "synchronised", "wh": 134456},
        "duration_ms": 3600500,
        "meter": {"vendor": "Eastron", "model": "SDM630", "serial": "21110042"},
        "gateway": {"model": "Kilotap", "serial": "KT-0001", "version": "0.1.0"},
        "tariff": {"id": "evening", "hash": "00" * 32},
        "bill": bill(),
        "reason": "card",
        "flags": (),
        "ocmf": "OCMF|{}|{}",
    }
    known.update(changes)
    return known
