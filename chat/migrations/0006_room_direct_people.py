from collections import defaultdict

from django.db import migrations, models


def remember(apps, schema_editor):
    """Until now a direct conversation was among those who were in it."""
    rooms, memberships = apps.get_model("chat", "Room"), apps.get_model("chat", "Membership")
    people = defaultdict(list)
    directs = memberships.objects.filter(room__kind="direct").order_by("user_id")
    for room, user in directs.values_list("room_id", "user_id").iterator():
        people[room].append(user)
    for room, users in people.items():
        rooms.objects.filter(pk=room).update(direct_people=users)


class Migration(migrations.Migration):
    dependencies = [("chat", "0005_room_deleted_at")]
    operations = [
        migrations.AddField("room", "direct_people", models.JSONField(blank=True, editable=False, null=True)),
        migrations.RunPython(remember, migrations.RunPython.noop, elidable=True),
    ]
