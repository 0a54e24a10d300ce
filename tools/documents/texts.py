"""Names what receipts say in codes of their own, in each language: dimensions, reasons, flags, clocks.

It does not know where they stand.
"""

from tools.documents import wording

LANGUAGES = ("en", "de", "fr")
NAMES = (("en", "English"), ("de", "Deutsch"), ("fr", "Français"))

_DIMENSIONS = {
    "ENERGY": ("Energy", "Energie", "Énergie"),
    "TIME": ("Charging time", "Ladezeit", "Temps de charge"),
    "PARKING_TIME": ("Parking time", "Standzeit", "Stationnement"),
    "FLAT": ("Session fee", "Startgebühr", "Frais de session"),
    "MIN_PRICE": ("Up to the minimum price", "Bis zum Mindestpreis", "Jusqu'au prix minimum"),
    "MAX_PRICE": ("Above the maximum price", "Über dem Höchstpreis", "Au-delà du prix maximum"),
    "DISCOUNT": ("Discount", "Rabatt", "Remise"),
}

_REASONS = {
    "card": ("card", "Karte", "carte"),
    "button": ("button", "Taste", "bouton"),
    "unplugged": ("unplugging", "Ausstecken", "débranchement"),
    "power_loss": ("power failure", "Stromausfall", "panne de courant"),
    "limit": ("agreed limit", "vereinbartes Limit", "limite convenue"),
    "meter_fault": ("fault of the meter", "Zählerstörung", "panne du compteur"),
    "vehicle_fault": ("fault of the vehicle", "Fahrzeugstörung", "défaut du véhicule"),
    "contactor_fault": ("fault of the charger", "Störung des Ladepunkts", "panne de la borne"),
}

_FLAGS = {
    "power_loss": (
        "the power failed in between",
        "zwischendurch fiel der Strom aus",
        "coupure de courant en cours",
    ),
    "resumed": (
        "the power failed in between; charging went on afterwards",
        "zwischendurch fiel der Strom aus; danach wurde weiter geladen",
        "coupure de courant en cours ; la charge a repris ensuite",
    ),
    "last_good_reading": (
        "ended at the last reading that the meter gave",
        "beendet beim letzten lesbaren Zählerstand",
        "terminé au dernier index lisible",
    ),
    "records_lost": (
        "records of this session are lost; what is not known for certain is not billed",
        "Aufzeichnungen dieses Ladevorgangs sind verloren; was nicht sicher bekannt ist, ist nicht berechnet",
        "des enregistrements de cette session sont perdus ; ce qui n'est pas certain n'est pas facturé",
    ),
    "meter_fault": ("the meter failed", "der Zähler war gestört", "panne du compteur"),
    "no_meter_record": (
        "the meter's own record did not come in time; the charger keeps it as a record of its own",
        "der Datensatz des Zählers kam nicht rechtzeitig; der Ladepunkt bewahrt ihn für sich auf",
        "l'enregistrement du compteur n'est pas arrivé à temps ; la borne le conserve à part",
    ),
    "clock_unset": (
        "the clock was not set; prices by time of day were chosen without it",
        "die Uhr war nicht gestellt; Preise nach Tageszeit wurden ohne sie gewählt",
        "l'horloge n'était pas réglée ; les prix horaires ont été choisis sans elle",
    ),
    "meter_changed": (
        "another meter answered",
        "ein anderer Zähler antwortete",
        "un autre compteur a répondu",
    ),
    "meter_backwards": (
        "the meter ran backwards; what it showed then is not billed",
        "der Zähler lief rückwärts; was er danach zeigte, ist nicht berechnet",
        "le compteur a reculé ; ce qu'il indiquait ensuite n'est pas facturé",
    ),
    "meter_jump": (
        "the meter jumped; what it showed then is not billed",
        "der Zähler sprang; was er danach zeigte, ist nicht berechnet",
        "le compteur a sauté ; ce qu'il indiquait ensuite n'est pas facturé",
    ),
    "clock_set": (
        "the clock was set in between; the duration was measured",
        "die Uhr wurde zwischendurch gestellt; die Dauer ist gemessen",
        "l'horloge a été réglée en cours ; la durée est mesurée",
    ),
}

_CLOCKS = {
    "synchronised": ("synchronised", "synchronisiert", "synchronisée"),
    "estimated": ("estimated", "geschätzt", "estimée"),
    "unset": ("not set", "nicht gestellt", "non réglée"),
}


def of(language: str) -> dict[str, str]:
    """Return the words of a language by their keys."""
    return {name: _of(wording.WORDS, name, language) for name in wording.WORDS}


def dimension(name: str, language: str) -> str:
    """Name what a line is for."""
    return _of(_DIMENSIONS, name, language)


def reason(name: str, language: str) -> str:
    """Name why a session ended."""
    return _of(_REASONS, name, language)


def flag(name: str, language: str) -> str:
    """Say what a terminal remarked about a session."""
    return _of(_FLAGS, name, language)


def clock(name: str, language: str) -> str:
    """Name the state of a clock."""
    return _of(_CLOCKS, name, language)


def _of(table: dict[str, tuple[str, str, str]], name: str, language: str) -> str:
    return table[name][LANGUAGES.index(language)] if name in table else name
