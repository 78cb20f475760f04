from chat.models.epochs import Epoch
from chat.models.memberships import Membership
from chat.models.mentions import Mention
from chat.models.messages import Message
from chat.models.revisions import Revision
from chat.models.rooms import Room

__all__ = ["Epoch", "Membership", "Mention", "Message", "Revision", "Room"]
