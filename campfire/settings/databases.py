"""SQLite in the data folder, or PostgreSQL by DATABASE_URL."""

from campfire.settings.environment import env
from campfire.settings.site import DATA_DIR

DATABASES = {"default": env.database("DATABASE_URL", file=DATA_DIR / "campfire.sqlite3")}
_database = DATABASES["default"]
IS_SQLITE = _database["ENGINE"] == "django.db.backends.sqlite3"
if IS_SQLITE:
    # Writers queue for the lock from the start of a transaction, so none fails half-way with "locked". What a statement
    # would need to undo itself is kept in memory, not in a file; 32 MB of changes gather before they are moved.
    _pragmas = "journal_mode=WAL synchronous=FULL foreign_keys=ON temp_store=MEMORY wal_autocheckpoint=8000"
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": env.number("SQLITE_TIMEOUT_S", default=5),
        "init_command": "".join(f"PRAGMA {pragma};" for pragma in _pragmas.split()),
    }
    _database["CONN_MAX_AGE"] = None
    _database["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    from campfire.data.postgres import Connection

    _database.setdefault("OPTIONS", {})
    # A machine that vanished without a word is noticed, where nobody waits for an answer too.
    _patience = {"connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5}
    _database["OPTIONS"] = _patience | _database["OPTIONS"]
    _database["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": env.number("DATABASE_POOL", default=20, at_least=2),
        "timeout": 3,
        "connection_class": Connection,
        # Its waits between attempts to reconnect double for as long as it does not give up: then the next use tries.
        "reconnect_timeout": 2,
    }
    _database["CONN_HEALTH_CHECKS"] = True
# How long somebody who sends waits to hear that it is stored, or that it cannot be.
STORING_SECONDS = _database["OPTIONS"]["timeout"] if IS_SQLITE else 4.5
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
