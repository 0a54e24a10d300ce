"""The texts in French, one a screen, its lines parted by line feeds.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = {
    "welcome": "Présentez votre carte",
    "starting": "Carte acceptée\nVeuillez patienter",
    "plug_in": "Carte acceptée\nBranchez le véhicule",
    "plug_in.seconds": "Carte acceptée\nBranchez le véhicule\nd'ici {seconds} s",
    "charging": "Recharge en cours\n{energy} kWh\n{price}\n{duration}",
    "suspended": "Véhicule en attente\n{energy} kWh\n{price}\n{duration}",
    "finishing": "Recharge terminée\nVeuillez patienter",
    "receipt": "Reçu {receipt}\n{energy} kWh\n{price}\nDébranchez, merci",
    "refused.unknown_card": "Cette carte\nest inconnue ici",
    "refused.denied": "Cette carte est bloquée\nVoyez votre fournisseur",
    "refused.not_yet_valid": "Votre contrat\nn'est pas encore valide",
    "refused.expired": "Votre contrat\na expiré",
    "refused.random_uid": "Cet appareil change\nsans cesse de numéro:\nprésentez votre\ncarte de recharge",
    "refused.card_error": "Carte non lue\nPrésentez-la à nouveau",
    "refused.other_card": "Une recharge est en\ncours: autre carte",
    "refused.storage_full": "Impossible à présent\nUtilisez une autre\nborne",
    "refused.out_of_order": "Hors service\nUtilisez une autre\nborne",
    "refused.other": "Impossible\n({reason})",
    "out_of_order.meter": "Hors service\nLe compteur\nne répond pas",
    "out_of_order.contactor": "Hors service\nLe contacteur\nn'obéit pas",
    "out_of_order.storage": "Hors service\nLa mémoire est pleine",
    "out_of_order.reader": "Hors service\nLe lecteur de cartes\nne répond pas",
    "out_of_order.key": "Hors service\nLa clé du terminal\nest absente",
    "out_of_order.other": "Hors service\n({fault})",
}
