"""The texts in German, one line a screen, the display's lines parted by bars.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = """
charging: Fahrzeug lädt|{energy} kWh|{price}|{duration}
suspended: Fahrzeug lädt nicht|{energy} kWh|{price}|{duration}
price.ENERGY: {}/kWh
price.TIME: {}
price.PARKING_TIME: Blockiergebühr {}
price.FLAT: {}/Ladevorgang
price.MIN_PRICE: Mindestens {}
price.MAX_PRICE: Höchstens {}
welcome: Bitte Karte vorhalten
starting: Karte angenommen|Bitte warten
plug_in: Karte angenommen|Bitte Kabel einstecken
plug_in.seconds: Karte angenommen|Bitte Kabel einstecken|innerhalb von {seconds} s
finishing: Laden beendet|Bitte warten
recovering: Der Strom war weg|Bitte warten
receipt: Beleg {receipt}|{energy} kWh|{price}|Bitte Kabel ausstecken
receipt.code: Beleg {receipt}|{energy} kWh, {price}|Code {code}|Bitte Kabel ausstecken
refused.unknown_card: Diese Karte ist|hier nicht bekannt
refused.denied: Diese Karte ist gesperrt|Bitte fragen Sie|Ihren Anbieter
refused.not_yet_valid: Ihr Vertrag|gilt noch nicht
refused.expired: Ihr Vertrag|ist abgelaufen
refused.random_uid: Dieses Gerät ändert|ständig seine Nummer:|bitte Ihre Ladekarte|vorhalten
refused.card_error: Karte nicht gelesen|Bitte nochmals vorhalten
refused.several_cards: Mehrere Karten zugleich|Bitte nur eine vorhalten
refused.not_genuine: Diese Karte ist|nicht echt
refused.card_expired: Diese Karte|ist abgelaufen
refused.unknown_issuer: Der Herausgeber dieser|Karte ist unbekannt
refused.insecure_card: Dieser Vertrag braucht|seine sichere Karte
refused.bank_card: Bankkarten werden hier|nicht angenommen
refused.bank_card_scheme: Diese Art Bankkarte wird|hier nicht angenommen
refused.bank_card_broken: Diese Bankkarte|antwortet falsch, bitte|eine andere benutzen
refused.bank_card_blocked: Diese Bankkarte|ist gesperrt, bitte|Ihre Bank fragen
refused.bank_card_declined: Die Bankkarte lehnt ab,|bitte eine andere|benutzen
refused.bank_card_unproven: Diese Bankkarte ist hier|nicht zu prüfen, bitte|eine andere benutzen
refused.bank_card_expired: Diese Bankkarte|ist abgelaufen
refused.bank_card_not_yet: Diese Bankkarte|gilt noch nicht
refused.bank_card_abroad: Ihre Bank lässt diese|Karte hier nicht zahlen
refused.bank_card_verify: Bitte mit dem Telefon|zahlen und vorher dort|bestätigen
refused.bank_card_day: Das Tageslimit dieser|Bankkarte ist erreicht
refused.bank_card_no_clock: Uhr nicht gestellt:|zurzeit keine Bankkarten
refused.see_phone: Bitte Telefon entsperren|und nochmals vorhalten
refused.other_card: Es läuft der Vorgang|einer anderen Karte
refused.storage_full: Zurzeit nicht möglich|Bitte andere Ladesäule|benutzen
refused.out_of_order: Außer Betrieb|Bitte andere Ladesäule|benutzen
refused.no_tariff: Zurzeit gilt kein Preis|Bitte andere Ladesäule|benutzen
refused.no_clock: Die Uhr ist nicht|gestellt, der Preis ist|ungewiss
refused.limit: Ein Ladevorgang kostet|hier mehr als das Limit|dieser Karte
refused.other: Nicht möglich|({reason})
out_of_order.meter: Außer Betrieb|Der Stromzähler|antwortet nicht
out_of_order.meter.refuses: Außer Betrieb|Der Stromzähler|meldet einen Fehler
out_of_order.meter.model: Außer Betrieb|Der Stromzähler ist|nicht vom eingestellten|Modell
out_of_order.meter.wrong: Außer Betrieb|Der Stromzähler zeigt|unglaubhafte Werte
out_of_order.meter.backwards: Außer Betrieb|Der Stromzähler|wurde zurückgestellt
out_of_order.meter.other: Außer Betrieb|Der Stromzähler|wurde ausgetauscht
out_of_order.contactor: Außer Betrieb|Das Schaltschütz|gehorcht nicht
out_of_order.storage: Außer Betrieb|Der Speicher ist voll
out_of_order.orders: Außer Betrieb|Preise unbekannt
out_of_order.tariff: Außer Betrieb|Ein Preis fehlt
out_of_order.reader: Außer Betrieb|Der Kartenleser|antwortet nicht
out_of_order.key: Außer Betrieb|Der Schlüssel des|Terminals fehlt
out_of_order.other: Außer Betrieb|({fault})
from: ab {}
else: sonst
no_clock: Uhr nicht gestellt:|keine Tageszeitpreise
no_price: Zurzeit gilt kein Preis
days: So Mo Di Mi Do Fr Sa
if.energy: ab {0}|bis {1}|{0} bis {1}
if.power: ab {0}|unter {1}|{0} bis {1}
if.time: ab {0}|bis {1}|{0} bis {1}
if.duration: nach {0}|bis {1}|{0} bis {1}
if.charging_time: nach {0} Laden|bis {1} Laden|{0} bis {1} Laden
if.idle_time: nach {0} Stehen|bis {1} Stehen|{0} bis {1} Stehen
if.brand: mit {0}
meter: Zählerstörung: berechnet|bis zum letzten|gültigen Zählerstand
line.PARKING_TIME: Blockiergebühr
line.FLAT: Grundgebühr
line.MIN_PRICE: Bis zum Mindestpreis
line.MAX_PRICE: Über dem Höchstpreis
line.DISCOUNT: Rabatt
"""
