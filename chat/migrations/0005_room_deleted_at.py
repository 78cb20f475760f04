from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_operators")]
    operations = [
        migrations.AddField(
            model_name="room", name="deleted_at", field=models.DateTimeField(blank=True, editable=False, null=True)
        )
    ]
