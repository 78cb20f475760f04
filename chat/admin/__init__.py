"""Django admin for rooms and what is said in them. One file for each noun; what all share is `accounts.admin.base`."""

from chat.admin import members, memberships, messages, rooms

__all__ = ["members", "memberships", "messages", "rooms"]
