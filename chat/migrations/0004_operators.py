"""Indexes for what operators look through, one of them in the place of the one a foreign key has of its own.

On SQLite, Django would alter the column by making the table anew, and lose the triggers behind search with the old one.
So only the index is exchanged.
"""

from typing import Any

from django.conf import settings
from django.db import migrations, models


def drop_index(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "chat_message")
    for name, index in found.items():
        if index["index"] and index["columns"] == ["creator_id"]:
            schema_editor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")


def create_index(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("CREATE INDEX chat_message_creator_id ON chat_message (creator_id)")


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0003_star_and_mute"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(name="membership", options={"verbose_name": "room member"}),
        migrations.AddIndex(
            model_name="message", index=models.Index(fields=["creator", "id"], name="message_creator")
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["deleted_at"], condition=models.Q(("deleted_at__isnull", False)), name="message_deleted"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_index, create_index)],
            state_operations=[
                migrations.AlterField(
                    model_name="message",
                    name="creator",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=models.deletion.PROTECT,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                )
            ],
        ),
    ]
