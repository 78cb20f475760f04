"""The durable queue (campfire/tasks.py)."""

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Due once a day (campfire/tasks.py).
DAILY_TASKS = ["accounts.tasks.clear_sessions", "campfire.tasks.forget_results"]
