"""The register maps of the meters that the terminal can read: tables, as the makers print them.

It does not know how a register is read. It is one text, for a table of tuples would take up a small board's
memory; of it only the configured meter's part is ever looked at.

A part begins with the names of the meters that share the map, each with the ampere a phase that it is rated
for where it is connected directly; the most registers that one read may have, the widest gap of unused
registers that it may span, and the source. Then comes a line a quantity: what it is, function and address
(hexadecimal, as sent), type, order of the words, what one digit is worth and in which unit, and the number
that says "not available". A quantity with one register a phase has a line for each. A `probe` is a register
that tells this model from others: its lowest and highest number, or the texts that it may begin with. A
serial number whose type is `maybe32` is one that a meter may refuse: then it has none.

Eastron's documents allow 40 parameters a read, the SDM72D-M's 30; but some meters refuse the 51st register,
and others cut the end of long answers off (openWB/core#2890, esphome/esphome.io#6484).
The SDM230's document has no serial number, though meters give one (nmakel/sdm_modbus#28): it may be refused.
"""

# The maximum current (Imax) of meters that are connected directly, after these documents of the makers. One
# that has none has transformers before it (abb-b24, carlo-gavazzi-em330), exists in both ways under one
# name (carlo-gavazzi-em24, -em111, inepro-pro380), or was not found in a document with its maximum current.
#   eastron-sdm120           SDM120-Modbus User Manual, 5(45) A
#   eastron-sdm230           SDM230 Series User Manual, 10(100) A
#   eastron-sdm630           SDM630-Modbus V2 User Manual V1.5, 100 A (the SDM630MCT has transformers)
#   eastron-sdm72d-m-v2      SDM72D-M-2 User Manual V1.1.1, 10(100) A
#   abb-b23                  product leaflet "Three phase electricity meters B23/B24", 65 A
#   carlo-gavazzi-em112      EM112 data sheet, 5(100) A
#   carlo-gavazzi-em340      EM340 data sheet, 5(65) A
#   schneider-iem3155        iEM3000 Series technical data sheet, 63 A (the iEM3255 has transformers)
#   janitza-b23              it is ABB's
#   finder-7m38              7M Series data sheet, 5(80) A
MAPS = """\
eastron-sdm120:45 eastron-sdm230:100 | 50 | 50 | Eastron SDM120-Modbus Protocol V2.4, SDM230-Modbus V1.2
serial 3 FC00 maybe32 high 1 - -
energy 4 0048 float32 high 1 kWh -
power 4 000C float32 high 1 W -
voltage 4 0000 float32 high 1 V -
current 4 0006 float32 high 1 A -
frequency 4 0046 float32 high 1 Hz -

eastron-sdm630:100 eastron-sdm72d-m-v2:100 | 50 | 50 | Eastron SDM630-Modbus V2 Protocol, SDM72D-M V2 Protocol
serial 3 FC00 maybe32 high 1 - -
energy 4 0048 float32 high 1 kWh -
power 4 0034 float32 high 1 W -
voltage 4 0000 float32 high 1 V -
voltage 4 0002 float32 high 1 V -
voltage 4 0004 float32 high 1 V -
current 4 0006 float32 high 1 A -
current 4 0008 float32 high 1 A -
current 4 000A float32 high 1 A -
frequency 4 0046 float32 high 1 Hz -

abb-b21 | 125 | 125 | ABB B21 User Manual, 2CMC485004M0201
probe 3 8960 text4 high B21 - -
serial 3 8900 uint32 high 1 - FFFFFFFF
energy 3 5000 uint64 high 0.01 kWh FFFFFFFFFFFFFFFF
power 3 5B14 int32 high 0.01 W 7FFFFFFF
voltage 3 5B00 uint32 high 0.1 V FFFFFFFF
current 3 5B0C uint32 high 0.01 A FFFFFFFF
frequency 3 5B2C uint16 high 0.01 Hz FFFF

abb-b23:65 abb-b24 | 125 | 125 | ABB B23/B24 User Manual, 2CMC485003M0201
probe 3 8960 text4 high B23/B24 - -
serial 3 8900 uint32 high 1 - FFFFFFFF
energy 3 5000 uint64 high 0.01 kWh FFFFFFFFFFFFFFFF
power 3 5B14 int32 high 0.01 W 7FFFFFFF
voltage 3 5B00 uint32 high 0.1 V FFFFFFFF
voltage 3 5B02 uint32 high 0.1 V FFFFFFFF
voltage 3 5B04 uint32 high 0.1 V FFFFFFFF
current 3 5B0C uint32 high 0.01 A FFFFFFFF
current 3 5B0E uint32 high 0.01 A FFFFFFFF
current 3 5B10 uint32 high 0.01 A FFFFFFFF
frequency 3 5B2C uint16 high 0.01 Hz FFFF

carlo-gavazzi-em24 | 11 | 11 | Carlo Gavazzi EM24-DIN PFA, PFB & X models, Communication Protocol V4R0
probe 4 000B uint16 high 70-73 - -
serial 4 1300 text7 high 1 - -
energy 4 003E int32 low 0.1 kWh 7FFFFFFF
power 4 0028 int32 low 0.1 W 7FFFFFFF
voltage 4 0000 int32 low 0.1 V 7FFFFFFF
voltage 4 0002 int32 low 0.1 V 7FFFFFFF
voltage 4 0004 int32 low 0.1 V 7FFFFFFF
current 4 000C int32 low 0.001 A 7FFFFFFF
current 4 000E int32 low 0.001 A 7FFFFFFF
current 4 0010 int32 low 0.001 A 7FFFFFFF
frequency 4 0037 int16 low 0.1 Hz 7FFF

carlo-gavazzi-em111 carlo-gavazzi-em112:100 | 50 | 50 | Carlo Gavazzi EM100 and ET100, Protocol V4.0
probe 4 000B uint16 high 100-121 - -
serial 4 5000 text7 high 1 - -
energy 4 0010 int32 low 0.1 kWh 7FFFFFFF
power 4 0004 int32 low 0.1 W 7FFFFFFF
voltage 4 0000 int32 low 0.1 V 7FFFFFFF
current 4 0002 int32 low 0.001 A 7FFFFFFF
frequency 4 000F int16 low 0.1 Hz 7FFF

carlo-gavazzi-em330 carlo-gavazzi-em340:65 | 50 | 50 | Carlo Gavazzi EM300 and ET300, Protocol V2R17
probe 4 000B uint16 high 331-345 - -
serial 4 5000 text7 high 1 - -
energy 4 0034 int32 low 0.1 kWh 7FFFFFFF
power 4 0028 int32 low 0.1 W 7FFFFFFF
voltage 4 0000 int32 low 0.1 V 7FFFFFFF
voltage 4 0002 int32 low 0.1 V 7FFFFFFF
voltage 4 0004 int32 low 0.1 V 7FFFFFFF
current 4 000C int32 low 0.001 A 7FFFFFFF
current 4 000E int32 low 0.001 A 7FFFFFFF
current 4 0010 int32 low 0.001 A 7FFFFFFF
frequency 4 0033 int16 low 0.1 Hz 7FFF

carlo-gavazzi-em580 | 123 | 60 | Carlo Gavazzi EM580, Communication Protocol
serial 4 5000 text7 high 1 - -
energy 4 0500 int64 low 1 Wh 7FFFFFFFFFFFFFFF
power 4 0028 int32 low 0.1 W 7FFFFFFF
voltage 4 0000 int32 low 0.1 V 7FFFFFFF
voltage 4 0002 int32 low 0.1 V 7FFFFFFF
voltage 4 0004 int32 low 0.1 V 7FFFFFFF
current 4 000C int32 low 0.001 A 7FFFFFFF
current 4 000E int32 low 0.001 A 7FFFFFFF
current 4 0010 int32 low 0.001 A 7FFFFFFF
frequency 4 0033 int16 low 0.1 Hz 7FFF

schneider-iem3155:63 | 125 | 32 | Schneider Electric iEM3000 Series User Manual, DOCA0005EN-13
probe 3 0031 text20 high iEM3 - -
serial 3 0081 uint32 high 1 - FFFFFFFF
energy 3 0C83 int64 high 1 Wh 8000000000000000
power 3 0BF3 float32 high 1 kW -
voltage 3 0BD3 float32 high 1 V -
voltage 3 0BD5 float32 high 1 V -
voltage 3 0BD7 float32 high 1 V -
current 3 0BB7 float32 high 1 A -
current 3 0BB9 float32 high 1 A -
current 3 0BBB float32 high 1 A -
frequency 3 0C25 float32 high 1 Hz -

janitza-b23:65 | 125 | 125 | Janitza MID energy meters B21/B23/B24, Product Manual V2.5, chapter 4.3
serial 3 8900 maybe32 high 1 - -
energy 3 4A7C float32 high 1 Wh -
power 3 4A52 float32 high 1 W -
voltage 3 4A38 float32 high 1 V -
voltage 3 4A3A float32 high 1 V -
voltage 3 4A3C float32 high 1 V -
current 3 4A44 float32 high 1 A -
current 3 4A46 float32 high 1 A -
current 3 4A48 float32 high 1 A -
frequency 3 4A6A float32 high 1 Hz -

finder-7m24 | 125 | 125 | Finder 7M.24 and 7M.38, Modbus communication protocol V2
probe 4 0001 text8 high 7M.24 - -
serial 4 0009 text4 high 1 - -
energy 4 0AC0 float32 high 1 Wh -
power 4 09E8 float32 high 1 W -
voltage 4 09C4 float32 high 1 V -
current 4 09D4 float32 high 1 A -
frequency 4 0A18 float32 high 1 Hz -

finder-7m38:80 | 125 | 125 | Finder 7M.24 and 7M.38, Modbus communication protocol V2
probe 4 0001 text8 high 7M.38 - -
serial 4 0009 text4 high 1 - -
energy 4 0AC0 float32 high 1 Wh -
power 4 09E8 float32 high 1 W -
voltage 4 09C4 float32 high 1 V -
voltage 4 09C6 float32 high 1 V -
voltage 4 09C8 float32 high 1 V -
current 4 09D4 float32 high 1 A -
current 4 09D6 float32 high 1 A -
current 4 09D8 float32 high 1 A -
frequency 4 0A18 float32 high 1 Hz -

inepro-pro380 | 125 | 8 | Inepro PRO380 Series User Manual V2.18, appendix A3
serial 3 4000 hex32 high 1 - -
energy 3 600C float32 high 1 kWh -
power 3 5012 float32 high 1 kW -
voltage 3 5002 float32 high 1 V -
voltage 3 5004 float32 high 1 V -
voltage 3 5006 float32 high 1 V -
current 3 500C float32 high 1 A -
current 3 500E float32 high 1 A -
current 3 5010 float32 high 1 A -
frequency 3 5008 float32 high 1 Hz -

dzg-dvh4013 | 125 | 8 | DZG Metering DVH4013, Communication Protocol
energy 3 4000 uint32 high 0.001 kWh -
power 3 0000 uint32 high 0.1 W -
voltage 3 0004 uint32 high 0.01 V -
voltage 3 0006 uint32 high 0.01 V -
voltage 3 0008 uint32 high 0.01 V -
current 3 000A uint32 high 0.001 A -
current 3 000C uint32 high 0.001 A -
current 3 000E uint32 high 0.001 A -
frequency 3 0012 uint32 high 0.001 Hz -

iskra-wm3m4 | 125 | 30 | Iskra WM3M4 and WM3M4C, User's Manual V1.14
probe 4 0001 text8 high WM3M4 - -
serial 4 0009 text4 high 1 - -
energy 4 019E exponent96 high 1 Wh -
power 4 008C decade24 high 1 W -
voltage 4 006B udecade24 high 1 V -
voltage 4 006D udecade24 high 1 V -
voltage 4 006F udecade24 high 1 V -
current 4 007E decade24 high 1 A -
current 4 0080 decade24 high 1 A -
current 4 0082 decade24 high 1 A -
frequency 4 0069 udecade24 high 1 Hz -"""


def part(name: str) -> "str | None":
    """Return the lines of a meter's map, or None where there is none of that name."""
    start = 0
    while start < len(MAPS):
        end = MAPS.find("\n\n", start)
        end = len(MAPS) if end < 0 else end
        if name in names(MAPS[start : MAPS.find("|", start)]):
            return MAPS[start:end]
        start = end + 2
    return None


def names(text: str = MAPS) -> "list[str]":
    """Return the names of all meters in maps, in their order, without what they are rated for."""
    found: "list[str]" = []
    start = 0
    while start < len(text):
        end = text.find("|", start)
        found += [word.partition(":")[0] for word in text[start : len(text) if end < 0 else end].split()]
        end = text.find("\n\n", start)
        start = len(text) if end < 0 else end + 2
    return found
