"""Where each address leads."""

from django.urls import path

from generation.views import checkpoints, clips, corpora, examinations, jobs

urlpatterns = [
    path("corpora/", corpora.corpus_list, name="corpus_list"),
    path("corpora/add/", corpora.corpus_add, name="corpus_add"),
    path("corpora/<slug:slug>/", corpora.corpus_detail, name="corpus_detail"),
    path("networks/", checkpoints.checkpoint_list, name="checkpoint_list"),
    path("networks/train/", checkpoints.checkpoint_train, name="checkpoint_train"),
    path("networks/<slug:slug>/", checkpoints.checkpoint_detail, name="checkpoint_detail"),
    path("networks/<slug:slug>/examine/", examinations.examination_ask, name="examination_ask"),
    path("examinations/", examinations.examination_list, name="examination_list"),
    path("examinations/<slug:slug>/", examinations.examination_detail, name="examination_detail"),
    path("examinations/<slug:slug>/table.csv", examinations.examination_table, name="examination_table"),
    path("examinations/<slug:slug>/<str:part>/<str:name>", examinations.examination_file, name="examination_file"),
    path("clips/", clips.clip_list, name="clip_list"),
    path("clips/<uuid:key>/", clips.clip_detail, name="clip_detail"),
    path("clips/<uuid:key>/sound/", clips.clip_audio, name="clip_audio"),
    path("clips/<uuid:key>/spectrogram/", clips.clip_spectrogram, name="clip_spectrogram"),
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/retry/", jobs.job_retry, name="job_retry"),
]
