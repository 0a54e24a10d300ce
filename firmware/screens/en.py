"""The texts in English, one a screen, its lines parted by line feeds.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = {
    "welcome": "Hold your card here",
    "starting": "Card accepted\nPlease wait",
    "plug_in": "Card accepted\nPlug in your vehicle",
    "plug_in.seconds": "Card accepted\nPlug in your vehicle\nwithin {seconds} s",
    "charging": "Charging\n{energy} kWh\n{price}\n{duration}",
    "suspended": "Vehicle takes no power\n{energy} kWh\n{price}\n{duration}",
    "finishing": "Charging has ended\nPlease wait",
    "receipt": "Receipt {receipt}\n{energy} kWh\n{price}\nPlease unplug",
    "refused.unknown_card": "This card is\nnot known here",
    "refused.denied": "This card is blocked\nPlease ask your provider",
    "refused.not_yet_valid": "Your contract\nis not valid yet",
    "refused.expired": "Your contract\nhas expired",
    "refused.random_uid": "This phone or bank card\nchanges its number:\nplease use your\ncharging card",
    "refused.card_error": "Card not read\nHold it here again",
    "refused.other_card": "A session of another\ncard is running",
    "refused.storage_full": "No new sessions now\nPlease use another\ncharger",
    "refused.out_of_order": "Out of order\nPlease use another\ncharger",
    "refused.other": "Not possible\n({reason})",
    "out_of_order.meter": "Out of order\nThe energy meter\ndoes not answer",
    "out_of_order.contactor": "Out of order\nThe power switch\ndoes not obey",
    "out_of_order.storage": "Out of order\nThe memory is full",
    "out_of_order.reader": "Out of order\nThe card reader\ndoes not answer",
    "out_of_order.key": "Out of order\nThe terminal's key\nis missing",
    "out_of_order.other": "Out of order\n({fault})",
}
