"""What listeners agreed to, word by word."""

from django.db import models

from listening_tests.models.studies import Study


class Consent(models.Model):
    """A wording of a study's consent page. Each session keeps the one that its listener agreed to."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="consents")
    version = models.CharField(max_length=20, help_text="As the study file names it.")
    language = models.CharField(max_length=10, default="en")
    text = models.TextField(help_text="The page's words, as HTML.")
    sha256 = models.CharField(max_length=64)
    first_shown_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "sha256"], name="a_consents_wording_is_stored_once")]

    def __str__(self) -> str:
        return f"consent {self.version} to {self.study}"
