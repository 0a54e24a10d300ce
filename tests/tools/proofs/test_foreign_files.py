"""Shows that files of other makers are read in the forms they come in, and that what is not read is named.

It does not know those forms; of each, only how its values begin is written down here.
"""

import base64

import pytest

from tests.tools.proofs.makers import BEGIN, END, Meter, changed, container
from tools.__main__ import main

SML = "1B1B1B1B01010101" + "76" * 40
EDL = "<?xml version='1.0'?><signedMeterValue><publicKey>x</publicKey></signedMeterValue>"
ALFEN = "AP;0;3;ALCV3ABBBISHMA2RYEGAZE3HV5YQBQRAEHAEHAFE"
PCDF = "128.8.0(CPO:1)(ID:7)(Q:AAAA)"


def verified(content: str | bytes, tmp_path, capsys) -> tuple[int, str]:
    path = tmp_path / "values"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code = main(["verify", str(path)])
    said = capsys.readouterr()
    return code, said.out + said.err


def value(content: str, attributes: str = "", tag: str = "signedData") -> str:
    escaped = content.replace("<", "&lt;")
    return f"<value><{tag}{attributes}>{escaped}</{tag}><publicKey>AA</publicKey></value>"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (value(ALFEN, ' format="ALFEN" encoding="plain"'), "ALFEN"),
        (value("dummy", ' format="alfen"'), "ALFEN"),
        (value(ALFEN), "ALFEN"),
        (value("VEVTVDE=", ' format="SML_EDL40_P" encoding="base64"'), "SML_EDL40_P"),
        (value("00" * 320, ' format="ISA_EDL_40_P" encoding="hex"'), "ISA_EDL_40_P"),
        (value(SML), "EDL40 (SML)"),
        (value(SML, ' encoding="hex"'), "EDL40 (SML)"),
        (value(base64.b64encode(bytes.fromhex(SML)).decode()), "EDL40 (SML)"),
        (value(EDL), "EDL (signedMeterValue)"),
        (value(PCDF, ' format="PCDF"'), "PCDF"),
        (value(PCDF), "PCDF"),
        (value("3082" + "11" * 300, ' encoding="hex"', "encodedData"), "sealed OCMF (RSA)"),
    ],
)
def test_a_value_of_another_form_is_named_and_nothing_is_said_of_its_signature(
    content, name, tmp_path, capsys
):
    code, said = verified(f"<values>{content}{content}</values>", tmp_path, capsys)
    assert code == 2
    assert f"it has values of the form {name} (2), which are not read here: only OCMF is" in said
    assert "does not hold" not in said and "FAILS" not in said


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (ALFEN, "ALFEN"),
        (SML, "EDL40 (SML)"),
        (bytes.fromhex(SML), "EDL40 (SML)"),
        (PCDF, "PCDF"),
        (EDL, "EDL (signedMeterValue)"),
        ("<Billing xmlns='http://example.com/x'><a/></Billing>", "EDL_40_MENNEKES"),
        ("<ChargingProcess><a/></ChargingProcess>", "EDL_40_MENNEKES"),
    ],
)
def test_a_file_of_another_form_is_named(content, name, tmp_path, capsys):
    code, said = verified(content, tmp_path, capsys)
    assert code == 2
    assert f"a value of the form {name}, which is not read here: only OCMF is" in said
    assert "does not hold" not in said


def test_what_is_ocmf_beside_it_is_verified_all_the_same(tmp_path, capsys):
    meter = Meter()
    both = container((meter.record(), meter.spki().hex())).replace("</values>", value(ALFEN) + "</values>")
    code, said = verified(both, tmp_path, capsys)
    assert code == 2 and "holds  ocmf signature" in said
    code, said = verified(both.replace("134.456", "134.457"), tmp_path, capsys)
    assert code == 1 and "FAILS  ocmf signature" in said
    assert "does not hold; it has a value of the form ALFEN" in said


def test_ocmf_that_is_called_otherwise_is_a_fault(tmp_path, capsys):
    meter = Meter()
    told = container((meter.record(), meter.spki().hex())).replace('format="OCMF"', 'format="ALFEN"')
    code, said = verified(told, tmp_path, capsys)
    assert code == 1 and "a value of the format ALFEN" in said


@pytest.mark.parametrize("form", ["hex", "HEX", "base64", "lines"])
def test_ocmf_is_read_in_the_encodings_that_ocpp_carries_it_in(form, tmp_path, capsys):
    meter = Meter()

    def written(record: str) -> bytes:
        content = record.encode()
        forms = {"hex": content.hex(), "HEX": content.hex().upper(), "lines": base64.encodebytes(content)}
        told = forms.get(form) or base64.b64encode(content)
        return told if isinstance(told, bytes) else told.encode()

    carried = f"{meter.record()}|{meter.spki().hex()}"
    assert verified(written(carried), tmp_path, capsys)[0] == 0
    wrong = f"{meter.record(changed(end={'RV': 1.0}))}|{meter.spki().hex()}"
    assert verified(written(wrong), tmp_path, capsys)[0] == 1
    assert verified(written(carried)[:40] + b"!", tmp_path, capsys)[0] == 2


def test_records_in_one_file_are_a_transaction_where_they_are_begin_and_end_of_one_meter(tmp_path, capsys):
    meter = Meter()
    key = f"|{meter.spki().hex()}"

    def file(*payloads: dict) -> tuple[int, str]:
        return verified("\n".join(meter.record(payload) + key for payload in payloads), tmp_path, capsys)

    begin, lower = changed(RD=[BEGIN]), {**END, "RV": 1.0}
    assert file(begin, changed(RD=[END], PG="T13"))[0] == 0
    code, said = file(begin, changed(RD=[lower], PG="T13"))
    assert code == 1 and "runs backwards" in said
    assert file(begin, changed(RD=[lower], PG="T13", MS="another"))[0] == 0
    assert file(begin, changed(RD=[{**BEGIN, "RV": 1.0}], PG="T11"))[0] == 0
