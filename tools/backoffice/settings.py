"""Django's settings, built from a data directory and a database address.

It reads no environment and makes nothing; `tools.backoffice.start` binds the result.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tools.backoffice.errors import OfficeError
from tools.backoffice.place import Place

ROOT = Path(__file__).parent

# A writer waits this long for another before it gives up and the terminal has to come again.
BUSY_TIMEOUT_S = 20


def office_settings(place: Place, database: str | None, hosts: list[str]) -> dict[str, Any]:
    """Return the settings of an office that answers under these host names."""
    return {
        "DEBUG": False,
        "SECRET_KEY": place.secret(),
        "ALLOWED_HOSTS": hosts,
        "ROOT_URLCONF": "tools.backoffice.urls",
        "DATABASES": {"default": database_settings(place, database)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": APPLICATIONS,
        "MIDDLEWARE": MIDDLEWARE,
        "TEMPLATES": [TEMPLATES],
        "LOGGING": LOGGING,
        # Of orders: where the operator's key lies, how often an idle terminal asks, an emulated world's time.
        "OFFICE_PLACE": place,
        "ORDERS_POLL_S": 60,
        "ORDERS_BENCH_CLOCK": "",
        "AUTH_PASSWORD_VALIDATORS": PASSWORD_RULES,
        "APPEND_SLASH": False,
        "X_FRAME_OPTIONS": "DENY",
        **LOGIN,
        **LANGUAGE,
        **COOKIES,
    }


def database_settings(place: Place, address: str | None) -> dict[str, Any]:
    """Return Django's words for `sqlite:///path` or `postgresql://user:password@host:port/name?option=…`."""
    if address is None:
        return _sqlite(place.database)
    parts = urlsplit(address)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return _sqlite(Path(unquote(parts.path[1:])).expanduser().resolve())
    if parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    raise OfficeError(
        f"--database {parts.scheme or '(nothing)'}: is no address of a database; "
        "write sqlite:///relative/path, sqlite:////absolute/path or postgresql://user:password@host/name"
    )


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": BUSY_TIMEOUT_S,
            # A transaction that will write says so at once: one that begins by reading may be refused later.
            "transaction_mode": "IMMEDIATE",
            # What a terminal was told is stored has to survive a power cut of the office too.
            "init_command": "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        },
    }


APPLICATIONS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "tools.backoffice.people",
    "tools.backoffice.records",
    "tools.backoffice.orders",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tools.backoffice.browser.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every page asks for a login unless it says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [ROOT / "templates"],
    "OPTIONS": {
        "builtins": ["django.templatetags.i18n", "tools.backoffice.records.templatetags.figures"],
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
        ],
    },
}

LOGIN = {"LOGIN_URL": "login", "LOGIN_REDIRECT_URL": "receipts", "LOGOUT_REDIRECT_URL": "login"}

LANGUAGE = {
    "LANGUAGE_CODE": "en",
    "LANGUAGES": [("en", "English")],
    "LOCALE_PATHS": [ROOT / "locale"],
    "TIME_ZONE": "UTC",
    "USE_TZ": True,
}

# It is served over TLS alone. The prefix makes a browser refuse these cookies from anywhere else.
COOKIES = {
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_AGE": 12 * 3600,
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
}

PASSWORD_RULES = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "office": {"level": "INFO"},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # An answer of 404 or 422 is no event of the office's own; what matters is logged where it happens.
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
