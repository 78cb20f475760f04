"""SQLite: a message that was edited is found by the words that it kept.

Which of two triggers runs first is not promised. The one that forgot the old text ran after the one that took in the
new, and took the trigrams of both out of the index. One trigger does one after the other; the index is made anew.
"""

from typing import Any

from django.db import migrations

BEFORE = {
    "chat_message_search_update_old": """CREATE TRIGGER chat_message_search_update_old AFTER UPDATE OF content
        ON chat_message WHEN old.content <> '' AND old.content <> new.content BEGIN
          INSERT INTO chat_message_search(chat_message_search, rowid, content)
          VALUES ('delete', old.id, old.content);
        END""",
    "chat_message_search_update_new": """CREATE TRIGGER chat_message_search_update_new AFTER UPDATE OF content
        ON chat_message WHEN new.content <> '' AND old.content <> new.content BEGIN
          INSERT INTO chat_message_search(rowid, content) VALUES (new.id, new.content);
        END""",
}
TRIGGER = """CREATE TRIGGER chat_message_search_update AFTER UPDATE OF content ON chat_message
    WHEN old.content <> new.content BEGIN
      INSERT INTO chat_message_search(chat_message_search, rowid, content)
      SELECT 'delete', old.id, old.content WHERE old.content <> '';
      INSERT INTO chat_message_search(rowid, content) SELECT new.id, new.content WHERE new.content <> '';
    END"""


def mend(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    for name in BEFORE:
        schema_editor.execute(f"DROP TRIGGER {name}", params=None)
    schema_editor.execute(TRIGGER, params=None)
    schema_editor.execute("INSERT INTO chat_message_search(chat_message_search) VALUES ('rebuild')", params=None)


def go_back(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "sqlite":
        return
    schema_editor.execute("DROP TRIGGER chat_message_search_update", params=None)
    for statement in BEFORE.values():
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("chat", "0006_room_direct_people")]
    operations = [migrations.RunPython(mend, go_back)]
