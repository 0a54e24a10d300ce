"""The texts in English, one line a screen, the display's lines parted by bars.

It does not know when they are shown; catalogue.py names the facts in braces.
"""

TEXTS = """
charging: Charging|{energy} kWh|{price}|{duration}
suspended: Vehicle takes no power|{energy} kWh|{price}|{duration}
price.ENERGY: {}/kWh
price.TIME: {}
price.PARKING_TIME: Idle fee {}
price.FLAT: {}/session
price.MIN_PRICE: At least {}
price.MAX_PRICE: At most {}
welcome: Hold your card here
starting: Card accepted|Please wait
plug_in: Card accepted|Plug in your vehicle
plug_in.seconds: Card accepted|Plug in your vehicle|within {seconds} s
finishing: Charging has ended|Please wait
recovering: Power was away|Please wait
receipt: Receipt {receipt}|{energy} kWh|{price}|Please unplug
receipt.code: Receipt {receipt}|{energy} kWh, {price}|Code {code}|Please unplug
refused.unknown_card: This card is|not known here
refused.denied: This card is blocked|Please ask your provider
refused.not_yet_valid: Your contract|is not valid yet
refused.expired: Your contract|has expired
refused.random_uid: This phone or bank card|changes its number:|please use your|charging card
refused.card_error: Card not read|Hold it here again
refused.several_cards: Several cards at once|Hold up one alone
refused.not_genuine: This card is not|genuine
refused.card_expired: This card|has expired
refused.unknown_issuer: The issuer of this card|is not known here
refused.insecure_card: This contract needs|its secure card
refused.bank_card: Bank cards are|not accepted here
refused.bank_card_scheme: This kind of bank card|is not accepted here
refused.bank_card_broken: This bank card answers|wrongly. Please use|another one
refused.bank_card_blocked: This bank card|is blocked|Please ask your bank
refused.bank_card_declined: The bank card declines|Please use another one
refused.bank_card_unproven: This bank card cannot be|checked here. Please use|another one
refused.bank_card_expired: This bank card|has expired
refused.bank_card_not_yet: This bank card|is not valid yet
refused.bank_card_abroad: Your bank does not let|this card pay here
refused.bank_card_verify: Please pay by phone,|and confirm there first
refused.bank_card_day: This bank card has|reached its daily limit
refused.bank_card_no_clock: The clock is not set:|no bank cards now
refused.see_phone: Please unlock your phone|and hold it here again
refused.other_card: A session of another|card is running
refused.storage_full: No new sessions now|Please use another|charger
refused.out_of_order: Out of order|Please use another|charger
refused.no_tariff: No price is valid now|Please use another|charger
refused.no_clock: The clock is not set|and the price unknown
refused.limit: A session here costs|more than the limit|of this card
refused.other: Not possible|({reason})
out_of_order.meter: Out of order|The energy meter|does not answer
out_of_order.meter.refuses: Out of order|The energy meter|reports a fault
out_of_order.meter.model: Out of order|The energy meter is not|of the model that is set
out_of_order.meter.wrong: Out of order|The meter's readings|are not plausible
out_of_order.meter.backwards: Out of order|The energy meter|was set back
out_of_order.meter.other: Out of order|The energy meter|was exchanged
out_of_order.contactor: Out of order|The power switch|does not obey
out_of_order.storage: Out of order|The memory is full
out_of_order.orders: Out of order|Prices are unknown
out_of_order.tariff: Out of order|A price is missing
out_of_order.reader: Out of order|The card reader|does not answer
out_of_order.key: Out of order|The terminal's key|is missing
out_of_order.other: Out of order|({fault})
from: from {}
else: otherwise
no_clock: Clock not set:|no time-of-day prices
no_price: No price is valid now
days: Sun Mon Tue Wed Thu Fri Sat
if.energy: from {0}|up to {1}|{0} to {1}
if.power: from {0}|below {1}|{0} to {1}
if.time: from {0}|until {1}|{0} to {1}
if.duration: after {0}|up to {1}|{0} to {1}
if.charging_time: after {0} charging|up to {1} charging|{0} to {1} charging
if.idle_time: after {0} idle|up to {1} idle|{0} to {1} idle
if.brand: with {0}
meter: Meter fault: billed|up to its last good|reading
line.PARKING_TIME: Idle fee
line.FLAT: Session fee
line.MIN_PRICE: Up to the minimum
line.MAX_PRICE: Above the maximum
line.DISCOUNT: Discount
"""
