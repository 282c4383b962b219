from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("listening_tests", "0009_keep_what_was_delivered"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="consent_token",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Of the page that began it.",
                max_length=40,
                null=True,
                unique=True,
            ),
        ),
    ]
