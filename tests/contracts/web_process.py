"""Visits every page of a Hearsay of its own, as the web process serves them, and prints what it found as JSON.

Run in a process of its own by test_web_process_never_imports_torch.py: in the tests' process PyTorch may be loaded.
"""

import json
import os
import sys

from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from config.wsgi import application

HOST = "localhost"


def named_pages(resolver, namespace=""):
    """Give the full name and the names of the arguments of every page that has a name."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named_pages(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}", sorted(pattern.pattern.regex.groupindex)


def arguments_of_pages():
    """Store one object of each kind; give the arguments of every page that shows one."""
    from listening_tests.study_file.reading import read_study_file
    from tests import factories

    judgement = factories.make_judgement()
    job = factories.make_job()
    protocol = read_study_file(settings.BASE_DIR / "studies" / "demo.yaml").as_protocol()
    study = factories.make_open_study(corpus=judgement.clip.corpus, protocol=protocol)
    session = factories.make_session(study=study)
    factories.answer_trials(session)
    examination = factories.make_examination(climbed=judgement.checkpoint)
    by_page = {
        "examination_ask": {"slug": judgement.checkpoint.slug},
        "examination_detail": {"slug": examination.slug},
        "examination_table": {"slug": examination.slug},
        "examination_file": {"slug": examination.slug, "part": "yes-0", "name": "maximised-0.png"},
        "corpus_detail": {"slug": judgement.clip.corpus.slug},
        "checkpoint_detail": {"slug": judgement.checkpoint.slug},
        "api_judgement-detail": {"pk": judgement.pk},
        "session": {"session_key": session.key},
        "check": {"session_key": session.key},
        "consent_copy": {"session_key": session.key},
        "questionnaire": {"session_key": session.key},
        "feedback": {"session_key": session.key},
        "check_sound": {"address": "unknown", "number": 0},
        "trial": {"session_key": session.key},
        "review_submission": {"slug": study.slug, "pk": 1},
        "thanks": {"session_key": session.key},
        "withdraw": {"session_key": session.key},
        "sound": {"address": "unknown"},
        "results_table": {"slug": study.slug, "statistic": "mean_opinion_score", "name": "by_system"},
        "results_figure": {"slug": study.slug, "name": "mean-opinion-score", "kind": "svg"},
    }
    by_page |= {name: {"key": judgement.clip.key} for name in ("clip_detail", "clip_audio", "clip_spectrogram")}
    by_page |= {"api_clip-detail": {"key": judgement.clip.key}, "api_job-detail": {"pk": job.pk}}
    by_page |= {name: {"pk": job.pk} for name in ("job_detail", "job_cancel", "job_retry")}
    of_a_study = (
        "study_detail", "study_prepare", "study_open", "study_close", "study_recruitment", "change_recruitment",
        "take_study", "results", "results_clips", "results_export", "results_report", "api_results",
    )  # fmt: skip
    return by_page | {name: {"slug": study.slug} for name in of_a_study}


def visit(client, method, name, arguments):
    from django.urls import reverse

    response = getattr(client, method)(reverse(name, kwargs=arguments), headers={"Host": HOST})
    response.close()
    return response.status_code


def main():
    from django.test import Client

    from tests.factories import make_researcher

    assert application is not None
    call_command("migrate", verbosity=0)
    researcher = make_researcher(is_staff=True, is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(researcher, backend="django.contrib.auth.backends.ModelBackend")
    known, statuses, unknown = arguments_of_pages(), {}, []
    for name, needed in sorted(named_pages(get_resolver())):
        if needed and name not in known:
            unknown.append(name)
            continue
        # Posting to what ends the visitor's login comes last.
        statuses[name] = [visit(client, "get", name, known.get(name, {}))]
    for name in sorted(statuses, key=lambda name: ("logout" in name, name)):
        statuses[name].append(visit(client, "post", name, known.get(name, {})))
    engines = sorted(name for name in ("torch", "torchaudio", "generation.engine") if name in sys.modules)
    with os.fdopen(os.dup(1), "w") as out:
        json.dump({"statuses": statuses, "unknown": unknown, "engines": engines}, out)


main()
