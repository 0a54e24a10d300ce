"""Receipts of simulated sessions, and what strangers' readers see of their documents.

It does not know what the documents have to say.
"""

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

from emulator import scenario
from emulator.simulation import play
from emulator.soak.watch import Watch
from firmware.crypto import canonical, jose
from tools.__main__ import main
from tools.commands import story
from tools.commands.fast_craft import FastCraft

SCENARIOS = Path(__file__).parents[2] / "scenarios"
KINDS = ("session.ended", "receipt.cancelled", "receipt.corrected")


def played(folder, name, orders=(), **replaced):
    """Play a scenario, some of its texts replaced and orders given at its end, and return its result.

    `orders` are (after so many seconds, what is ordered): a scenario's file cannot say all that an order can.
    """
    told = (SCENARIOS / f"{name}.toml").read_text()
    for old, new in replaced.items():
        assert f"\n{old} = " in told
        told = re.sub(rf"(?m)^{old} = .*$", f"{old} = {new}", told)
    path = folder / f"{name}.toml"
    # Beside the files that it names.
    path.write_text(told.replace('file = "', f'file = "{SCENARIOS}/'))
    plot = scenario.read(str(path))
    for after_s, ordered in orders:
        plot["steps"].append({"after_ms": 1000 * after_s, "action": "order", "argument": ordered})
    teller = story.Teller(io.StringIO())
    play.play(plot, teller.take, FastCraft(), watch=Watch)
    assert teller.result()["invariants"]["violated"] == []
    return teller.result()


def taken_back(folder, name, bill, after_s):
    """Play a scenario whose receipt is corrected so many seconds after its end, and then cancelled."""
    told = {"receipt": "KT-0001-000001", "seq": 5, "reason": "wrong tariff"}
    commands = {"command": "correct", "number": 1, "bill": bill}, {"command": "cancel", "number": 2}
    return played(folder, name, [(after_s, {"commands": [{**told, **command}]}) for command in commands])


def of_kind(result, kind):
    """Return the records of a kind, as they were signed."""
    return [jws for jws, told in zip(result["jws"], result["records"]) if told["kind"] == kind]


def altered(compact, **members):
    """Return a receipt with other members, whose signature does not hold any more."""
    header, payload, signature = compact.split(".")
    changed = {**canonical.decode(jose.unb64url(payload)), **members}
    return f"{header}.{encoded(changed)}.{signature}"


def encoded(payload):
    return jose.b64url(canonical.encode(payload))


def payload_of(compact):
    return canonical.decode(jose.unb64url(compact.split(".")[1]))


def shown(compact, folder, capsys, *words):
    """Show a receipt, and return (exit code, what was printed)."""
    path = folder / "receipt.jws"
    path.write_text(compact)
    code = main(["receipt", "show", str(path), *map(str, words)])
    return code, capsys.readouterr()


def flat(text):
    """Return a text without its line breaks and columns."""
    return " ".join(text.split())


def pages(path):
    """Return the text of each page of a PDF."""
    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range() for page in document]


def codes(path):
    """Return the bytes of each QR code of a PDF, by page and from the top down."""
    found = []
    for page in pypdfium2.PdfDocument(path):
        on_page = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
        found += [code.bytes for code in sorted(on_page, key=lambda code: code.position.top_left.y)]
    return found


class Page(HTMLParser):
    """What a reader of a page sees: its texts, and its QR codes as they are drawn."""

    def __init__(self, content):
        super().__init__()
        self.told = ""
        self.codes = []
        self.feed(content)

    def handle_data(self, data):
        self.told += data + " "

    def handle_starttag(self, tag, attrs):
        if tag == "svg":
            self._side = int(dict(attrs)["viewbox"].split()[2])
        elif tag == "path":
            (code,) = zxingcpp.read_barcodes(_picture(dict(attrs)["d"], self._side))
            self.codes.append(code.bytes)


def _picture(path, side):
    """Draw horizontal strokes, one module high, as a renderer of SVG does."""
    picture = Image.new("L", (side, side), 255)
    x, y = 0.0, 0.0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        told = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if letter == "h":
            for step in range(int(told[0])):
                picture.putpixel((int(x) + step, int(y)), 0)
            x += told[0]
        else:
            x, y = (told[0], told[1]) if letter == "M" else (x + told[0], y + told[1])
    return picture.resize((side * 4, side * 4), Image.Resampling.NEAREST)
