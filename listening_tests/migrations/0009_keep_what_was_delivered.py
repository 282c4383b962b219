from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("listening_tests", "0008_keep_where_listeners_came_from"),
    ]

    operations = [
        migrations.AddField(
            model_name="presentation",
            name="delivered_at",
            field=models.DateTimeField(blank=True, help_text="When the server first sent the sound.", null=True),
        ),
        migrations.AddField(
            model_name="presentation",
            name="delivered_sha256",
            field=models.CharField(blank=True, help_text="Of the file that was sent.", max_length=64),
        ),
    ]
