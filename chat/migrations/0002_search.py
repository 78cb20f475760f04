"""The index behind search: trigrams, so that parts of words and every script are found, on both databases.

SQLite: an FTS5 table over the messages' own content, kept in step by triggers (rowid = the bigint key, which
VACUUM leaves alone). PostgreSQL: a pg_trgm GIN index (a trusted extension: the database's owner may create it).
"""

from typing import Any

from django.db import migrations

SQLITE = (
    """CREATE VIRTUAL TABLE chat_message_search USING fts5(
         content, content='chat_message', content_rowid='id', tokenize='trigram')""",
    """CREATE TRIGGER chat_message_search_insert AFTER INSERT ON chat_message WHEN new.content <> '' BEGIN
         INSERT INTO chat_message_search(rowid, content) VALUES (new.id, new.content);
       END""",
    """CREATE TRIGGER chat_message_search_delete AFTER DELETE ON chat_message WHEN old.content <> '' BEGIN
         INSERT INTO chat_message_search(chat_message_search, rowid, content)
         VALUES ('delete', old.id, old.content);
       END""",
    """CREATE TRIGGER chat_message_search_update_old AFTER UPDATE OF content ON chat_message
       WHEN old.content <> '' AND old.content <> new.content BEGIN
         INSERT INTO chat_message_search(chat_message_search, rowid, content)
         VALUES ('delete', old.id, old.content);
       END""",
    """CREATE TRIGGER chat_message_search_update_new AFTER UPDATE OF content ON chat_message
       WHEN new.content <> '' AND old.content <> new.content BEGIN
         INSERT INTO chat_message_search(rowid, content) VALUES (new.id, new.content);
       END""",
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX chat_message_search ON chat_message USING gin (UPPER(content) gin_trgm_ops) WHERE deleted_at IS NULL",
)


def create(apps: Any, schema_editor: Any) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement, params=None)


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        schema_editor.execute("DROP INDEX chat_message_search", params=None)
        return
    for name in ("insert", "delete", "update_old", "update_new"):
        schema_editor.execute(f"DROP TRIGGER chat_message_search_{name}", params=None)
    schema_editor.execute("DROP TABLE chat_message_search", params=None)


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
