"""Every setting of Hearsay. The only file that reads the environment; docs/settings.md lists the variables."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.contrib.messages import constants as message_levels

from config import environment

BASE_DIR = Path(__file__).resolve().parent.parent

# Where everything lives that is not code: database, corpora, checkpoints, clips, the secret key.
VAR_DIR = environment.folder("HEARSAY_VAR", BASE_DIR / "var")
# Corpora that were made or fetched.
CORPORA_DIR = environment.folder("HEARSAY_CORPORA", VAR_DIR / "corpora")
# Trained networks and their cards.
CHECKPOINTS_DIR = environment.folder("HEARSAY_CHECKPOINTS", VAR_DIR / "checkpoints")
# Features of corpora; can be deleted, they are computed again.
FEATURES_DIR = environment.folder("HEARSAY_FEATURES", VAR_DIR / "features")
# Clips, their pictures and features.
CLIPS_DIR = environment.folder("HEARSAY_CLIPS", VAR_DIR / "clips")
# What examinations of networks found; can be deleted, they are computed again when asked for.
EXAMINATIONS_DIR = VAR_DIR / "examinations"

# Error pages with code and data, for developers at home.
DEBUG = environment.flag("HEARSAY_DEBUG", default=False)
# Signs sessions and links. Made at the first start and kept in HEARSAY_VAR unless given.
SECRET_KEY = environment.secret("HEARSAY_SECRET_KEY", kept_in=VAR_DIR / "secret_key")
# Turns recruitment services' ids of listeners into digests. Whoever changes it forgets who took part in a study.
# Made at the first start and kept in HEARSAY_VAR unless given.
IDENTITY_KEY = environment.secret("HEARSAY_IDENTITY_KEY", kept_in=VAR_DIR / "identity_key")
# The names this server answers to.
ALLOWED_HOSTS = environment.words("HEARSAY_HOSTS", "localhost,127.0.0.1,[::1]")
# The site stands behind HTTPS: secure cookies, redirects, strict transport security.
HTTPS = environment.flag("HEARSAY_HTTPS", default=False)
# Addresses whose forms are accepted, as in https://hearsay.example; needed behind some proxies.
CSRF_TRUSTED_ORIGINS = environment.words("HEARSAY_ORIGINS", "")

INSTALLED_APPS = [
    "accounts",
    "generation",
    "listening_tests",
    "analysis",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.AskForOwnPassword",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The database: an address such as postgres://user:password@host/name, or SQLite in HEARSAY_VAR.
DATABASES = {
    "default": dj_database_url.parse(
        environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'hearsay.sqlite3'}"), conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Many listeners and a worker write at once: WAL lets readers pass, IMMEDIATE takes the write lock first
    # instead of failing half-way, and a writer waits up to 20 s for its turn.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
    # A database in memory cannot be shared by the live server, the worker and the test.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The networks that come with Hearsay.
SHIPPED_DIR = BASE_DIR / "generation" / "shipped"

# The engine behind background work (a django-tasks backend).
TASKS = {"default": {"BACKEND": environment.text("HEARSAY_TASKS", "django_tasks_db.DatabaseBackend")}}
# A worker that is silent for this many seconds has lost its item to whoever claims it next.
LEASE_SECONDS = environment.number("HEARSAY_LEASE_SECONDS", 60, at_least=1)
# Where networks run: cpu, cuda, cuda:1, ... or auto (cuda where there is one).
DEVICE = environment.text("HEARSAY_DEVICE", "auto")
# How many processor threads one worker computes with; 0 leaves it to PyTorch. Two processes of one thread each
# do more than one of two, and two of two each stand in each other's way.
THREADS = int(environment.number("HEARSAY_THREADS", 1))

# The token of Prolific's API; without it studies cannot be run there from here.
PROLIFIC_TOKEN = environment.text("HEARSAY_PROLIFIC_TOKEN", "")
# Where Prolific's API is.
PROLIFIC_URL = environment.text("HEARSAY_PROLIFIC_URL", "https://api.prolific.com/api/v1")
# The secret that Prolific signs its webhooks with; without it they are refused.
PROLIFIC_WEBHOOK_SECRET = environment.text("HEARSAY_PROLIFIC_WEBHOOK_SECRET", "")

AUTH_USER_MODEL = "accounts.Researcher"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 100,
}

LANGUAGE_CODE = "en"
# What listeners can read their pages in; researchers' pages are English.
LANGUAGES = [("en", "English"), ("fi", "Suomi"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
# Style sheets and scripts, collected for serving.
STATIC_ROOT = environment.folder("HEARSAY_STATIC", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

MESSAGE_TAGS = {message_levels.ERROR: "error"}

# How much our own code says on the console.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        name: {"level": environment.text("HEARSAY_LOG_LEVEL", "INFO")}
        for name in ("accounts", "generation", "listening_tests", "analysis")
    },
}
