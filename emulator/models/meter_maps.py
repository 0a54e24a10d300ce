"""What the emulated meters' registers hold: the makers' tables, with the register numbers that they print.

It is written down a second time and not taken from the firmware, so that a slip in one of them shows. It does
not know what a meter counted.

A part begins with the names, the number of the maker's first register, the most registers of one read (of
each, where they differ), and the areas that answer (function, first and last number). Then a line a quantity:
function, number, how it is encoded, and by what a Wh, W, mV, mA or mHz is multiplied and divided.
"""

MAPS = """\
eastron-sdm120 eastron-sdm230 | 30001 | 80 | 4 30001 30086 4 30343 30346
serial 3 94513 U
energy 4 30073 f 1 1000
energy 4 30343 f 1 1000
power 4 30013 f 1 1
voltage 4 30001 f 1 1000
current 4 30007 f 1 1000
frequency 4 30071 f 1 1000

eastron-sdm630 eastron-sdm72d-m-v2 | 30001 | 80 60 | 4 30001 30086 4 30343 30346
serial 3 94513 U
energy 4 30073 f 1 1000
energy 4 30343 f 1 1000
power 4 30053 f 1 1
phase 4 30013 f 1 1
phase 4 30015 f 1 1
phase 4 30017 f 1 1
voltage 4 30001 f 1 1000
voltage 4 30003 f 1 1000
voltage 4 30005 f 1 1000
current 4 30007 f 1 1000
current 4 30009 f 1 1000
current 4 30011 f 1 1000
frequency 4 30071 f 1 1000

abb-b21 | 0 | 125 | 3 20480 20511 3 23296 23379
model 3 35168 a6 B21 112-100
serial 3 35072 U
energy 3 20480 Q 1 10
power 3 23316 I 100 1
voltage 3 23296 U 1 100
current 3 23308 U 1 10
frequency 3 23340 u 1 10

abb-b23 | 0 | 125 | 3 20480 20511 3 23296 23379
model 3 35168 a6 B23 112-100
serial 3 35072 U
energy 3 20480 Q 1 10
power 3 23316 I 100 1
voltage 3 23296 U 1 100
voltage 3 23298 U 1 100
voltage 3 23300 U 1 100
current 3 23308 U 1 10
current 3 23310 U 1 10
current 3 23312 U 1 10
frequency 3 23340 u 1 10

abb-b24 | 0 | 125 | 3 20480 20511 3 23296 23379
model 3 35168 a6 B24 112-100
serial 3 35072 U
energy 3 20480 Q 1 10
power 3 23316 I 100 1
voltage 3 23296 U 1 100
voltage 3 23298 U 1 100
voltage 3 23300 U 1 100
current 3 23308 U 1 10
current 3 23310 U 1 10
current 3 23312 U 1 10
frequency 3 23340 u 1 10

carlo-gavazzi-em24 | 300001 | 11 | 4 300001 300064
code 4 300012 u 71
serial 4 304865 a7
energy 4 300063 L 1 100
power 4 300041 L 10 1
voltage 4 300001 L 1 100
voltage 4 300003 L 1 100
voltage 4 300005 L 1 100
current 4 300013 L 1 1
current 4 300015 L 1 1
current 4 300017 L 1 1
frequency 4 300056 u 1 100

carlo-gavazzi-em111 carlo-gavazzi-em112 | 300001 | 50 | 4 300001 300034
code 4 300012 u 104
serial 4 320481 a7
energy 4 300017 L 1 100
power 4 300005 L 10 1
voltage 4 300001 L 1 100
current 4 300003 L 1 1
frequency 4 300016 u 1 100

carlo-gavazzi-em330 carlo-gavazzi-em340 | 300001 | 50 | 4 300001 300080
code 4 300012 u 341
serial 4 320481 a7
energy 4 300053 L 1 100
power 4 300041 L 10 1
voltage 4 300001 L 1 100
voltage 4 300003 L 1 100
voltage 4 300005 L 1 100
current 4 300013 L 1 1
current 4 300015 L 1 1
current 4 300017 L 1 1
frequency 4 300052 u 1 100

carlo-gavazzi-em580 | 300001 | 125 | 4 300001 300080 4 301281 301312
serial 4 320481 a7
energy 4 301281 l 1 1
power 4 300041 L 10 1
voltage 4 300001 L 1 100
voltage 4 300003 L 1 100
voltage 4 300005 L 1 100
current 4 300013 L 1 1
current 4 300015 L 1 1
current 4 300017 L 1 1
frequency 4 300052 u 1 100

schneider-iem3155 | 1 | 125 | 3 3000 3125 3 3204 3275
model 3 50 a20 iEM3155
serial 3 130 U
energy 3 3204 q 1 1
power 3 3060 f 1 1000
voltage 3 3028 f 1 1000
voltage 3 3030 f 1 1000
voltage 3 3032 f 1 1000
current 3 3000 f 1 1000
current 3 3002 f 1 1000
current 3 3004 f 1 1000
frequency 3 3110 f 1 1000

janitza-b23 | 0 | 125 | 3 19000 19109
serial 3 35072 U
energy 3 19068 f 1 1
power 3 19026 f 1 1
voltage 3 19000 f 1 1000
voltage 3 19002 f 1 1000
voltage 3 19004 f 1 1000
current 3 19012 f 1 1000
current 3 19014 f 1 1000
current 3 19016 f 1 1000
frequency 3 19050 f 1 1000

finder-7m24 | 30000 | 125 | 4 32480 32759
model 4 30001 a8 7M.24.8.230.0210
serial 4 30009 a4
energy 4 32752 f 1 1
power 4 32536 f 1 1
voltage 4 32500 f 1 1000
current 4 32516 f 1 1000
frequency 4 32584 f 1 1000

finder-7m38 | 30000 | 125 | 4 32480 32759
model 4 30001 a8 7M.38.8.400.0212
serial 4 30009 a4
energy 4 32752 f 1 1
power 4 32536 f 1 1
voltage 4 32500 f 1 1000
voltage 4 32502 f 1 1000
voltage 4 32504 f 1 1000
current 4 32516 f 1 1000
current 4 32518 f 1 1000
current 4 32520 f 1 1000
frequency 4 32584 f 1 1000

inepro-pro380 | 0 | 125 | 3 20482 20529 3 24576 24647
serial 3 16384 h
energy 3 24588 f 1 1000
power 3 20498 f 1 1000
voltage 3 20482 f 1 1000
voltage 3 20484 f 1 1000
voltage 3 20486 f 1 1000
current 3 20492 f 1 1000
current 3 20494 f 1 1000
current 3 20496 f 1 1000
frequency 3 20488 f 1 1000

dzg-dvh4013 | 0 | 125 | 3 0 19 3 16384 16385
energy 3 16384 U 1 1
power 3 0 U 10 1
voltage 3 4 U 1 10
voltage 3 6 U 1 10
voltage 3 8 U 1 10
current 3 10 U 1 1
current 3 12 U 1 1
current 3 14 U 1 1
frequency 3 18 U 1 1

iskra-wm3m4 | 30000 | 125 | 4 30101 30172 4 30400 30429
model 4 30001 a8 WM3M4
serial 4 30009 a4
energy 4 30414 e 1 10
power 4 30140 6 10 1
voltage 4 30107 5 1 100
voltage 4 30109 5 1 100
voltage 4 30111 5 1 100
current 4 30126 6 1 10
current 4 30128 6 1 10
current 4 30130 6 1 10
frequency 4 30105 5 1 10"""


def lines_of(model: str) -> "list[str] | None":
    """Return the lines of a meter's map, or None where there is none."""
    start = 0
    while start < len(MAPS):
        end = MAPS.find("\n\n", start)
        end = len(MAPS) if end < 0 else end
        if model in MAPS[start : MAPS.find("|", start)].split():
            return MAPS[start:end].split("\n")
        start = end + 2
    return None


def names() -> "list[str]":
    """Return the names of all emulated meters."""
    found: "list[str]" = []
    start = 0
    while start < len(MAPS):
        found += MAPS[start : MAPS.find("|", start)].split()
        end = MAPS.find("\n\n", start)
        start = len(MAPS) if end < 0 else end + 2
    return found
