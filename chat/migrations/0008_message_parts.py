from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0007_search_of_edited")]
    operations = [
        migrations.AddField("message", "parts", models.JSONField(blank=True, editable=False, null=True)),
    ]
