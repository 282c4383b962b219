from django.apps import AppConfig


class ListeningTestsConfig(AppConfig):
    name = "listening_tests"
    verbose_name = "Listening tests"
