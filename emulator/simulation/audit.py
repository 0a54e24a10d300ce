"""Judges a ledger: does it hold, has every start its end, does the energy add up?

It does not know how the story went. Books can be kept while the story goes on; an audit reads it all at the
end.
"""

from firmware.crypto import canonical, jose
from firmware.errors import LedgerError
from firmware.ledger import chain as chains
from firmware.ledger.journal import Journal

# So many of the shortest records have room in the largest sector that goes bad, 4,096 bytes of noise.
MOST_PHANTOMS = 14
MOST_OF_A_WRITE = 4

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Books:
    """What the records say, one after another: chain, one end for each start, and energy that adds up to the
    meter's register.
    """

    def __init__(self, charger, first_wh: int, decode=canonical.decode):
        """Begin before the first record; `first_wh` is what the register showed then."""
        self.problems: "list[str]" = []
        self.records = 0
        # The newest register that a record tells, and whose it is (None: before the first).
        self.at_wh = first_wh
        self.serial = None
        # A fault excuses energy that nobody was billed for up to the next start, and no longer.
        self.is_excused = False
        self._opened = None
        # The newest end: its number and its session. Lost before a checkpoint told of it, it comes again.
        self._newest_end = (0, "")
        self.lost_end: "str | None" = None
        # The newest start: its number, its session, and register and meter before it. Lost with all that told
        # of it, it was never billed: the next session has its number and gives its energy back.
        self._newest_start: tuple = (0, "", first_wh, None)
        self._lost_start: "str | None" = None
        # The session of the newest start where another one that is lost had its number before.
        self.given_again: "str | None" = None
        # How many records the terminal has named as lost. What a missing one told of a session is not known.
        self.named = 0
        # What gives the hash of a record by its number, where somebody keeps them.
        self.hash_of: "Callable[[int], str | None]" = lambda seq: None
        self._is_blind = False
        self._charger = charger
        self._chain = chains.Chain(
            charger.config.id, charger.first_prev, charger.verify, decode=decode, verifier=charger.verifier
        )

    def is_open(self) -> "bool | None":
        """Return whether a session was begun that nothing has ended, None where a lost record may have."""
        return None if self._is_blind else self._opened is not None

    def next_seq(self) -> int:
        """Return the number that the next record has to have."""
        return self._chain.next_seq

    def key(self) -> str:
        """Return the thumbprint of the key to which the records lead: the next one has to name it."""
        return self._chain.key

    def enter(self, compact: str) -> dict:
        """Take the next record and return its payload; what is wrong with it is added to the problems."""
        self.records += 1
        payload = self._checked(compact)
        self._follow(payload)
        return payload

    def left_over(self, shown_wh: int) -> "str | None":
        """Return in words the energy that the meter shows and nobody answers for, or None."""
        left_wh = shown_wh - self.at_wh
        if left_wh and self._opened is None and not self.is_excused:
            return "%d Wh flowed after the last receipt" % left_wh
        return None

    def skip(self, payload) -> None:
        """Go on behind records that can no longer be read."""
        if payload["seq"] > self.next_seq():
            self._is_blind = self.is_excused = True
            self._chain.next_seq, self._chain.prev = payload["seq"], payload["prev"]

    def _damaged(self, payload):
        from firmware.ledger import damage

        named = damage.span(payload)
        if named is None:
            self.problems.append("record %d names no damage" % payload["seq"])
        else:
            self.named += named[1] - named[0] + 1
            if named[0] <= self._newest_end[0] <= named[1]:
                self.lost_end = self._newest_end[1]
            if named[0] <= self._newest_start[0] <= named[1]:
                self._lost_start = self._newest_start[1]

    def _goes_back(self, compact):
        """Return whether a record names all behind one that is known as lost, and goes on from that one, or
        from the newest that a checkpoint knows of: the end of the disk was damaged. It may name some numbers
        more, that were never given: where noise runs through records, nobody knows how many there were.
        """
        from firmware.ledger import damage

        payload = canonical.decode(jose.split(compact, chains.RECORD_TYPE)[0])
        named = damage.span(payload)
        # An interrupted write can leave noise between a record's beginning and its end.
        most = MOST_PHANTOMS if self._charger.is_damaged else MOST_OF_A_WRITE
        if named is None or not 0 <= named[1] - (self.next_seq() - 1) <= most:
            return False
        before = [self.hash_of(seq) for seq in range(named[0] - 1, self.next_seq())]
        if payload["seq"] != named[1] + 1 or payload["prev"] not in before:
            return False
        self._chain.next_seq, self._chain.prev = payload["seq"], payload["prev"]
        return True

    def _checked(self, compact):
        try:
            return self._chain.check(compact)
        except LedgerError as error:
            if self._goes_back(compact):
                return self._chain.check(compact)
            self.problems.append("the chain: %s" % error)
            return canonical.decode(jose.split(compact, chains.RECORD_TYPE)[0])

    def _follow(self, payload):
        kind = payload["kind"]
        if kind == "session.started":
            self._started(payload)
        elif kind == "session.ended":
            self._ended(payload)
        elif kind == "meter.commissioned":
            self._commissioned(payload["meter"])
        elif kind == "ledger.damaged":
            self._damaged(payload)
        elif kind == "fault" and payload["fault"] in ("contactor", "meter"):
            self.is_excused = True

    def _commissioned(self, meter):
        """Take a first register; one that shows nothing true excuses what comes until the first start."""
        self.is_excused = self.is_excused or meter["wh"] != self.at_wh
        self.at_wh, self.serial = meter["wh"], meter["serial"]

    def _started(self, payload):
        self.given_again = payload["session"] if payload["session"] == self._lost_start else None
        if self.given_again:
            self._forget_start()
        if self._opened and not self._is_blind:
            self.problems.append("%s began while %s was open" % (payload["session"], self._opened["session"]))
        meter = payload["meter"]
        if not self._is_blind:
            self._judge_start(payload, meter["wh"])
        self.is_excused = self._is_blind = False
        self._opened, self.lost_end, self._lost_start = payload, None, None
        self._newest_start = (payload["seq"], payload["session"], self.at_wh, self.serial)
        self.at_wh, self.serial = meter["wh"], meter["serial"]

    def _forget_start(self):
        """Go on as a terminal does that no longer knows of its newest session."""
        self._opened = None
        self.at_wh, self.serial = self._newest_start[2:]
        self.is_excused = True

    def _judge_start(self, payload, begun_wh):
        """Energy between an end and the next start is given back, to the Wh, and only after a fault."""
        given_wh = payload["unbilled_wh"]
        told = (payload["session"], begun_wh, self.at_wh, given_wh)
        if self.serial not in (None, payload["meter"]["serial"]):
            if given_wh:
                self.problems.append("%s gives back %d Wh of another meter" % (payload["session"], given_wh))
        elif self.is_excused and self.serial is not None:
            if given_wh != max(0, begun_wh - self.at_wh):
                self.problems.append("%s began at %d Wh after %d and gave back %d" % told)
        elif not self.is_excused and (self.at_wh != begun_wh or given_wh):
            self.problems.append("%s began at %d Wh, the last end was %d; %d were given back" % told)

    def _ended(self, payload):
        self._newest_end = (payload["seq"], payload["session"])
        if self._is_blind or payload["session"] == self.lost_end:
            self.at_wh = payload["meter"]["start_wh"]
        elif self._opened is None or self._opened["session"] != payload["session"]:
            self.problems.append("%s ended and was not open" % payload["session"])
            return
        meter = payload["meter"]
        energy_wh = payload["energy_wh"]
        if meter["start_wh"] != self.at_wh or meter["stop_wh"] - meter["start_wh"] != energy_wh:
            self.problems.append("%s: energy and registers differ" % payload["session"])
        self._opened = None
        self.at_wh = meter["stop_wh"]
        # What flowed beyond what is known for certain, or could be believed, is given back.
        flags = payload.get("flags", ())
        self.is_excused = self.is_excused or "records_lost" in flags or "meter_jump" in flags


class Audit(Books):
    """Reads the whole ledger of a charger once."""

    def __init__(self, charger, storage, first_wh: int, on_record, decode=canonical.decode):
        """Read a storage that needs no power; call `on_record(compact, payload)` for each record in it."""
        super().__init__(charger, first_wh, decode)
        for _seq, compact in Journal(storage).read_from(1):
            if _seq > self.next_seq():
                self.skip(decode(jose.split(compact, chains.RECORD_TYPE)[0]))
            on_record(compact, self.enter(compact))
        left_over = self.left_over(charger.world.shown_wh())
        if left_over:
            self.problems.append(left_over)
        if charger.office.next_seq() > self.next_seq():
            self.problems.append("the office holds more records than the ledger")
        if charger.office.skipped > self.named:
            told = (charger.office.skipped, self.named)
            self.problems.append("the office does without %d records, the ledger names %d as lost" % told)
