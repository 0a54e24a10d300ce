"""What must hold after every step of a story, and at its end: each a function that returns what is wrong, or
None.

They do not know how the terminal keeps its promises, only what they are.
"""

from firmware.crypto import canonical, jose
from firmware.errors import LedgerError
from firmware.ledger import chain as chains
from firmware.ledger.journal import Journal


def contactor_needs_session(charger) -> "str | None":
    """Power is never commanded without a session that the ledger holds open."""
    if not charger.world.is_commanded() or charger.assembly is None:
        return None
    opened = charger.assembly.recorder.known["open"]
    return None if opened else "the contactor is commanded closed and no session is open in the ledger"


def office_holds_what_it_acknowledged(charger) -> "str | None":
    """The office has stored each record once, without a gap."""
    office = charger.office
    if office.stored != office.next_seq() - 1:
        return "the office stored %d records and expects number %d" % (office.stored, office.next_seq())
    return None


def terminal_believes_the_office(charger) -> "str | None":
    """The terminal takes nothing for delivered that the office does not have."""
    if charger.assembly is None:
        return None
    believed = charger.assembly.outbox.acknowledged
    if believed >= charger.office.next_seq():
        return "the terminal believes %d delivered, the office expects %d" % (
            believed,
            charger.office.next_seq(),
        )
    return None


AFTER_EVERY_STEP = (contactor_needs_session, office_holds_what_it_acknowledged, terminal_believes_the_office)


class Audit:
    """Reads the whole ledger once: chain, one end for each start, and energy that adds up to the meter's
    register.
    """

    def __init__(self, charger, first_wh: int, on_record):
        """Call `on_record(compact, payload)` for each record on the way."""
        self.problems = []
        self.records = 0
        self._opened = None
        self._at_wh = first_wh
        self._broken = False
        chain = chains.Chain(charger.config.id, charger.first_prev, charger.verify)
        for _seq, compact in Journal(charger.disk).read_from(1):
            self.records += 1
            try:
                payload = chain.check(compact)
            except LedgerError as error:
                self.problems.append("the chain: %s" % error)
                payload = canonical.decode(jose.split(compact, chains.RECORD_TYPE)[0])
            self._follow(payload)
            on_record(compact, payload)
        self._compare(charger)

    def _follow(self, payload):
        kind = payload["kind"]
        if kind == "session.started":
            self._started(payload)
        elif kind == "session.ended":
            self._ended(payload)
        elif kind == "fault" and payload["fault"] in ("contactor", "meter"):
            self._broken = True

    def _started(self, payload):
        if self._opened:
            self.problems.append("%s began while %s was open" % (payload["session"], self._opened["session"]))
        begun_wh = payload["meter"]["wh"]
        if self._at_wh + payload["unbilled_wh"] != begun_wh and not self._broken:
            told = (payload["session"], begun_wh, self._at_wh, payload["unbilled_wh"])
            self.problems.append("%s began at %d Wh, the last end was %d and %d were given back" % told)
        self._opened = payload
        self._at_wh = begun_wh

    def _ended(self, payload):
        if self._opened is None or self._opened["session"] != payload["session"]:
            self.problems.append("%s ended and was not open" % payload["session"])
            return
        meter = payload["meter"]
        energy_wh = payload["energy_wh"]
        if meter["start_wh"] != self._at_wh or meter["stop_wh"] - meter["start_wh"] != energy_wh:
            self.problems.append("%s: energy and registers differ" % payload["session"])
        self._opened = None
        self._at_wh = meter["stop_wh"]

    def _compare(self, charger):
        """Find energy that the meter counted and nobody answers for."""
        left_wh = charger.world.shown_wh() - self._at_wh
        if left_wh and self._opened is None and not self._broken:
            self.problems.append("%d Wh flowed after the last receipt" % left_wh)
        if charger.office.next_seq() - 1 > self.records:
            self.problems.append("the office holds more records than the ledger")
