"""Damages the disk at rest: what is intact reaches the office, what is lost is named under a signature."""

from emulator.models import decay
from emulator.models.prng import Prng
from firmware.crypto import canonical, jose
from firmware.ledger import damage, segment
from firmware.ledger.audit import check_ledger
from firmware.ledger.checkpoint import MILESTONE, SLOTS
from firmware.ledger.journal import Journal
from firmware.terminal import startup
from tests.emulator.simulation.test_bad_ports import Played

SHORT = [(5, "plug", True), (5, "tap", "alice"), (30, "tap", "alice"), (10, "plug", False)]
# Some records are with the office, some are not, when the power goes.
BEFORE = SHORT + [(60, "wait", "uploaded"), (0, "link", "down")] + SHORT + SHORT + [(60, "power", "cut")]
AFTER = (
    [(3600, "power", "on")]
    + SHORT
    + [(60, "link", "up"), (900, "wait", "uploaded")]
    + SHORT
    + [(90, "wait", "idle")]
)
# Some three records, so that there are several segments.
SEGMENT_BYTES = 3000
# So many of each kind of damage.
SEEDS = 3


class Damaged:
    """A story whose disk is damaged while its power is off, and what is left of it."""

    def __init__(self, spoil, before=BEFORE):
        self._spoil = spoil
        self._cuts = [step[2] for step in before].count("cut")
        self.had = 0
        startup.Journal = lambda storage, sector_bytes: Journal(storage, SEGMENT_BYTES, sector_bytes)
        try:
            self.played = Played(before + AFTER, self._prepare)
        finally:
            startup.Journal = Journal
        charger = self.played.charger
        self.disk, self.office = charger.disk, charger.office
        self.last = charger.assembly.recorder.known["next_seq"] - 1
        kept = [seq for seq, _ in Journal(self.disk).read_from(1)]
        self.missing = [seq for seq in range(1, self.last + 1) if seq not in kept]
        self.told = [damage.span(record) for record in self.played.of("ledger.damaged")]

    def _prepare(self, charger):
        async def wait():
            await charger.kernel.sleep_ms(1000)
            for _ in range(self._cuts):
                while not charger.is_powered():
                    await charger.kernel.sleep_ms(1000)
                while charger.is_powered():
                    await charger.kernel.sleep_ms(1000)
            self.had = charger.office.next_seq() - 1
            self._spoil(charger.disk.platter())

        charger.kernel.spawn(wait())

    def holds(self):
        """Everything reached the office but what is lost, and that was told once."""
        self.played.holds()
        assert self.office.next_seq() == self.last + 1, (self.office.next_seq(), self.last)
        lost = [seq for seq in self.missing if seq > self.had]
        assert self.office.skipped == len(lost), (self.office.skipped, self.missing, self.had)
        told = [seq for first, last, _ in self.told for seq in range(first, last + 1)]
        assert len(told) == len(set(told)), self.told
        assert [seq for seq in lost if seq not in told] == []
        assert [seq for seq in told if seq not in self.missing] == []
        assert not [fault for fault in self.played.of("fault") if fault["fault"] != "storage"]
        assert self.played.of("session.ended")[-1]["reason"] == "card"
        assert self.played.charger.session().state == "idle"
        return self


def test_whatever_is_damaged_the_rest_is_uploaded_and_what_the_office_lacks_is_named_once():
    for kind in decay.KINDS:
        for seed in range(SEEDS):
            Damaged(lambda disk, k=kind, s=seed: spoil_and_check(disk, k, s)).holds()


def spoil_and_check(disk, kind, seed):
    """Damage a disk; whatever it is, a check comes to its end and says where."""
    decay.damage(disk, Prng(seed, kind), kind)
    for problem in check_ledger(disk, None)["problems"]:
        assert problem["what"] and problem["file"] in list(disk.names()) + list(SLOTS) + [MILESTONE], problem


def named(*changes):
    """Return what gives segments other names, by their places: the first, the last …; several at once."""

    def spoil(disk):
        names = list(segment.each(disk))
        contents = [(disk.read(names[place]), other) for place, other in changes]
        for place, _ in changes:
            disk.remove(names[place])
        for content, other in contents:
            disk.replace(other if isinstance(other, str) else names[other], content)

    return spoil


def test_a_segment_under_another_name_is_put_back_and_nothing_is_lost_with_it():
    ways = [named((-1, segment.name(900))), named((-2, "ledger-old.log")), named((0, -1), (-1, 0))]
    ways.append(named((-1, -2), (-2, -3), (-3, -1)))
    for way in ways:
        for before in (BEFORE, REJECTED):
            damaged = Damaged(way, before).holds()
            assert damaged.missing == [] and damaged.told == [] and damaged.office.skipped == 0
            charger = damaged.played.charger
            found = check_ledger(damaged.disk, charger.verify, charger.config.id, charger.first_prev)
            assert found["holds"], found["problems"]


def test_a_segment_that_gets_lost_while_the_terminal_runs_is_looked_for_before_it_is_called_lost():
    def tamper(charger):
        async def wait():
            while charger.kernel.now_ms < 600_000:
                await charger.kernel.sleep_ms(1000)
            names = list(segment.each(charger.disk.platter()))
            assert len(names) > 2
            charger.disk.platter().rename(names[1], segment.name(900))

        charger.kernel.spawn(wait())

    startup.Journal = lambda storage, sector_bytes: Journal(storage, SEGMENT_BYTES, sector_bytes)
    try:
        steps = (
            [(0, "link", "down")] + SHORT + SHORT + SHORT + [(900, "link", "up"), (900, "wait", "uploaded")]
        )
        played = Played(steps, tamper).holds()
    finally:
        startup.Journal = Journal
    assert played.of("ledger.damaged") == [] and played.charger.office.skipped == 0


def spoilt(*numbers):
    """Return what changes a byte in the middle of these records."""

    def spoil(disk):
        for name in segment.each(disk):
            content = bytearray(disk.read(name))
            for offset, compact, _what, _next in segment.scan(bytes(content)):
                if compact and segment.seq_of(compact) in numbers:
                    content[offset + 300] ^= 1
            disk.replace(name, bytes(content))

    return spoil


def test_records_that_the_office_has_need_no_declaration():
    damaged = Damaged(spoilt(2, 4)).holds()
    assert damaged.missing == [2, 4] and damaged.had == 5
    assert damaged.told == [] and damaged.office.skipped == 0


def test_each_gap_is_named_by_a_record_of_its_own():
    damaged = Damaged(spoilt(6, 7, 9)).holds()
    assert damaged.had == 5 and damaged.missing == [6, 7, 9]
    assert [told[:2] for told in damaged.told] == [(6, 7), (9, 9)]
    assert [record["why"] for record in damaged.played.of("ledger.damaged")] == ["damaged", "damaged"]


def test_a_check_names_what_is_lost_where_and_which_record_says_so():
    damaged = Damaged(spoilt(6, 7, 9)).holds()
    charger = damaged.played.charger
    found = check_ledger(damaged.disk, charger.verify, charger.config.id, charger.first_prev)
    assert not found["holds"]
    first, second = [record["seq"] for record in damaged.played.of("ledger.damaged")]
    told = [(problem["seq"], problem.get("declared")) for problem in found["problems"]]
    # Two damaged lines and the gap that they leave, one damaged line and its gap.
    assert told == [(6, first), (6, first), (8, first), (9, second), (10, second)]
    for problem in found["problems"]:
        assert problem["what"].endswith("; record %d says so" % problem["declared"])
        assert damaged.disk.read(problem["file"], problem["offset"], 1)


# A card that is turned away leaves a record and no checkpoint.
REJECTED = BEFORE[:-1] + [(1, "tap", "stolen"), (60, "power", "cut")]


def test_a_damaged_record_at_the_end_that_no_checkpoint_knows_keeps_its_number():
    damaged = Damaged(spoilt(10), REJECTED).holds()
    assert damaged.missing == [10] and damaged.told == [
        (10, 10, damaged.played.of("ledger.damaged")[0]["prev"])
    ]
    # It is the first record of the start.
    assert [record["kind"] for record in damaged.played.records if record["seq"] > 10][:2] == [
        "ledger.damaged",
        "boot",
    ]


def test_a_lost_end_that_the_office_has_is_gone_on_with():
    # The office takes all of it, and the terminal never hears so.
    steps = SHORT + [(60, "wait", "uploaded"), (0, "link", "loses_answers"), (1, "tap", "stolen")]
    damaged = Damaged(spoilt(6), steps + [(60, "power", "cut")])
    damaged.holds()
    assert damaged.had == 6 and damaged.missing == [6] and damaged.office.skipped == 0
    assert [told[:2] for told in damaged.told] == [(6, 6)]


def test_a_write_that_was_cut_short_is_no_damage():
    def tear(disk):
        disk.append(segment.newest(disk), b"0badc0de eyJhbGciOiJFUzI1NiIsImtpZCI6In")

    damaged = Damaged(
        tear,
        REJECTED + [(60, "power", "on"), (1, "cut_at_write", 2), (1, "tap", "stolen"), (60, "power", "cut")],
    )
    damaged.holds()
    assert damaged.told == [] and damaged.missing == []


def with_checkpoints(kind, *slots):
    """Return what changes the newest record of a kind, and removes these checkpoints."""

    def spoil(disk):
        seqs = []
        for seq, compact in Journal(disk).read_from(1):
            if canonical.decode(jose.split(compact, "record+jws")[0])["kind"] == kind:
                seqs.append(seq)
        spoilt(seqs[-1])(disk)
        for slot in slots:
            disk.remove(slot)

    return spoil


def sessions(damaged, kind):
    return [record["session"] for record in damaged.played.of(kind)]


def test_an_end_that_is_lost_with_both_checkpoints_is_not_written_twice():
    for before in (BEFORE, REJECTED):
        damaged = Damaged(with_checkpoints("session.ended", *SLOTS), before).holds()
        started, ended = sessions(damaged, "session.started"), sessions(damaged, "session.ended")
        assert len(started) == 5 and ended == [each for each in started if each != "KT-0001-000003"]
        assert len(damaged.missing) == 1


def test_a_start_that_is_recorded_after_a_lost_end_says_that_the_session_ended():
    before = REJECTED + [(5, "power", "on"), (60, "power", "cut")]
    damaged = Damaged(with_checkpoints("session.ended", MILESTONE, *SLOTS), before).holds()
    assert sessions(damaged, "session.ended").count("KT-0001-000003") == 0
    assert sessions(damaged, "session.started").count("KT-0001-000004") == 1


def test_a_session_that_may_have_ended_among_lost_records_is_billed_for_nothing_that_is_not_known():
    for before in (BEFORE, REJECTED):
        damaged = Damaged(with_checkpoints("session.ended", MILESTONE, *SLOTS), before).holds()
        again = [ended for ended in damaged.played.of("session.ended") if "records_lost" in ended["flags"]]
        assert [(ended["session"], ended["energy_wh"]) for ended in again] == [("KT-0001-000003", 0)]
        # All that flowed since it began is given back, and told.
        following = damaged.played.of("session.started")[3]
        assert following["session"] == "KT-0001-000004"
        assert following["unbilled_wh"] == following["meter"]["wh"] - again[0]["meter"]["stop_wh"] > 0
        assert "records_lost" not in str([ended["flags"] for ended in damaged.played.of("session.ended")[3:]])


def cut_short_without_checkpoints(disk):
    """Take the last bytes of the newest record, and all checkpoints."""
    newest = segment.newest(disk)
    disk.replace(newest, disk.read(newest)[:-40])
    for slot in SLOTS + (MILESTONE,):
        disk.replace(slot, b"0badc0de 1 {}")


def test_a_last_line_that_is_cut_short_keeps_its_number_where_no_checkpoint_knows_of_it():
    # The office has it, and would refuse another one in its place.
    steps = SHORT + [(60, "wait", "uploaded"), (0, "link", "loses_answers"), (1, "tap", "stolen")]
    damaged = Damaged(cut_short_without_checkpoints, steps + [(60, "power", "cut")])
    damaged.holds()
    assert damaged.had == 6 and damaged.missing == [6] and [told[:2] for told in damaged.told] == [(6, 6)]


def noise_at_the_end(disk):
    """Put noise with many line feeds in the place of the last two records, the first of which a checkpoint
    knows.
    """
    for name in segment.each(disk):
        content = bytearray(disk.read(name))
        for offset, compact, _what, following in segment.scan(bytes(content)):
            if segment.seq_of(compact) >= 9:
                noise = (b"A" * 39 + b"\n") * (following - offset)
                content[offset:following] = noise[offset - following :]
        disk.replace(name, bytes(content))


def test_noise_at_the_end_is_named_once_and_counts_for_no_more_than_has_room_in_it():
    damaged = Damaged(noise_at_the_end, REJECTED).holds()
    assert len(damaged.told) == 1
    first, last, _ = damaged.told[0]
    # 3,371 bytes are eleven records at most, and had 84 lines.
    assert first == 9 and 10 <= last <= 8 + 11, damaged.told
