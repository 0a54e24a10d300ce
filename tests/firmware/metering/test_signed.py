"""Transactions of signing meters, with a power cut at every step: no record is lost, none is stuck."""

from emulator.models.signing_meters import SigningEm580, SigningWm3m4
from firmware.errors import MeteringError
from firmware.metering import signed
from tests.portable import raises

SESSION = "KT-0001-000007"
TEXT = '{"FV":"1.0","PG":"%s","ID":"04A1B2C3D4E580"}'
FACTS = {
    "session": SESSION,
    "uid": "04A1B2C3D4E580",
    "tariff": "0.49 EUR/kWh",
    "evse_id": "DE*KTP*E1",
    "utc_s": 1774717140,
    "offset_min": 60,
    "text": TEXT % SESSION,
}
OTHER = dict(FACTS, session="KT-0001-000006", text=TEXT % "KT-0001-000006")
PAIRS = ((signed.Em580, SigningEm580), (signed.Wm3m4, SigningWm3m4))


class Cut(Exception):
    """The power went."""


def carry(meter, dialogue, steps=10000):
    """Carry a dialogue over for so many steps and return what it returns; Cut where it has more."""
    answer = None
    try:
        while True:
            asked = dialogue.send(answer)
            if not steps:
                raise Cut()
            steps -= 1
            answer = None
            if asked[0] == "read":
                assert asked[3] <= 125
                answer = meter.read(asked[2], asked[3])
            elif asked[0] == "write":
                assert 1 <= len(asked[2]) <= 123
                meter.write(asked[1], asked[2])
    except StopIteration as ended:
        return ended.value


def test_a_transaction_gives_its_record_until_it_is_forgotten():
    for make, emulated in PAIRS:
        protocol, meter = make(), emulated()
        assert carry(meter, protocol.begin(FACTS)) is None
        record = carry(meter, protocol.end(FACTS))
        assert record.startswith("OCMF|{") and SESSION in record and "04A1B2C3D4E580" in record
        # Fetched again, as after a power cut before it was durable.
        assert carry(meter, protocol.end(FACTS)) == record
        carry(meter, protocol.forget())
        assert carry(meter, protocol.begin(OTHER)) is None
        assert OTHER["session"] in carry(meter, protocol.end(OTHER))


def test_the_em580_is_told_who_charges_where_and_for_what():
    meter = SigningEm580()
    carry(meter, signed.Em580().begin(FACTS))
    assert meter.words[0x7000] == 1
    assert meter.text(0x7007, 20) == "04A1B2C3D4E580"
    assert meter.text(0x701C, 20) == "DE*KTP*E1"
    assert meter.text(0x6900, 126) == "0.49 EUR/kWh<=>" + SESSION
    # 1774717140 s, low word first.
    assert [meter.words[0x7032 + i] for i in range(4)] == [1774717140 & 0xFFFF, 1774717140 >> 16, 0, 0]


def test_a_power_cut_at_any_step_of_a_start_leaves_one_transaction_or_none():
    for make, emulated in PAIRS:
        for steps in range(60):
            protocol, meter = make(), emulated()
            try:
                carry(meter, protocol.begin(FACTS), steps)
            except Cut:
                pass
            meter.power_failure()
            left = carry(meter, protocol.begin(FACTS))
            assert meter.begun == 1 or left is not None, (make, steps)
            assert SESSION in carry(meter, protocol.end(FACTS)), (make, steps)


def test_a_power_cut_at_any_step_of_an_end_loses_no_record():
    for make, emulated in PAIRS:
        for steps in range(60):
            protocol, meter = make(), emulated()
            carry(meter, protocol.begin(FACTS))
            try:
                carry(meter, protocol.end(FACTS), steps)
            except Cut:
                pass
            meter.power_failure()
            assert SESSION in carry(meter, protocol.end(FACTS)), (make, steps)


class Late(SigningEm580):
    """A meter that answers after the time-out: what it says is taken for the answer to the next question."""

    reads = None

    def read(self, address, count):
        answer = super().read(address, count)
        if self.reads is None:
            return answer
        self.reads.append((count, answer))
        before_count, before = self.reads[-2] if len(self.reads) > 1 else (0, b"")
        # A state and a size are asked for again as long as they make no sense.
        return before if before_count == count > 1 else answer


def test_a_record_is_whole_or_none_where_each_answer_comes_too_late():
    meter = Late()
    # As long a text as the meter takes, so that the record takes several reads.
    facts = dict(FACTS, tariff="0.49 EUR/kWh " * 17)
    carry(meter, signed.Em580().begin(facts))
    record = carry(meter, signed.Em580().end(facts))
    meter.reads = []
    assert carry(meter, signed.Em580().end(facts)) == record
    counts = [count for count, _answer in meter.reads if count > 1]
    assert len(counts) > 2 and all(counts[i] != counts[i - 1] for i in range(1, len(counts)))


def test_no_two_reads_in_a_row_have_the_same_length():
    for count in range(1, 2032):
        dialogue, answer, counts = signed._read_long(3, 0, count), None, []
        try:
            while True:
                _read, _function, address, some = dialogue.send(answer)
                assert address == sum(counts) and 1 <= some <= signed.CHUNK_WORDS
                counts.append(some)
                answer = bytes(2 * some)
        except StopIteration as ended:
            assert len(ended.value) == 2 * count == 2 * sum(counts)
        assert all(counts[i] != counts[i - 1] for i in range(1, len(counts))), counts


def test_a_transaction_that_somebody_left_is_ended_and_handed_over_before_a_new_one_begins():
    for make, emulated in PAIRS:
        protocol, meter = make(), emulated()
        carry(meter, protocol.begin(OTHER))
        left = carry(meter, protocol.begin(FACTS))
        assert OTHER["session"] in left and SESSION not in left
        assert SESSION in carry(meter, protocol.end(FACTS))


def test_a_meter_with_nothing_to_tell_tells_nothing():
    for make, emulated in PAIRS:
        assert carry(emulated(), make().end(FACTS)) is None
    protocol, meter = signed.Wm3m4(), SigningWm3m4()
    carry(meter, protocol.begin(OTHER))
    carry(meter, protocol.end(OTHER))
    assert carry(meter, protocol.end(FACTS)) is None


def test_a_signature_with_numbers_too_long_is_written_as_der_has_it():
    # The example of a meter whose r begins with a superfluous zero byte.
    meter = SigningWm3m4()
    numbers = bytes.fromhex("005d226c5f20ebebfd9f0d1da2aa696dd4f77f3708eecde72b4a346ae03b8ce4" + "6a" * 32)
    meter.sign = lambda content: numbers
    carry(meter, signed.Wm3m4().begin(FACTS))
    record = carry(meter, signed.Wm3m4().end(FACTS))
    assert '{"SD":"3043021f5d226c' in record
    assert record.endswith("e402" + "20" + "6a" * 32 + '"}')


def test_what_a_meter_cannot_take_or_do_is_told():
    long = dict(FACTS, evse_id="x" * 40)
    assert "39 ASCII characters" in str(
        raises(MeteringError, carry, SigningEm580(), signed.Em580().begin(long))
    )
    foreign = dict(FACTS, tariff="0,49 €/kWh")
    assert "ASCII" in str(raises(MeteringError, carry, SigningEm580(), signed.Em580().begin(foreign)))
    meter = SigningEm580()
    meter.words[0x7100] = 3
    assert "corrupted" in str(raises(MeteringError, carry, meter, signed.Em580().end(FACTS)))
    meter.words[0x7100], meter.words[0x7101] = 2, 5000
    assert "5000 registers" in str(raises(MeteringError, carry, meter, signed.Em580().end(FACTS)))
    unset = dict(FACTS, utc_s=None)
    error = raises(MeteringError, carry, SigningWm3m4(), signed.Wm3m4().begin(unset))
    assert "status is 128" in str(error)
