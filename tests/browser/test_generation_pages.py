"""The pages of corpora, networks, clips and jobs in a real browser."""

import numpy
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from generation.models import Job
from generation.models.clips import Stage
from generation.states import ItemState, JobState
from tests import factories
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_as_researcher(open_context, live_server):
    """Return a function that opens a window in which a researcher has logged in."""
    client = Client()
    client.force_login(factories.make_researcher(), backend="django.contrib.auth.backends.ModelBackend")
    name = project.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}

    def open_one(**options):
        context = open_context(**options)
        context.add_cookies([cookie])
        return context.new_page()

    return open_one


@pytest.fixture
def addresses():
    corpus = factories.make_corpus(is_synthetic=True, broken_files=[{"path": "a/b.wav", "reason": "is silent"}])
    epochs = [{"epoch": 1, "loss": 2.0, "validation_accuracy": 0.3}, {"epoch": 2, "loss": 1.0}]
    card = {"accuracy": {"testing": 0.9}, "epochs": [{**each, "validation_accuracy": 0.5} for each in epochs]}
    checkpoint = factories.make_checkpoint(corpus=corpus, card=card)
    clip = factories.make_clip(corpus=corpus)
    for stage in Stage.values:
        factories.make_judgement(clip=clip, checkpoint=checkpoint, stage=stage)
    job = factories.make_job(items=2, item={"error": "There is no such word.", "traceback": "Traceback ..."})
    names = ("corpus_list", "corpus_add", "checkpoint_list", "checkpoint_train", "clip_list", "job_list")
    return [
        *map(reverse, names),
        reverse("corpus_detail", args=[corpus.slug]),
        reverse("checkpoint_detail", args=[checkpoint.slug]),
        reverse("clip_detail", args=[clip.key]),
        reverse("job_detail", args=[job.pk]),
    ]


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", {"width": 1280, "height": 860})])
def test_axe_finds_nothing_and_no_page_scrolls_sideways(open_as_researcher, addresses, scheme, size):
    page = open_as_researcher(color_scheme=scheme, viewport=size, bypass_csp=True)
    found, wide = {}, {}

    for address in addresses:
        page.goto(address)
        results = Axe().run(page)
        if results.violations_count:
            found[address] = results.generate_report()
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            wide[address] = size

    assert found == {}
    assert wide == {}


def test_a_jobs_page_follows_its_progress_and_shows_how_it_ended(open_as_researcher):
    job = factories.make_job(items=4, state=JobState.RUNNING)
    page = open_as_researcher()
    page.goto(reverse("job_detail", args=[job.pk]))

    job.items.filter(position=0).update(state=ItemState.DONE)
    job.items.filter(position=1).update(state=ItemState.LEASED, progress=0.5, note="step 5 of 10")

    expect(page.locator("job-progress")).to_contain_text("1 of 4 parts done")
    expect(page.locator("job-progress")).to_contain_text("step 5 of 10")
    expect(page.locator("job-progress progress")).to_have_js_property("value", 0.375)
    Job.objects.update(state=JobState.FAILED, error="There is no such word.")
    expect(page.locator(".notice.error")).to_have_text("There is no such word.")


def test_a_clip_is_played(open_as_researcher):
    clip = factories.make_clip()
    # Chromium cannot seek in a FLAC file of a single block, as the factory's tenth of a second is; clips are longer.
    soundfile.write(clip.audio_path, numpy.sin(numpy.arange(4500) / 5) / 10, 8000, format="FLAC")
    page = open_as_researcher()
    page.goto(reverse("clip_detail", args=[clip.key]))

    page.locator("audio").evaluate("audio => audio.play()")

    expect(page.locator("audio")).to_have_js_property("ended", True)
