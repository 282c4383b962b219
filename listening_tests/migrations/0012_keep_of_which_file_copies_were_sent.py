from django.db import migrations, models
from django.db.models import F


def until_now_the_file_itself_was_sent(apps, schema_editor):
    apps.get_model("listening_tests", "Presentation").objects.update(file_sha256=F("delivered_sha256"))


class Migration(migrations.Migration):
    dependencies = [
        ("listening_tests", "0011_look_at_recruitment_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="presentation",
            name="file_sha256",
            field=models.CharField(blank=True, help_text="Of the file of which they are a copy.", max_length=64),
        ),
        migrations.AlterField(
            model_name="presentation",
            name="delivered_sha256",
            field=models.CharField(blank=True, help_text="Of the bytes that were sent.", max_length=64),
        ),
        migrations.RunPython(until_now_the_file_itself_was_sent, migrations.RunPython.noop),
    ]
