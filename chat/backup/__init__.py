"""Backups: one moment of a Campfire in a folder, counted when it is made, and again before and after it is restored.

`folder` knows files and their SHA-256, `contents` what a database holds in numbers, `sqlite` and `postgresql` how
theirs is copied and put back; `taking` and `restoring` are the two ways (docs/decisions/backups.md).
"""
