"""The words of a receipt's document, in each language; in English what auditors will search for.

It does not know where they stand, and what of a receipt's own terms they name: that is texts.py.
"""

WORDS = {
    "receipt": ("Receipt", "Beleg", "Reçu"),
    "cancellation": ("Cancellation", "Stornobeleg", "Annulation"),
    "correction": ("Corrected receipt", "Korrigierter Beleg", "Reçu rectifié"),
    "code": ("Short code", "Kurzcode", "Code court"),
    "terminal": ("Charger", "Ladepunkt", "Borne"),
    "issued": ("Issued", "Ausgestellt", "Émis le"),
    "learned_later": (
        "the clock was not set; learned later",
        "die Uhr war nicht gestellt; später bestimmt",
        "horloge non réglée ; déterminé plus tard",
    ),
    "reckoned_start": (
        "estimated: the end less the time that was measured",
        "geschätzt: das Ende abzüglich der gemessenen Zeit",
        "estimé : la fin moins le temps mesuré",
    ),
    "reckoned_stop": (
        "estimated: the start and the time that was measured",
        "geschätzt: der Beginn und die gemessene Zeit",
        "estimé : le début et le temps mesuré",
    ),
    "contract": ("Contract", "Vertrag", "Contrat"),
    "card": ("Card", "Karte", "Carte"),
    "start": ("Start", "Beginn", "Début"),
    "stop": ("End", "Ende", "Fin"),
    "duration": ("Duration", "Dauer", "Durée"),
    "ended": ("Ended by", "Beendet durch", "Terminé par"),
    "meter": ("Energy meter", "Zähler", "Compteur"),
    "serial": ("Serial number", "Seriennummer", "Numéro de série"),
    "register_start": ("Register at the start", "Zählerstand zu Beginn", "Index de début"),
    "register_stop": ("Register at the end", "Zählerstand am Ende", "Index de fin"),
    "energy": ("Energy", "Energie", "Énergie"),
    "item": ("Item", "Posten", "Article"),
    "quantity": ("Quantity", "Menge", "Quantité"),
    "unit_price_net": ("Unit price, net", "Einzelpreis, netto", "Prix unitaire HT"),
    "unit_price_gross": ("Unit price, gross", "Einzelpreis, brutto", "Prix unitaire TTC"),
    "vat": ("VAT", "USt.", "TVA"),
    "net": ("Net", "Netto", "HT"),
    "gross": ("Gross", "Brutto", "TTC"),
    "vat_of": ("VAT {rate} % on {net}", "USt. {rate} % auf {net}", "TVA {rate} % sur {net}"),
    "tariff": ("Tariff", "Tarif", "Tarif"),
    "hash": ("Tariff (SHA-256)", "Tarif (SHA-256)", "Tarif (SHA-256)"),
    "rounding": ("Rounding", "Rundung", "Arrondi"),
    "rounding_rule": (
        "Net and gross are each rounded half up once, from exact totals; lines share the difference by "
        "the largest remainder.",
        "Netto und Brutto werden je einmal kaufmännisch gerundet, aus den genauen Summen; die Posten "
        "teilen sich den Unterschied nach dem größten Rest.",
        "Le HT et le TTC sont arrondis une seule fois au plus proche, à partir des totaux exacts ; les "
        "lignes se partagent l'écart selon le plus grand reste.",
    ),
    "fingerprint": ("Fingerprint of the key", "Fingerabdruck des Schlüssels", "Empreinte de la clé"),
    "public_key": ("Public key", "Öffentlicher Schlüssel", "Clé publique"),
    "valid": ("The signature holds.", "Die Signatur stimmt.", "La signature est valable."),
    "invalid": (
        "THE SIGNATURE DOES NOT HOLD. This is no valid receipt.",
        "DIE SIGNATUR STIMMT NICHT. Dies ist kein gültiger Beleg.",
        "LA SIGNATURE N'EST PAS VALABLE. Ceci n'est pas un reçu valable.",
    ),
    "unknown": (
        "The signature was not checked, for no key was given.",
        "Die Signatur wurde nicht geprüft, denn es wurde kein Schlüssel angegeben.",
        "La signature n'a pas été vérifiée, car aucune clé n'a été donnée.",
    ),
    "qr": (
        "To check energy and price with S.A.F.E.'s Transparenzsoftware or Chargy: the meter's "
        "readings, signed by the charger (OCMF).",
        "Zum Prüfen von Energie und Preis mit der Transparenzsoftware der S.A.F.E. oder Chargy: die "
        "Zählerstände, vom Ladepunkt signiert (OCMF).",
        "Pour vérifier l'énergie et le prix avec la Transparenzsoftware de la S.A.F.E. ou Chargy : les "
        "index du compteur, signés par la borne (OCMF).",
    ),
    "replaces": ("Takes the place of", "Tritt an die Stelle von", "Remplace"),
    "cancels": ("Cancels", "Storniert", "Annule"),
    "of_receipt": (
        "receipt {number} (short code {code})",
        "Beleg {number} (Kurzcode {code})",
        "reçu {number} (code court {code})",
    ),
    "not_in_font": (
        "\ufffd stands for a character that this document has no letter of; the signed receipt has it.",
        "\ufffd steht für ein Zeichen, das dieses Dokument nicht zeigen kann; der signierte Beleg hat es.",
        "\ufffd remplace un caractère que ce document ne peut afficher ; le reçu signé le contient.",
    ),
    # Between two parts of a remark.
    "then": ("; ", "; ", " ; "),
    "why": ("Reason", "Grund", "Motif"),
    "lost_and_back": (
        "lost after {begin}, back by {end}; this time is not billed",
        "weg nach {begin}, zurück bis {end}; diese Zeit ist nicht berechnet",
        "coupé après {begin}, rétabli au plus tard à {end} ; ce temps n'est pas facturé",
    ),
    "lost_unknown": (
        "at times that the clock did not tell; this time is not billed",
        "zu Zeiten, die die Uhr nicht angab; diese Zeit ist nicht berechnet",
        "à des moments que l'horloge n'a pas indiqués ; ce temps n'est pas facturé",
    ),
    "read_after": (
        "the register at the end is the meter's after power was back",
        "der Zählerstand am Ende ist der des Zählers nach der Rückkehr des Stroms",
        "l'index de fin est celui du compteur après le retour du courant",
    ),
    "read_before": (
        "the register at the end is the last one that is certain from before",
        "der Zählerstand am Ende ist der letzte sichere von davor",
        "l'index de fin est le dernier connu avec certitude d'avant",
    ),
    "page": ("Page", "Seite", "Page"),
    "nothing": ("Nothing was charged.", "Es wurde nichts berechnet.", "Rien n'a été facturé."),
    "step": ("rounded up to whole steps", "auf ganze Schritte aufgerundet", "arrondi aux pas entiers"),
    "estimated": ("divided by estimate", "geschätzt aufgeteilt", "réparti par estimation"),
    "remarks": ("Remarks", "Hinweise", "Remarques"),
    "as_pdf": ("As a PDF", "Als PDF", "En PDF"),
    "as_signed": (
        "The signed record (JWS)",
        "Der signierte Datensatz (JWS)",
        "L'enregistrement signé (JWS)",
    ),
    "as_keys": (
        "The charger's public keys",
        "Die öffentlichen Schlüssel des Ladepunkts",
        "Les clés publiques de la borne",
    ),
    "interrupted": ("Without power", "Ohne Strom", "Sans courant"),
    "qr_meters": (
        "To check the energy with S.A.F.E.'s Transparenzsoftware or Chargy: the record that the "
        "meter itself signed (OCMF).",
        "Zum Prüfen der Energie mit der Transparenzsoftware der S.A.F.E. oder Chargy: der Datensatz, den "
        "der Zähler selbst signiert hat (OCMF).",
        "Pour vérifier l'énergie avec la Transparenzsoftware de la S.A.F.E. ou Chargy : l'enregistrement "
        "que le compteur a signé lui-même (OCMF).",
    ),
    "qr_beside": (
        "Beside the meter's own record: the readings of the same session, signed by the charger (OCMF).",
        "Neben dem Datensatz des Zählers: die Zählerstände desselben Ladevorgangs, vom Ladepunkt signiert"
        " (OCMF).",
        "À côté de l'enregistrement du compteur : les index de la même session, signés par la borne (OCMF).",
    ),
    "too_large": (
        "It is too large for a QR code and stands here as text.",
        "Er ist zu groß für einen QR-Code und steht hier als Text.",
        "Trop grand pour un code QR, il figure ici en texte.",
    ),
    "too_large_elsewhere": (
        "It is too large for a QR code; the signed record has it.",
        "Er ist zu groß für einen QR-Code; er steht im signierten Datensatz.",
        "Trop grand pour un code QR, il figure dans l'enregistrement signé.",
    ),
    "meters": ("The meter's own record", "Der Datensatz des Zählers", "L'enregistrement du compteur"),
    "ours": ("The charger's record", "Der Datensatz des Ladepunkts", "L'enregistrement de la borne"),
    "meters_key": (
        "The meter's public key",
        "Öffentlicher Schlüssel des Zählers",
        "Clé publique du compteur",
    ),
    "meters_fingerprint": (
        "Its fingerprint (SHA-256)",
        "Sein Fingerabdruck (SHA-256)",
        "Son empreinte (SHA-256)",
    ),
    "key_from": ("Where it is from", "Woher er stammt", "D'où elle vient"),
    "key_pinned": (
        "Pinned when the meter was commissioned, {at} (record {seq} of the charger).",
        "Festgehalten bei der Inbetriebnahme des Zählers, {at} (Satz {seq} des Ladepunkts).",
        "Retenue à la mise en service du compteur, {at} (enregistrement {seq} de la borne).",
    ),
    "key_read": (
        "Read from the meter with this record. The charger's ledger tells the key of the meter's "
        "commissioning; the meter's nameplate may, too.",
        "Mit diesem Datensatz aus dem Zähler gelesen. Welcher Schlüssel bei der Inbetriebnahme galt, "
        "sagen die Aufzeichnungen des Ladepunkts und oft das Typenschild.",
        "Lue dans le compteur avec cet enregistrement. Le registre de la borne, et souvent la plaque du "
        "compteur, indiquent la clé de la mise en service.",
    ),
    "meters_valid": (
        "The meter's signature holds.",
        "Die Signatur des Zählers stimmt.",
        "La signature du compteur est valable.",
    ),
    "meters_invalid": (
        "THE METER'S OWN RECORD DOES NOT HOLD. kilotap verify tells why.",
        "DER DATENSATZ DES ZÄHLERS STIMMT NICHT. Den Grund nennt kilotap verify.",
        "L'ENREGISTREMENT DU COMPTEUR N'EST PAS VALABLE. kilotap verify en donne la raison.",
    ),
    "session_time": ("since the start", "seit Beginn", "depuis le début"),
    "no_tax": ("no VAT applies", "ohne USt.", "sans TVA"),
}
