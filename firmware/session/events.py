"""What can happen to a session, and what it can ask of the shell: names and the shapes of their facts.

It does not know what follows from what.
"""

# Events: (kind, facts). Facts in brackets; None where there are none.
# A card with an identity and what access says of it; of a bank card also what a record tells of it.
CARD = "card"  # {"token", "decision", "payment"?}
CARD_REFUSED = "card_refused"  # {"reason", "token": None, "payment"?}: a card without a usable identity
VEHICLE = "vehicle"  # {"state"}: the IEC 61851-1 letter changed
BUTTON_STOP = "button_stop"
READING = (
    # Signed: "transaction", "record", "key"; "pause" where a cut session may go on.
    "reading"  # {"wh", "resolution_wh", "power_w", "ticks_ms", …}
)
METER_LOST = "meter_lost"  # {"what", "lie"}: no answer however often it was asked, or none to believe (why)
LIMIT = "limit"  # the price has reached the contract's limit
TIMEOUT = "timeout"  # the timer of the state ran out
FAULT = "fault"  # {"fault", "what"}, and "known": it may have been told as another
FAULT_CLEARED = "fault_cleared"  # {"fault"}

EVENTS = (CARD, CARD_REFUSED, VEHICLE, BUTTON_STOP, READING, METER_LOST, LIMIT, TIMEOUT, FAULT, FAULT_CLEARED)

# Effects: (name, facts), performed in the order of the tuple.
START = "start"  # reading: write session.started; from here on energy is this driver's
RESUME = "resume"  # reading with its "pause": go on with the bill after a power cut
PRICE = "price"  # reading: add it to the bill
END = "end"  # {"reading", "reason", "flags"}: write session.ended; reading None: at the last good one
RECORD = "record"  # (kind, members): write any other record
CLOSE = "close"
OPEN = "open"
READ_METER = "read_meter"  # what a meter that signs does first: None, (BEGIN_RECORD, session), END_RECORD
TIMER = "timer"  # name of the setting whose duration it runs, or None to stop it
SHOW = "show"  # (screen id, facts)
SIGNAL = "signal"  # accepted, refused, attention

# What is asked of a meter that signs, with its reading.
BEGIN_RECORD = "begin"
END_RECORD = ("end", None)
