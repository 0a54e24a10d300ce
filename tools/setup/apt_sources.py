"""Reads from the machine's apt sources where its Debian mirror is and whose signature it trusts there.

It knows both forms of a source, one line and deb822, and asks no network.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_OPTION = re.compile(r"([\w-]+)=(\S+)")
_RELEASES = re.compile(
    r"(bullseye|bookworm|trixie|forky|sid|oldoldstable|oldstable|stable|testing|unstable)(-updates)?$"
)


class Source(NamedTuple):
    """One mirror with one suite: its address, and the keyring file or key that it names, or None."""

    address: str
    suite: str
    components: tuple[str, ...]
    signed_by: str | None


def read(folder: Path = Path("/etc/apt")) -> list[Source]:
    """Read every enabled source of binary packages in an apt folder, in apt's own order."""
    found: list[Source] = []
    for path in [folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))]:
        try:
            text = path.read_text(errors="replace")
        except OSError:
            continue
        if path.suffix == ".list":
            found += parse_lines(text)
        elif path.suffix == ".sources":
            found += parse_deb822(text)
    return found


def debian_mirrors(sources: list[Source]) -> list[Source]:
    """Keep the mirrors of Debian's main archive, each address once."""
    kept: dict[str, Source] = {}
    for source in sources:
        if _RELEASES.match(source.suite) and "main" in source.components:
            kept.setdefault(source.address.rstrip("/"), source)
    return list(kept.values())


def parse_lines(text: str) -> list[Source]:
    """Parse the one-line form: `deb [options] address suite component …`."""
    found = []
    for line in text.splitlines():
        matched = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)", line)
        if matched:
            options = {name.lower(): text for name, text in _OPTION.findall(matched[1] or "")}
            signed_by = options.get("signed-by")
            found.append(Source(matched[2], matched[3], tuple(matched[4].split()), signed_by))
    return found


def parse_deb822(text: str) -> list[Source]:
    """Parse the deb822 form: stanzas of fields, a field going on in the indented lines below it."""
    found = []
    for stanza in _stanzas(text):
        if "deb" not in stanza.get("types", "").split() or stanza.get("enabled", "yes").lower() == "no":
            continue
        signed_by = stanza.get("signed-by") or None
        components = tuple(stanza.get("components", "").split())
        for address in stanza.get("uris", "").split():
            found += [
                Source(address, suite, components, signed_by) for suite in stanza.get("suites", "").split()
            ]
    return found


def _stanzas(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    name = ""
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""
        elif line[0] in " \t" and name:
            fields[name] += "\n" + line.strip()
        elif ":" in line:
            name, _, rest = line.partition(":")
            name = name.strip().lower()
            fields[name] = rest.strip()
