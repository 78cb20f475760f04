from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = "Rooms and messages"

    def ready(self) -> None:
        from chat import subscribers

        subscribers.register()
