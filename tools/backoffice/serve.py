"""Serves the office over TLS with gunicorn, from a socket that it binds itself.

It does not know any page. The first line on stdout means that the next request is answered.
"""

import os
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from tools.backoffice.authority import Authority
from tools.backoffice.errors import OfficeError
from tools.backoffice.orders import operator_key
from tools.backoffice.place import Place
from tools.backoffice.start import open_office
from tools.backoffice.worker import Worker

THREADS = 8
# A terminal sends its next batch on the connection that it has.
KEEP_ALIVE_S = 75
GRACE_S = 10
LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANY_HOST = ("0.0.0.0", "::")  # noqa: S104 - compared with what the user asked for

Ready = Callable[[str, Path, int], None]


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address, not yet listening. Raises OfficeError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as problem:
        listener.close()
        why = getattr(problem, "strerror", None) or problem
        raise OfficeError(
            f"cannot serve at {host} port {port}: {why}; choose another with --port, or 0 for a free one"
        ) from problem
    return listener


def serve(
    place: Place,
    database: str | None,
    listener: socket.socket,
    names: list[str],
    workers: int,
    ready: Ready,
    issuer: tuple[str, ...] = (),
    orders: dict[str, Any] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; call `ready(url, ca, pid)` when it answers. Raises OfficeError.

    `issuer` are the lines that name on drivers' receipts who issues them, `orders` the settings ORDERS_…, by
    name.
    """
    host, port = listener.getsockname()[:2]
    names = [*LOOPBACK, *names, *((socket.gethostname(),) if host in ANY_HOST else (host,))]
    authority = Authority(place)
    open_office(place, database, [f"[{name}]" if ":" in name else name for name in names], issuer)
    for name, setting in (orders or {}).items():
        setattr(settings, name, setting)
    operator_key.provide(place)
    with place.alone():
        authority.provide(names)
    shown = "127.0.0.1" if host in ANY_HOST else f"[{host}]" if ":" in host else host
    url = f"https://{shown}:{port}"
    try:
        _Server(authority, listener, workers, lambda pid: _tell(place, url, authority.ca, pid, ready)).run()
    except SystemExit as end:
        if end.code:
            raise OfficeError("the server ended because of what stands above") from end
    finally:
        place.forget_running()


def _tell(place: Place, url: str, ca: Path, pid: int, ready: Ready) -> None:
    place.note_running(url, pid)
    ready(url, ca, pid)


class _Server(BaseApplication):
    """Gunicorn with our settings instead of a command line."""

    def __init__(
        self, authority: Authority, listener: socket.socket, workers: int, tell: Callable[[int], None]
    ) -> None:
        # One for all connections; gunicorn's own would read the files again for each.
        context = _context(authority)
        self._settings: dict[str, Any] = {
            "bind": f"fd://{listener.detach()}",
            "certfile": str(authority.server),
            "keyfile": str(authority.server_key),
            "ssl_context": lambda config, default: context,
            "worker_class": Worker,
            "workers": workers,
            "threads": THREADS,
            "keepalive": KEEP_ALIVE_S,
            "graceful_timeout": GRACE_S,
            "loglevel": "warning",
            "proc_name": "kilotap office",
            "control_socket_disable": True,
            "post_worker_init": lambda worker: _first_is_ready(worker, tell),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, setting in self._settings.items():
            self.cfg.set(name, setting)

    def load(self) -> Any:
        return get_wsgi_application()


def _first_is_ready(worker: Any, tell: Callable[[int], None]) -> None:
    """Tell it when the first worker of all is about to accept; one that replaces it later is no news."""
    if worker.age == 1:
        tell(os.getppid())


def _context(authority: Authority) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(authority.server, authority.server_key)
    return context
