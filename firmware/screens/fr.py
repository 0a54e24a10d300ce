"""The texts in French, one line a screen, the display's lines parted by bars.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = """
charging: Recharge en cours|{energy} kWh|{price}|{duration}
suspended: Véhicule en attente|{energy} kWh|{price}|{duration}
price.ENERGY: {}/kWh
price.TIME: {}
price.PARKING_TIME: Occupation {}
price.FLAT: {}/recharge
price.MIN_PRICE: Au moins {}
price.MAX_PRICE: Au plus {}
welcome: Présentez votre carte
starting: Carte acceptée|Veuillez patienter
plug_in: Carte acceptée|Branchez le véhicule
plug_in.seconds: Carte acceptée|Branchez le véhicule|d'ici {seconds} s
finishing: Recharge terminée|Veuillez patienter
recovering: Coupure de courant|Veuillez patienter
receipt: Reçu {receipt}|{energy} kWh|{price}|Débranchez, merci
receipt.code: Reçu {receipt}|{energy} kWh, {price}|Code {code}|Débranchez, merci
refused.unknown_card: Cette carte|est inconnue ici
refused.denied: Cette carte est bloquée|Voyez votre fournisseur
refused.not_yet_valid: Votre contrat|n'est pas encore valide
refused.expired: Votre contrat|a expiré
refused.random_uid: Cet appareil change|sans cesse de numéro:|présentez votre|carte de recharge
refused.card_error: Carte non lue|Présentez-la à nouveau
refused.several_cards: Plusieurs cartes:|n'en présentez qu'une
refused.not_genuine: Cette carte|n'est pas authentique
refused.card_expired: Cette carte|a expiré
refused.unknown_issuer: L'émetteur de cette|carte est inconnu
refused.insecure_card: Ce contrat exige|sa carte sécurisée
refused.bank_card: Les cartes bancaires ne|sont pas acceptées
refused.bank_card_scheme: Ce type de carte|bancaire n'est pas|accepté ici
refused.bank_card_broken: Cette carte répond mal,|présentez-en une autre
refused.bank_card_blocked: Cette carte bancaire est|bloquée: voyez|votre banque
refused.bank_card_declined: La carte refuse,|présentez-en une autre
refused.bank_card_unproven: Carte invérifiable ici,|présentez-en une autre
refused.bank_card_expired: Cette carte bancaire|a expiré
refused.bank_card_not_yet: Cette carte bancaire|n'est pas encore valide
refused.bank_card_abroad: Votre banque n'autorise|pas ce paiement ici
refused.bank_card_verify: Payez avec le téléphone|et confirmez-y d'abord
refused.bank_card_day: Plafond du jour atteint|pour cette carte
refused.bank_card_no_clock: Horloge non réglée: pas|de cartes bancaires
refused.see_phone: Déverrouillez le|téléphone et|représentez-le
refused.other_card: Une recharge est en|cours: autre carte
refused.storage_full: Impossible à présent|Utilisez une autre|borne
refused.out_of_order: Hors service|Utilisez une autre|borne
refused.no_tariff: Aucun tarif n'est|valable à présent|Utilisez une autre|borne
refused.no_clock: L'horloge n'est pas|réglée, le prix|est inconnu
refused.limit: Une recharge coûte ici|plus que le plafond|de cette carte
refused.other: Impossible|({reason})
out_of_order.meter: Hors service|Le compteur|ne répond pas
out_of_order.meter.refuses: Hors service|Le compteur signale|une erreur
out_of_order.meter.model: Hors service|Le compteur n'est pas|du modèle configuré
out_of_order.meter.wrong: Hors service|Le compteur affiche|des valeurs aberrantes
out_of_order.meter.backwards: Hors service|Le compteur est|revenu en arrière
out_of_order.meter.other: Hors service|Le compteur|a été remplacé
out_of_order.contactor: Hors service|Le contacteur|n'obéit pas
out_of_order.storage: Hors service|La mémoire est pleine
out_of_order.orders: Hors service|Prix inconnus
out_of_order.tariff: Hors service|Un prix manque
out_of_order.reader: Hors service|Le lecteur de cartes|ne répond pas
out_of_order.key: Hors service|La clé du terminal|est absente
out_of_order.other: Hors service|({fault})
from: dès {}
else: sinon
no_clock: Horloge non réglée:|sans tarifs horaires
no_price: Aucun tarif valable
days: dim lun mar mer jeu ven sam
if.energy: dès {0}|jusqu'à {1}|de {0} à {1}
if.power: dès {0}|moins de {1}|de {0} à {1}
if.time: dès {0}|jusqu'à {1}|de {0} à {1}
if.duration: après {0}|jusqu'à {1}|de {0} à {1}
if.charging_time: après {0} de charge|jusqu'à {1} de charge|de {0} à {1} de charge
if.idle_time: après {0} à l'arrêt|jusqu'à {1} à l'arrêt|de {0} à {1} à l'arrêt
if.brand: avec {0}
meter: Panne du compteur :|facturé jusqu'au|dernier relevé valable
line.PARKING_TIME: Occupation
line.FLAT: Frais fixes
line.MIN_PRICE: Jusqu'au minimum
line.MAX_PRICE: Au-delà du plafond
line.DISCOUNT: Remise
"""
