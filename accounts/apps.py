from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Researchers"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - the first app in the row registers the checks of the settings
