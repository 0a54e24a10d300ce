"""The texts in German, one a screen, its lines parted by line feeds.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = {
    "welcome": "Bitte Karte vorhalten",
    "starting": "Karte angenommen\nBitte warten",
    "plug_in": "Karte angenommen\nBitte Kabel einstecken",
    "plug_in.seconds": "Karte angenommen\nBitte Kabel einstecken\ninnerhalb von {seconds} s",
    "charging": "Fahrzeug lädt\n{energy} kWh\n{price}\n{duration}",
    "suspended": "Fahrzeug lädt nicht\n{energy} kWh\n{price}\n{duration}",
    "finishing": "Laden beendet\nBitte warten",
    "receipt": "Beleg {receipt}\n{energy} kWh\n{price}\nBitte Kabel ausstecken",
    "refused.unknown_card": "Diese Karte ist\nhier nicht bekannt",
    "refused.denied": "Diese Karte ist gesperrt\nBitte fragen Sie\nIhren Anbieter",
    "refused.not_yet_valid": "Ihr Vertrag\ngilt noch nicht",
    "refused.expired": "Ihr Vertrag\nist abgelaufen",
    "refused.random_uid": "Dieses Gerät ändert\nständig seine Nummer:\nbitte Ihre Ladekarte\nvorhalten",
    "refused.card_error": "Karte nicht gelesen\nBitte nochmals vorhalten",
    "refused.other_card": "Es läuft der Vorgang\neiner anderen Karte",
    "refused.storage_full": "Zurzeit nicht möglich\nBitte andere Ladesäule\nbenutzen",
    "refused.out_of_order": "Außer Betrieb\nBitte andere Ladesäule\nbenutzen",
    "refused.other": "Nicht möglich\n({reason})",
    "out_of_order.meter": "Außer Betrieb\nDer Stromzähler\nantwortet nicht",
    "out_of_order.contactor": "Außer Betrieb\nDas Schaltschütz\ngehorcht nicht",
    "out_of_order.storage": "Außer Betrieb\nDer Speicher ist voll",
    "out_of_order.reader": "Außer Betrieb\nDer Kartenleser\nantwortet nicht",
    "out_of_order.key": "Außer Betrieb\nDer Schlüssel des\nTerminals fehlt",
    "out_of_order.other": "Außer Betrieb\n({fault})",
}
