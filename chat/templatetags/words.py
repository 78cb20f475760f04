"""The words the browser's scripts say, translated here so that gettext stays the only source of them."""

from typing import Any

from django.utils.translation import gettext as _

from chat.templatetags.faces import several_names


def words() -> dict[str, Any]:
    """Sentences by key; `{name}` is filled in by static/js/helpers/words.js, which also picks `one` or `other`."""
    return {
        **several_names(),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "edited": _("(edited)"),
        "new_messages": {"one": _("{count} new message"), "other": _("{count} new messages")},
        "to_present": _("Go to the newest messages"),
        "announce": {"one": _("{count} new message from {names}"), "other": _("{count} new messages from {names}")},
        "and": _("{first} and {last}"),
        "several": _("several people"),
        "typing_one": _("{first} is typing…"),
        "typing_two": _("{first} and {last} are typing…"),
        "typing_many": _("Several people are typing…"),
        "here": {"one": _("{count} person here"), "other": _("{count} people here")},
        "sending": _("Sending…"),
        "queued": _("Queued"),
        "waiting": _("Too fast: sending in {seconds} s"),
        "trying_again": _("Not sent yet: retrying in {seconds} s"),
        "not_sent": _("Not sent: {reason}"),
        "sent": _("Sent."),
        "too_long": _("{over} characters too many. A message holds at most {limit}."),
        **_connection_words(),
        "message_to": _("Message {name}"),
        "leave_page": _("Go to your rooms"),
        "copied": _("Copied"),
        "link_copied": _("Link copied."),
        "marked_unread": {"one": _("{count} message is unread."), "other": _("{count} messages are unread.")},
        "nothing_unread": _("There’s nothing newer from anyone else."),
        "all_read": _("Everything is marked as read."),
        "edit_once_sent": _("You can edit it as soon as it is sent."),
        "edited_gone": _("The message you were editing was deleted."),
        "edited_gone_kept": _("The message you were editing was deleted. Your text is kept."),
        "failed": _("The server could not be reached. Please try again."),
        "unread": {"one": _("{count} unread message"), "other": _("{count} unread messages")},
        "mentions": {"one": _("{count} mention"), "other": _("{count} mentions")},
        "draft": _("Draft"),
        "unread_below": {"one": _("{count} unread ↓"), "other": _("{count} unread ↓")},
        "unread_above": {"one": _("{count} unread ↑"), "other": _("{count} unread ↑")},
        "not_loaded": _("This could not be loaded. Check your connection, then try again."),
    }


def _connection_words() -> dict[str, Any]:
    """How the connection stands, and what a room's page says when the room is gone."""
    return {
        "connecting": _("Connecting…"),
        "reconnecting": _("Reconnecting in {seconds} s"),
        "try_now": _("Try now"),
        "offline": _("You’re offline. Messages will be sent when you’re back."),
        "catching_up": {"one": _("Catching up {count} message…"), "other": _("Catching up {count} messages…")},
        "signed_out": _("You are signed out. Your draft is kept."),
        "sign_in": _("Sign in"),
        "stopped": _("This page is no longer connected."),
        "too_many": _("Campfire is open in too many tabs. Close some, then reload this one."),
        "disabled": _("Your account is no longer active."),
        "renewed": _("The server was restored. Reload to see it as it is now."),
        "update": _("Campfire has been updated. Reload to use the new version."),
        "reload": _("Reload"),
        "removed": _("You are no longer in this room."),
        "left": _("You have left this room."),
        "deleted": _("This room has been deleted."),
    }
