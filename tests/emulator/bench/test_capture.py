"""What is written down of a wire: numbers of cards masked however they are spelled, all else as it passed."""

import io

from emulator.bench import capture

PAN = "4761739001010119"


def test_numbers_are_masked_in_each_spelling_and_all_else_is_as_it_was():
    for content, shown in (
        (bytes.fromhex("5a08" + PAN + "9000"), "5a08476173ffffff01199000"),
        (bytes.fromhex("5710" + PAN + "d31122010000000f9000"), "5710476173ffffff0119d31122010000000f9000"),
        (bytes.fromhex("0" + PAN[:-1]), "0" + PAN[:-1]),
        (bytes.fromhex("1" + PAN + "2"), "1476173ffffff01192"),
        (b"B" + PAN.encode() + b"^", b"B476173******0119^".hex()),
        (b"\x00\xa4\x04\x00", "00a40400"),
    ):
        assert capture.masked(content, [PAN]) == shown
    assert capture.masked(bytes.fromhex("5a08" + PAN), []) == "5a08" + PAN


def test_a_certificate_from_which_the_number_could_be_worked_out_is_blanked():
    certificate = bytes.fromhex("9f46818000") + b"\x55" * 127 + b"\x9f\x47\x01\x03"
    assert capture.masked(certificate, []) == "9f468180" + "00" * 128 + "9f470103"
    # Octets that look like one by chance before it do not save it.
    assert (
        capture.masked(b"\x9f\x46\x01\x07" + certificate, [])
        == "9f460100" + "9f468180" + "00" * 128 + "9f470103"
    )
    # Cut in the middle, or none at all.
    assert capture.masked(certificate[:20], []) == "9f468180" + "00" * 16
    assert capture.masked(b"\x9f\x46", []) == "9f46"


def test_a_line_has_seconds_direction_and_octets():
    file = io.StringIO()
    capture.writer(file, [PAN])("<", bytes.fromhex(PAN))
    seconds, direction, octets = file.getvalue().split()
    assert float(seconds) < 60 and (direction, octets) == ("<", "476173ffffff0119")
