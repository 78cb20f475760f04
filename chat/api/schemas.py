"""The wire's shapes for OpenAPI. Answers are made by `payloads.py`; these describe them (a test compares the two)."""

from rest_framework import serializers

from chat.api.fields import FlagField, IdField, NumberField, TextField
from chat.models import Room
from chat.models.memberships import Involvement

MESSAGE_KINDS = [("text", "text")]
ROOM_SCOPES = [("mine", "mine"), ("archived", "archived"), ("open", "open")]
NEW_ROOM_KINDS = [("open", "open"), ("closed", "closed")]


class PersonSchema(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)


class ReactionSchema(serializers.Serializer):
    emoji = serializers.CharField()
    count = serializers.IntegerField()
    user_ids = serializers.ListField(child=serializers.UUIDField())


class MessageSchema(serializers.Serializer):
    id = serializers.UUIDField()
    room_id = serializers.UUIDField()
    creator_id = serializers.UUIDField()
    creator = PersonSchema()
    content = serializers.CharField(help_text="As written, in Markdown.")
    html = serializers.CharField(help_text="Rendered and sanitised.")
    client_message_id = serializers.UUIDField()
    seq = serializers.IntegerField()
    created_version = serializers.IntegerField()
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=MESSAGE_KINDS)
    thread_id = serializers.UUIDField(allow_null=True)
    reply_count = serializers.IntegerField()
    reactions = ReactionSchema(many=True)
    attachments = serializers.ListField(child=serializers.DictField())
    mentions = serializers.ListField(child=serializers.UUIDField())
    pinned = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)


class RevisionSchema(serializers.Serializer):
    id = serializers.IntegerField()
    content = serializers.CharField()
    html = serializers.CharField()
    editor = PersonSchema(allow_null=True)
    created_at = serializers.DateTimeField(help_text="When it was replaced.")


class RoomMembershipSchema(serializers.Serializer):
    involvement = serializers.ChoiceField(choices=Involvement.choices)
    starred = serializers.BooleanField()
    muted_until = serializers.DateTimeField(allow_null=True)
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()
    mention_count = serializers.IntegerField()


class RoomSchema(serializers.Serializer):
    id = serializers.UUIDField()
    workspace_id = serializers.UUIDField()
    name = serializers.CharField(help_text="Empty in directs.")
    kind = serializers.ChoiceField(choices=Room.Kind.choices)
    topic = serializers.CharField()
    seq = serializers.IntegerField()
    version = serializers.IntegerField()
    epoch = serializers.UUIDField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    archived_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    people = PersonSchema(many=True, required=False, help_text="Only in directs.")
    membership = RoomMembershipSchema(required=False, help_text="Your own; left out if you are not a member.")


class ReadStateSchema(serializers.Serializer):
    room_id = serializers.UUIDField()
    seq = serializers.IntegerField(help_text="The highest seq in the room.")
    version = serializers.IntegerField(help_text="The version of the room at which the counts are correct.")
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()
    mention_count = serializers.IntegerField()


class ChangesSchema(serializers.Serializer):
    changes = serializers.ListField(child=serializers.DictField(), help_text="The same frames that `catch_up` sends.")
    version = serializers.IntegerField()
    has_more = serializers.BooleanField()
    epoch = serializers.UUIDField()


class PresenceSchema(serializers.Serializer):
    room_id = serializers.UUIDField()
    participants = serializers.ListField(child=serializers.UUIDField())
    participant_count = serializers.IntegerField()
    online = serializers.ListField(child=serializers.UUIDField(), help_text="Members connected anywhere.")


class DirectsPresenceSchema(serializers.Serializer):
    online = serializers.ListField(
        child=serializers.UUIDField(), help_text="Those who are connected anywhere, including you."
    )


class RoomMemberSchema(serializers.Serializer):
    user = PersonSchema()
    involvement = serializers.ChoiceField(choices=Involvement.choices)
    joined_at = serializers.DateTimeField()


# ---- what clients send -------------------------------------------------------------------------------------


class RoomInput(serializers.Serializer):
    name = TextField(max_length=1000)
    kind = serializers.ChoiceField(choices=NEW_ROOM_KINDS)
    topic = TextField(required=False, default="", allow_blank=True, max_length=5000)
    workspace_id = IdField(required=False)
    member_ids = serializers.ListField(child=IdField(), required=False, default=list, max_length=500)


class RoomChangeInput(serializers.Serializer):
    name = TextField(required=False, max_length=1000)
    topic = TextField(required=False, allow_blank=True, max_length=5000)
    kind = serializers.ChoiceField(choices=NEW_ROOM_KINDS, required=False)
    archived = FlagField(required=False)


class DirectInput(serializers.Serializer):
    user_ids = serializers.ListField(child=IdField(), allow_empty=False, max_length=100)


class MemberInput(serializers.Serializer):
    user_id = IdField()


class OwnMembershipInput(serializers.Serializer):
    involvement = serializers.ChoiceField(choices=Involvement.choices, required=False)
    starred = FlagField(required=False)
    muted_until = serializers.DateTimeField(required=False, allow_null=True, help_text="null: not muted.")


class MessageInput(serializers.Serializer):
    # Length and white space are the action's to judge, so nothing is trimmed here.
    content = TextField(allow_blank=True, trim_whitespace=False)
    client_message_id = IdField(required=False)
    thread_id = IdField(required=False, allow_null=True)
    attachment_ids = serializers.ListField(child=IdField(), required=False, max_length=20)


class EditInput(serializers.Serializer):
    content = TextField(allow_blank=True, trim_whitespace=False)


class ReadInput(serializers.Serializer):
    # Which seqs there are is the action's to judge, with a code of its own.
    seq = NumberField(min_value=-(2**63), max_value=2**63 - 1)


class HistoryQuery(serializers.Serializer):
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=50)
    before = serializers.CharField(required=False, max_length=36, help_text="A seq or a message's id.")
    after = serializers.CharField(required=False, max_length=36, help_text="A seq or a message's id.")
    around = serializers.CharField(required=False, max_length=36, help_text="A seq or a message's id.")


class ChangesQuery(serializers.Serializer):
    after_version = serializers.IntegerField(min_value=-(2**63), max_value=2**63 - 1)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=500)
    epoch = serializers.CharField(required=False, max_length=36)


class SearchQuery(serializers.Serializer):
    q = serializers.CharField(allow_blank=True, max_length=1000)
    room_id = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=50)


class RoomsQuery(serializers.Serializer):
    scope = serializers.ChoiceField(choices=ROOM_SCOPES, required=False, default="mine")
