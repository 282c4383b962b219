from django.apps import AppConfig

from generation.catalogue import JOB_KINDS, Entry

KINDS = ("write_slowly", "kill_worker", "fail", "lose_device")


class CrashingConfig(AppConfig):
    name = "tests.generation.crashing"

    def ready(self):
        for kind in KINDS:
            JOB_KINDS[kind] = Entry(kind, kind, "a test's work", f"tests.generation.crashing.handlers:{kind}")
