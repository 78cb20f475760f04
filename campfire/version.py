"""Which Campfire this is; CHANGELOG.md says what each version brought."""

NAME = "Campfire"
VERSION = "0.1.0"
