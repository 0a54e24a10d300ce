"""Unpacks one Debian package with all it needs into a folder, without root and without touching the machine.

It knows apt's own signature check and never goes around it; what the package is for it does not know.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.setup import apt_sources
from tools.setup.apt_sources import Source
from tools.setup.ground import SetupError, last_lines, run

_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)

_OFFLINE = re.compile(
    r"could not resolve|temporary failure|could not connect|unable to connect"
    r"|connection (failed|refused|timed out)|network is unreachable"
    r"|cannot initiate the connection|failed to fetch",
    re.IGNORECASE,
)
_UNSIGNED = re.compile(r"NO_PUBKEY|is not signed|couldn't be verified|invalid signature", re.IGNORECASE)

# The machine's proxies, passwords and trusted keys stay; its folders, sources and hooks do not.
_CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "{folder}/sources.list.d";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "{folder}/preferences.d";
Dir::Log "{folder}/log";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
"""


def machine_architecture() -> str:
    """Return Debian's name for this machine's architecture; raise SetupError where there is no Debian."""
    done = run(["dpkg", "--print-architecture"])
    if done.returncode != 0 or shutil.which("apt-get") is None:
        raise SetupError("this machine has no apt-get; install MicroPython 1.25 or newer on PATH yourself")
    return done.stdout.strip()


@contextmanager
def unpacked(package: str, suite: str, architecture: str, beside: Path) -> Iterator[Path]:
    """Give a folder with the package and all it depends on; what was not renamed away is removed."""
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=beside.parent))
    fresh.chmod(0o755)
    # apt drops to a user of its own while it downloads, and that user must be able to enter its folder.
    with tempfile.TemporaryDirectory(prefix="kilotap-apt-", ignore_cleanup_errors=True) as name:
        try:
            apt_folder = Path(name)
            apt_folder.chmod(0o755)
            for archive in _download(package, suite, architecture, apt_folder):
                done = run(["dpkg", "-x", archive, fresh])
                if done.returncode != 0:
                    raise SetupError(f"could not unpack {archive.name}: {last_lines(done.stdout, 1)}")
            yield fresh
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _download(package: str, suite: str, architecture: str, folder: Path) -> list[Path]:
    for part in ("state/lists/partial", "cache/archives/partial", "sources.list.d", "preferences.d", "log"):
        (folder / part).mkdir(parents=True)
    (folder / "status").touch()
    settings = folder / "apt.conf"
    settings.write_text(_CONFIGURATION.format(folder=folder, architecture=architecture))
    _update(suite, folder, settings)
    done = run(["apt-get", "-c", settings, "-q", "-y", "install", "--download-only", package])
    if done.returncode != 0:
        raise SetupError(f"apt could not fetch {package}: {_why(done.stdout)}", _is_offline(done.stdout))
    return sorted((folder / "cache/archives").glob("*.deb"))


def _update(suite: str, folder: Path, settings: Path) -> None:
    """Read the suite's signed index from the first of the machine's mirrors that answers and verifies."""
    mirrors = apt_sources.debian_mirrors(apt_sources.read())
    if not mirrors:
        raise SetupError("the apt sources of this machine name no Debian mirror")
    output = ""
    for mirror in mirrors:
        for signed_by in _signers(mirror):
            stanza = deb822(mirror.address, suite, signed_by)
            (folder / "sources.list.d" / "mirror.sources").write_text(stanza)
            done = run(["apt-get", "-c", settings, "-q", "update"])
            output += done.stdout
            # An apt too old for Error-Mode says "ignored" and succeeds, but leaves no index behind.
            if done.returncode == 0 and any((folder / "state/lists").glob("*_Packages*")):
                return
    if _UNSIGNED.search(output):
        raise SetupError(
            f"no keyring of this machine verifies Debian {suite}; "
            "run: sudo apt-get install debian-archive-keyring"
        )
    raise SetupError(f"the Debian mirror does not answer: {_why(output)}", _is_offline(output))


def deb822(address: str, suite: str, signed_by: str | None) -> str:
    """Write one source in the deb822 form; `signed_by` is a keyring's path or the key itself."""
    lines = ["Types: deb", f"URIs: {address}", f"Suites: {suite}", "Components: main"]
    if signed_by is not None:
        lines.append("Signed-By: " + signed_by.replace("\n", "\n "))
    return "\n".join(lines) + "\n"


def _signers(mirror: Source) -> list[str | None]:
    """List whom to trust, the source's own word first; without one, apt's trusted keys count."""
    return [
        mirror.signed_by,
        *(path for path in _KEYRINGS if Path(path).exists() and path != mirror.signed_by),
    ]


def _is_offline(output: str) -> bool:
    return _OFFLINE.search(output) is not None


def _why(output: str) -> str:
    """Pick the line in which apt names the reason."""
    reasons = [line for line in output.splitlines() if line.startswith(("E:", "Err:", "W:"))]
    telling = [line for line in reasons if _OFFLINE.search(line)] or reasons or output.splitlines() or [""]
    return telling[0].strip()
