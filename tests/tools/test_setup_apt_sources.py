"""Both forms of apt's sources are read, and only Debian's own mirrors are taken from them.

The samples are those of Debian 12's images, of a Raspberry Pi and of apt's manual page sources.list(5).
"""

from pathlib import Path

from tools.setup import apt_sources, private_apt
from tools.setup.apt_sources import Source, debian_mirrors, parse_deb822, parse_lines

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

DEB822 = f"""\
Types: deb
# a snapshot
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: {KEYRING}

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main contrib

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""

EMBEDDED = """\
Types: deb
URIs: http://mirror.example/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS/xcRfwEQWzr
 -----END PGP PUBLIC KEY BLOCK-----
"""

LINES = f"""\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by={KEYRING}] http://mirror.example/debian bookworm main contrib # ours
deb-src http://mirror.example/debian bookworm main
deb\thttp://other.example/apt stable-thing main
"""


def test_deb822_gives_each_enabled_suite() -> None:
    found = parse_deb822(DEB822)
    assert [(source.address, source.suite) for source in found] == [
        ("http://mirror.example/debian", "bookworm"),
        ("http://mirror.example/debian", "bookworm-updates"),
        ("http://mirror.example/debian-security", "bookworm-security"),
    ]
    assert [source.signed_by for source in found] == [KEYRING, KEYRING, None]


def test_one_line_form_gives_its_options() -> None:
    assert parse_lines(LINES) == [
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib"), KEYRING),
        Source("http://other.example/apt", "stable-thing", ("main",), None),
    ]


def test_only_the_main_archive_counts_and_each_mirror_once() -> None:
    mirrors = debian_mirrors(parse_deb822(DEB822) + parse_lines(LINES))
    assert [mirror.address for mirror in mirrors] == ["http://mirror.example/debian"]


def test_an_embedded_key_survives_being_written_again() -> None:
    (source,) = parse_deb822(EMBEDDED)
    assert source.signed_by is not None and "BEGIN PGP" in source.signed_by
    (again,) = parse_deb822(private_apt.deb822(source.address, source.suite, source.signed_by))
    assert again == source


def test_a_machine_is_read_file_by_file(tmp_path: Path) -> None:
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text("deb http://a.example/debian sid main\n")
    (parts / "b.sources").write_text(DEB822)
    (parts / "c.save").write_text("deb http://c.example/debian sid main\n")
    assert [source.address for source in apt_sources.read(tmp_path)] == [
        "http://a.example/debian",
        "http://mirror.example/debian",
        "http://mirror.example/debian",
        "http://mirror.example/debian-security",
    ]
