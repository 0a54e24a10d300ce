"""The words of a receipt's document, one table a language; in English what auditors will search for.

It does not know where they stand.
"""

LANGUAGES = ("en", "de", "fr")
NAMES = (("en", "English"), ("de", "Deutsch"), ("fr", "Français"))

_KEYS = (
    "receipt", "cancellation", "correction", "of", "code", "issuer", "terminal", "issued", "contract", "card",
    "start", "stop", "duration", "ended", "meter", "serial", "register_start", "register_stop", "energy",
    "clock", "item", "quantity", "unit_price_net", "unit_price_gross", "vat", "net", "gross", "total",
    "vat_of", "tariff", "hash", "rounding", "rounding_rule", "signature", "fingerprint",
    "public_key", "valid", "invalid", "unknown", "qr", "replaces", "page", "nothing", "step", "estimated",
    "paid", "remarks", "discount", "session_time", "no_tax",
    "as_pdf", "as_signed", "as_keys", "interrupted",
)  # fmt: skip

_EN = (
    "Receipt", "Cancellation", "Corrected receipt", "of receipt", "Short code", "Issued by", "Charger",
    "Issued", "Contract", "Card", "Start", "End", "Duration", "Ended by", "Energy meter", "Serial number",
    "Register at the start", "Register at the end", "Energy", "Clock", "Item", "Quantity", "Unit price, net",
    "Unit price, gross", "VAT", "Net", "Gross", "Total", "VAT {rate} % on {net}", "Tariff",
    "Tariff (SHA-256)", "Rounding",
    "Net and gross are each rounded half up once, from exact totals; lines share the difference by the "
    "largest remainder.",
    "Signature", "Fingerprint of the key", "Public key", "The signature holds.",
    "THE SIGNATURE DOES NOT HOLD. This is no valid receipt.",
    "The signature was not checked, for no key was given.",
    "Scan to check energy and price with S.A.F.E.'s Transparenzsoftware or Chargy: the meter's signed record "
    "(OCMF).",
    "Takes the place of", "Page", "Nothing was charged.", "rounded up to whole steps", "divided by estimate",
    "Paid by", "Remarks", "Discount", "since the start", "no VAT applies",
    "As a PDF", "The signed record (JWS)", "The charger's public keys", "Without power",
)  # fmt: skip

_DE = (
    "Beleg", "Stornobeleg", "Korrigierter Beleg", "zu Beleg", "Kurzcode", "Ausgestellt von", "Ladepunkt",
    "Ausgestellt", "Vertrag", "Karte", "Beginn", "Ende", "Dauer", "Beendet durch", "Zähler", "Seriennummer",
    "Zählerstand zu Beginn", "Zählerstand am Ende", "Energie", "Uhr", "Posten", "Menge", "Einzelpreis, netto",
    "Einzelpreis, brutto", "USt.", "Netto", "Brutto", "Summe", "USt. {rate} % auf {net}",
    "Tarif", "Tarif (SHA-256)", "Rundung",
    "Netto und Brutto werden je einmal kaufmännisch gerundet, aus den genauen Summen; die Posten teilen sich "
    "den Unterschied nach dem größten Rest.",
    "Signatur", "Fingerabdruck des Schlüssels", "Öffentlicher Schlüssel", "Die Signatur stimmt.",
    "DIE SIGNATUR STIMMT NICHT. Dies ist kein gültiger Beleg.",
    "Die Signatur wurde nicht geprüft, denn es wurde kein Schlüssel angegeben.",
    "Zum Prüfen von Energie und Preis mit der Transparenzsoftware der S.A.F.E. oder Chargy: der signierte "
    "Datensatz des Zählers (OCMF).",
    "Tritt an die Stelle von", "Seite", "Es wurde nichts berechnet.", "auf ganze Schritte aufgerundet",
    "geschätzt aufgeteilt", "Bezahlt über", "Hinweise", "Rabatt", "seit Beginn", "ohne USt.",
    "Als PDF", "Der signierte Datensatz (JWS)", "Die öffentlichen Schlüssel des Ladepunkts",
    "Ohne Strom",
)  # fmt: skip

_FR = (
    "Reçu", "Annulation", "Reçu rectifié", "du reçu", "Code court", "Émis par", "Borne", "Émis le", "Contrat",
    "Carte", "Début", "Fin", "Durée", "Terminé par", "Compteur", "Numéro de série", "Index de début",
    "Index de fin", "Énergie", "Horloge", "Article", "Quantité", "Prix unitaire HT", "Prix unitaire TTC",
    "TVA", "HT", "TTC", "Total", "TVA {rate} % sur {net}", "Tarif", "Tarif (SHA-256)",
    "Arrondi",
    "Le HT et le TTC sont arrondis une seule fois au plus proche, à partir des totaux exacts ; les lignes se "
    "partagent l'écart selon le plus grand reste.",
    "Signature", "Empreinte de la clé", "Clé publique", "La signature est valable.",
    "LA SIGNATURE N'EST PAS VALABLE. Ceci n'est pas un reçu valable.",
    "La signature n'a pas été vérifiée, car aucune clé n'a été donnée.",
    "Pour vérifier l'énergie et le prix avec la Transparenzsoftware de la S.A.F.E. ou Chargy : "
    "l'enregistrement signé du compteur (OCMF).",
    "Remplace", "Page", "Rien n'a été facturé.", "arrondi aux pas entiers", "réparti par estimation",
    "Payé par", "Remarques", "Remise", "depuis le début", "sans TVA",
    "En PDF", "L'enregistrement signé (JWS)", "Les clés publiques de la borne", "Sans courant",
)  # fmt: skip

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
}

_CLOCKS = {
    "synchronised": ("synchronised", "synchronisiert", "synchronisée"),
    "estimated": ("estimated", "geschätzt", "estimée"),
    "unset": ("not set", "nicht gestellt", "non réglée"),
}


def of(language: str) -> dict[str, str]:
    """Return the words of a language by their keys."""
    return dict(zip(_KEYS, (_EN, _DE, _FR)[LANGUAGES.index(language)], strict=True))


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
