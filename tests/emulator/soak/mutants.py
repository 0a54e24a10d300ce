"""Terminals that break a promise on purpose: each mutant patches one thing, and the soak has to notice.

They do not know stories; `test_mutants.py` plays the standard set with each.
"""

from collections.abc import Iterator
from typing import Any

from pytest import MonkeyPatch

from emulator.models.disk import Disk
from emulator.simulation.board import CardInField, Clock
from emulator.simulation.charger import Charger
from firmware.access.contracts import Contracts
from firmware.cards import token as tokens
from firmware.errors import CardError, StorageRefused
from firmware.ledger import damage, misplaced, summary
from firmware.ledger.checkpoint import Checkpoints
from firmware.ledger.journal import Journal
from firmware.ledger.outbox import Outbox
from firmware.receipts import correction
from firmware.session import actions, events, state, table
from firmware.terminal import backlog, commands, performer, resuming
from firmware.terminal.billing import Billing
from firmware.terminal.meter import Meter
from firmware.terminal.ordering import Ordering
from firmware.terminal.reader import Reader
from firmware.terminal.recorder import Recorder
from firmware.terminal.room import Room
from firmware.terminal.terminal import Terminal
from firmware.terminal.uploader import Uploader
from firmware.uplink import orders


def skip_the_sync(patch: MonkeyPatch) -> None:
    """Lose the newest append with the power: nobody told the disk to make it durable."""
    newest: dict[int, tuple[str, int]] = {}
    append, replace, cut = Disk.append, Disk.replace, Charger.power_cut

    def cached(disk: Any, name: str, content: bytes) -> None:
        before = disk.size(name)
        append(disk, name, content)
        newest[id(disk)] = name, before

    def synced(disk: Any, name: str, content: bytes) -> None:
        replace(disk, name, content)
        newest.pop(id(disk), None)

    def lose(charger: Any) -> None:
        cut(charger)
        name, size = newest.pop(id(charger.disk), ("", 0))
        if name:
            platter = charger.disk.platter()
            platter.replace(name, platter.read(name, 0, size))

    patch.setattr(Disk, "append", cached)
    patch.setattr(Disk, "replace", synced)
    patch.setattr(Charger, "power_cut", lose)


def close_before_the_start_is_written(patch: MonkeyPatch) -> None:
    """Let power flow for a session that the ledger does not hold yet."""
    _reorder(patch, state.STARTING, events.READING, events.CLOSE)


def show_the_receipt_before_it_is_written(patch: MonkeyPatch) -> None:
    """Tell the driver of a receipt that a power cut can still lose."""
    real = performer.Performer._end

    async def end(hands: Any, session: Any, ending: Any) -> None:
        hands._board.panel.show({"id": "receipt", "language": "en", "lines": ["Thank you"]})
        await real(hands, session, ending)

    patch.setattr(performer.Performer, "_end", end)


def _reorder(patch: MonkeyPatch, one: str, event: str, first: str) -> None:
    real = table.TABLE[one][event]

    def hasty(session: Any, facts: Any) -> Any:
        after, effects = real(session, facts)
        return after, tuple(sorted(effects, key=lambda effect: effect[0] != first))

    patch.setitem(table.TABLE[one], event, hasty)


def leave_the_contactor_closed(patch: MonkeyPatch) -> None:
    """End a session without opening its contactor."""
    real = actions._finish

    def finish(session: Any, reason: str, *more: Any) -> Any:
        after, effects = real(session, reason, *more)
        return after, tuple(effect for effect in effects if effect[0] != events.OPEN)

    patch.setattr(actions, "_finish", finish)


def forget_the_checkpoint(patch: MonkeyPatch) -> None:
    """Begin every start with the ledger alone."""
    patch.setattr(Checkpoints, "load", lambda checkpoints: None)
    patch.setattr(Checkpoints, "save", lambda checkpoints, document, is_milestone=False: None)


def drop_the_tail(patch: MonkeyPatch) -> None:
    """Take the newest record after a start for torn."""
    real = Journal.read_from

    def all_but_one(journal: Any, seq: int, problem: Any = None) -> Iterator[tuple]:
        yield from list(real(journal, seq, problem))[:-1]

    patch.setattr(Journal, "read_from", all_but_one)


def forget_the_open_session(patch: MonkeyPatch) -> None:
    """Rest after a power cut, as if no session had been open."""

    async def rest(terminal: Any) -> None:
        terminal._parts.outlet.open()
        told = {"firmware": "mutant", "key": terminal._parts.recorder.key}
        await terminal._parts.recorder.record_when_possible("boot", told)
        await terminal._adopt(actions.resting(terminal.session), None)

    patch.setattr(Terminal, "begin", rest)


def end_at_the_last_reading_before_the_cut(patch: MonkeyPatch) -> None:
    """Bill a session that was interrupted up to its checkpoint alone."""
    patch.setitem(table.TABLE[state.RECOVERING], events.READING, actions.end_unread)


def give_nothing_back(patch: MonkeyPatch) -> None:
    """Keep silent on energy that flowed between two sessions."""
    patch.setattr(performer, "_unbilled_wh", lambda known, reading: 0)


def bill_another_meters_register(patch: MonkeyPatch) -> None:
    """Believe every register, whosever it is."""
    patch.setattr(Meter, "pin", lambda meter, *known: None)
    patch.setattr(performer.Performer, "_lie_of", lambda performer, billing, reading: None)


def take_for_delivered_what_was_not_sent(patch: MonkeyPatch) -> None:
    """Accept whatever number an answer bears."""
    patch.setattr(Uploader, "_go_on", lambda uploader, next_seq, sent: uploader._outbox.acknowledge(next_seq))


def take_for_delivered_before_the_answer(patch: MonkeyPatch) -> None:
    """Acknowledge a batch as soon as it is on its way."""
    real = Uploader._send

    async def send(uploader: Any, batch: list) -> Any:
        uploader._outbox.acknowledge(uploader._outbox.acknowledged + 1 + len(batch))
        return await real(uploader, batch)

    patch.setattr(Uploader, "_send", send)


def never_go_back(patch: MonkeyPatch) -> None:
    """Believe an office no more that asks for what it once had."""
    real = Outbox.acknowledge

    def acknowledge(outbox: Any, next_seq: int) -> None:
        real(outbox, max(next_seq, outbox.acknowledged + 1))

    patch.setattr(Outbox, "acknowledge", acknowledge)


def write_1970(patch: MonkeyPatch) -> None:
    """Make up a time while the clock is unset."""
    real = Recorder.moment

    def moment(recorder: Any) -> dict:
        told: dict = real(recorder)
        return {**told, "at": told["at"] or "1970-01-01T00:00:00Z"}

    patch.setattr(Recorder, "moment", moment)


def never_tell_that_the_clock_is_known(patch: MonkeyPatch) -> None:
    """Leave the records that have no time without one for ever."""
    patch.setattr(
        Recorder, "_unset_seq", property(lambda recorder: 0, lambda recorder, seq: None), raising=False
    )


def count_time_by_the_clock(patch: MonkeyPatch) -> None:
    """Take durations from the wall clock, which people set."""
    real = Clock.ticks_ms

    def ticks_ms(clock: Any) -> int:
        step_s = clock._wall._step_s
        return (int(real(clock)) + 1000 * step_s) & ((1 << 30) - 1)

    patch.setattr(Clock, "ticks_ms", ticks_ms)


def lose_what_storage_refused(patch: MonkeyPatch) -> None:
    """Take the end of a session that storage refused for written."""
    real = Recorder.record

    async def record(recorder: Any, kind: str, members: dict) -> Any:
        try:
            return await real(recorder, kind, members)
        except StorageRefused:
            recorder.known = {**recorder.known, "open": None}
            return members

    patch.setattr(Recorder, "record", record)


def bill_the_pause(patch: MonkeyPatch) -> None:
    """Count the time without power as the driver's, where a session goes on."""
    real = Billing.resume

    def resume(billing: Any, reading: dict, is_parking: bool) -> None:
        billing.elapsed_ms += 1000 * (reading["pause"]["to_s"] - reading["pause"]["from_s"])
        real(billing, reading, is_parking)

    patch.setattr(Billing, "resume", resume)


def pass_over_what_is_damaged(patch: MonkeyPatch) -> None:
    """Name nothing as lost: the upload stays where a record went bad."""
    patch.setattr(Uploader, "_proof", lambda uploader, gap, batch: [])


def write_into_a_neighbours_sector(patch: MonkeyPatch) -> None:
    """Leave no room behind a record where a torn write harms what else lies in its sector."""
    patch.setattr(Journal, "_whole", lambda journal, line, at: line)


def take_noise_for_lost_records(patch: MonkeyPatch) -> None:
    """Name as lost what an interrupted write left."""
    patch.setattr(damage, "_was_whole", lambda line: True)


def never_take_the_storages_fault_back(patch: MonkeyPatch) -> None:
    """Stay out of order though storage takes records again."""
    real = Room._clear

    def clear(room: Any) -> None:
        if not room._is_short:
            real(room)

    patch.setattr(Room, "_clear", clear)


def end_by_its_card_what_power_ended(patch: MonkeyPatch) -> None:
    """Keep silent on the power cut that ended a session."""
    real = actions.recovering

    def recovering(session: Any, opened: Any) -> Any:
        after, effects = real(session, opened)
        return after.but(reason="card", flags=()), effects

    patch.setattr(actions, "recovering", recovering)


def resume_however_late(patch: MonkeyPatch) -> None:
    """Let a session go on for whoever is plugged in then."""
    real = resuming.pause
    patch.setattr(resuming, "pause", lambda billing, reading, within_s: real(billing, reading, 1 << 29))


def begin_on_full_storage(patch: MonkeyPatch) -> None:
    """Spend on new sessions the room that is kept for the open one and for faults."""
    patch.setattr(actions, "BLOCKING", tuple(code for code in actions.BLOCKING if code != "storage"))


def drop_what_storage_refused(patch: MonkeyPatch) -> None:
    """Write no fault later that storage did not take at once."""
    patch.setattr(backlog, "keep", lambda kept, kind, members, moment: None)


def believe_a_proof_that_was_cut_short(patch: MonkeyPatch) -> None:
    """Take a card that was pulled away in the middle of its proof for one that had proved itself."""
    real = Reader._ask

    async def ask(reader: Any, kind: str, card: Any) -> Any:
        try:
            return await real(reader, kind, card)
        except (OSError, CardError):
            return {"token": {**tokens.from_uid(card.uid), "level": "SECURE"}}

    patch.setattr(Reader, "_ask", ask)


def take_a_copied_uid_for_proof(patch: MonkeyPatch) -> None:
    """Let a bare UID in where the contract asks for a card that proves itself."""
    real = Contracts.decide
    patch.setattr(
        Contracts, "decide", lambda known, token, day: real(known, {**token, "level": "SECURE"}, day)
    )


def end_a_session_by_a_copy_of_its_card(patch: MonkeyPatch) -> None:
    """Ask for proof at a session's beginning only."""
    patch.setattr(actions, "_is_own", lambda session, facts: facts["token"]["uid"] == session.token["uid"])


def read_no_card_after_one_that_was_pulled(patch: MonkeyPatch) -> None:
    """Wait for ever for the answer of a card that is gone."""
    real = CardInField.transmit

    async def transmit(card: Any, apdu: bytes) -> Any:
        try:
            return await real(card, apdu)
        except OSError:
            while True:
                await card._antenna.kernel.sleep_ms(60_000)

    patch.setattr(CardInField, "transmit", transmit)


def believe_every_order(patch: MonkeyPatch) -> None:
    """Take an order for the operator's whoever signed it, and for new however old it is."""
    patch.setattr(orders, "_refusal", lambda order, asked: None)


def forget_at_a_start_what_was_ordered(patch: MonkeyPatch) -> None:
    """Go by the configuration's prices and contracts after a start."""
    patch.setattr(Ordering, "bring", lambda decision: None)


def leave_segments_under_other_names(patch: MonkeyPatch) -> None:
    """Take for lost what stands under another name."""
    patch.setattr(misplaced, "put_back", lambda *told: (0, 0))


def cancel_what_is_cancelled(patch: MonkeyPatch) -> None:
    """Give money back for a receipt as often as somebody orders it."""
    patch.setattr(commands, "_follow", lambda command, corrected: None)


def forget_that_an_order_was_carried_out(patch: MonkeyPatch) -> None:
    """Carry its commands out once more with each start, and before the next order."""
    patch.setitem(summary._KINDS, correction.CANCELLED, lambda after, payload: None)


MUTANTS = (
    skip_the_sync,
    close_before_the_start_is_written,
    show_the_receipt_before_it_is_written,
    leave_the_contactor_closed,
    forget_the_checkpoint,
    drop_the_tail,
    forget_the_open_session,
    end_at_the_last_reading_before_the_cut,
    give_nothing_back,
    bill_another_meters_register,
    take_for_delivered_what_was_not_sent,
    take_for_delivered_before_the_answer,
    never_go_back,
    write_1970,
    never_tell_that_the_clock_is_known,
    count_time_by_the_clock,
    lose_what_storage_refused,
    bill_the_pause,
    pass_over_what_is_damaged,
    write_into_a_neighbours_sector,
    take_noise_for_lost_records,
    never_take_the_storages_fault_back,
    end_by_its_card_what_power_ended,
    resume_however_late,
    begin_on_full_storage,
    drop_what_storage_refused,
    believe_a_proof_that_was_cut_short,
    take_a_copied_uid_for_proof,
    end_a_session_by_a_copy_of_its_card,
    read_no_card_after_one_that_was_pulled,
    believe_every_order,
    forget_at_a_start_what_was_ordered,
    leave_segments_under_other_names,
    cancel_what_is_cancelled,
    forget_that_an_order_was_carried_out,
)
