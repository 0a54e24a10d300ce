"""Reads the ledger that a story left: does it hold, has every start its end, does the energy add up?

It does not know how the story went.
"""

from firmware.crypto import canonical, jose
from firmware.errors import LedgerError
from firmware.ledger import chain as chains
from firmware.ledger.journal import Journal


class Audit:
    """Reads the whole ledger once: chain, one end for each start, and energy that adds up to the meter's
    register.
    """

    def __init__(self, charger, first_wh: int, on_record, decode=canonical.decode):
        """Call `on_record(compact, payload)` for each record on the way."""
        self.problems: "list[str]" = []
        self.records = 0
        self._opened = None
        self._at_wh = first_wh
        self._broken = False
        self._chain = chains.Chain(charger.config.id, charger.first_prev, charger.verify, decode=decode)
        for _seq, compact in Journal(charger.disk).read_from(1):
            self.records += 1
            payload = self._checked(compact)
            self._follow(payload)
            on_record(compact, payload)
        self._compare(charger)

    def is_open(self) -> bool:
        """Return whether the ledger ends with a session that nothing has ended."""
        return self._opened is not None

    def _checked(self, compact):
        try:
            return self._chain.check(compact)
        except LedgerError as error:
            self.problems.append("the chain: %s" % error)
            return canonical.decode(jose.split(compact, chains.RECORD_TYPE)[0])

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
        if not self._broken and (self._at_wh != begun_wh or payload["unbilled_wh"]):
            told = (payload["session"], begun_wh, self._at_wh, payload["unbilled_wh"])
            self.problems.append("%s began at %d Wh, the last end was %d; %d were given back" % told)
        # A fault excuses energy that nobody was billed for up to the next start, and no longer.
        self._broken = False
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
