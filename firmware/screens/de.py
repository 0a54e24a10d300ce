"""The texts in German, one line a screen, the display's lines parted by bars.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = """
welcome: Bitte Karte vorhalten
starting: Karte angenommen|Bitte warten
plug_in: Karte angenommen|Bitte Kabel einstecken
plug_in.seconds: Karte angenommen|Bitte Kabel einstecken|innerhalb von {seconds} s
charging: Fahrzeug lädt|{energy} kWh|{price}|{duration}
suspended: Fahrzeug lädt nicht|{energy} kWh|{price}|{duration}
finishing: Laden beendet|Bitte warten
receipt: Beleg {receipt}|{energy} kWh|{price}|Bitte Kabel ausstecken
refused.unknown_card: Diese Karte ist|hier nicht bekannt
refused.denied: Diese Karte ist gesperrt|Bitte fragen Sie|Ihren Anbieter
refused.not_yet_valid: Ihr Vertrag|gilt noch nicht
refused.expired: Ihr Vertrag|ist abgelaufen
refused.random_uid: Dieses Gerät ändert|ständig seine Nummer:|bitte Ihre Ladekarte|vorhalten
refused.card_error: Karte nicht gelesen|Bitte nochmals vorhalten
refused.other_card: Es läuft der Vorgang|einer anderen Karte
refused.storage_full: Zurzeit nicht möglich|Bitte andere Ladesäule|benutzen
refused.out_of_order: Außer Betrieb|Bitte andere Ladesäule|benutzen
refused.other: Nicht möglich|({reason})
out_of_order.meter: Außer Betrieb|Der Stromzähler|antwortet nicht
out_of_order.contactor: Außer Betrieb|Das Schaltschütz|gehorcht nicht
out_of_order.storage: Außer Betrieb|Der Speicher ist voll
out_of_order.reader: Außer Betrieb|Der Kartenleser|antwortet nicht
out_of_order.key: Außer Betrieb|Der Schlüssel des|Terminals fehlt
out_of_order.other: Außer Betrieb|({fault})
"""
