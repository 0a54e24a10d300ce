"""What the terminal remembers across a power cut: the newest checkpoint, and the records that came after it.

It does not know what is done with it; with no checkpoint it reads the whole ledger, which is slower and says
the same.
"""

from ..crypto import canonical, jose
from ..errors import TerminalError
from ..ledger import chain, summary
from ..ledger.checkpoint import SLOTS, Checkpoints
from ..pricing import calendar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from hal.ports import Storage

    from ..ledger.journal import Journal

    Document = dict[str, Any]


class Memory:
    """Checkpoint of the ledger's summary, of the office's acknowledgement and of the open session's
    progress.
    """

    def __init__(self, storage: "Storage", journal: "Journal", terminal: str, first_prev: str) -> None:
        """Read what is there.

        `known` is the summary, `acknowledged` the last sequence that the office has.
        """
        self._checkpoints = Checkpoints(storage)
        saved = self._checkpoints.load() or {}
        misplaced_seq = _put_back(storage, terminal, first_prev, saved)
        key = _check_owner(journal, terminal) or first_prev
        self.known: "Document" = saved.get("summary") or summary.start(key)
        # A checkpoint of before keys could change does not say whose the ledger is.
        self.known.setdefault("key", key)
        self.known.setdefault("order", None)
        self.acknowledged: int = saved.get("acknowledged", 0)
        is_whole = True
        for seq, compact in journal.read_from(self.known["next_seq"]):
            if seq != self.known["next_seq"]:
                is_whole = False
                # Among those that are lost may be one that announced another key, and its copy with it.
                self.known["key"] = jose.kid(compact)
            payload = canonical.decode(jose.split(compact, chain.RECORD_TYPE)[0])
            is_whole = is_whole or payload["kind"] == "session.started"
            self.known = summary.fold(self.known, seq, payload, chain.hash(compact))
        # What the first record has to say of those that are lost at the ledger's end, or None.
        is_known = bool(saved) or not storage.size(SLOTS[0])
        told = journal.last_seq(), misplaced_seq, self.acknowledged, is_known
        self.lost = _lost(storage, self.known, *told)
        # Whether the end of the session that seems open may be among the records that are lost.
        self.is_in_doubt = self.known["open"] is not None and not (is_whole and self.lost is None)
        self.progress = self._progress_of_open(saved.get("progress"))

    def _progress_of_open(self, progress: "Document | None") -> "Document | None":
        """Return a checkpoint's progress only where it belongs to the session that is open."""
        opened = self.known["open"]
        if opened is None or progress is None or progress["session"] != opened["session"]:
            return None
        return progress

    def register(self) -> "tuple[str | None, int | None, int | None]":
        """Return serial number and last known register of the meter, and when it showed that (UTC).

        The progress of an open session is newer than its start.
        """
        known, progress = self.known, self.progress
        at = known.get("last_at")
        utc_s = None if at is None else calendar.parse_utc(at)
        if progress is None:
            return known["meter_serial"], known["last_wh"], utc_s
        if utc_s is not None:
            utc_s += progress["elapsed_ms"] // 1000
        return known["meter_serial"], progress["wh"], utc_s

    def is_billed(self) -> bool:
        """Return whether a session ever began."""
        return self.known["receipts"] > 0 or self.known["open"] is not None

    def save(
        self, known: "Document", acknowledged: int, progress: "Document | None", is_milestone: bool = False
    ) -> None:
        """Write a checkpoint; where a session ended or an order was decided, one that is kept beside those to
        come. Raises OSError; the checkpoint before then still stands.
        """
        self.known, self.acknowledged, self.progress = known, acknowledged, progress
        document = {"summary": known, "acknowledged": acknowledged, "progress": progress}
        self._checkpoints.save(document, is_milestone)


def _lost(storage: "Storage", *told: "Any") -> "Document | None":
    # In memory only for this once.
    from . import damage

    return damage.at_the_end(storage, *told)


def _put_back(storage: "Storage", terminal: str, key: str, saved: "Document") -> int:
    """Give segments their own names back; return the newest number in one that keeps another's, 0: none."""
    # In memory only for this once.
    from ..ledger import misplaced

    known = saved.get("summary") or {}
    next_seq = known.get("next_seq", 1)
    ours = terminal, (key, known.get("key"))
    return misplaced.put_back(storage, ours, next_seq - misplaced.RECORDS, next_seq)[1]


def _check_owner(journal: "Journal", terminal: str) -> "str | None":
    """Refuse a ledger that another terminal wrote: its sequence cannot be gone on with.

    Return the key that signed its newest record, None of an empty one.
    """
    tail = journal.tail()
    if tail is None:
        return None
    owner = canonical.decode(jose.split(tail[1], chain.RECORD_TYPE)[0])["terminal"]
    if owner != terminal:
        raise TerminalError(
            "the ledger is that of terminal %s, not %s; give each a folder of its own" % (owner, terminal)
        )
    return jose.kid(tail[1])
