"""The archive of a study: what goes in comes out, and every number with it."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow.parquet import ParquetFile

from analysis.engine import formats
from analysis.engine.archive import ArchiveIsDamaged, TableFormat
from analysis.engine.columns import Column, RatingsFrameIsWrong
from analysis.engine.formats import EXCHANGE_FORMATS, FORMATS, Format, parquet_with_dictionary
from analysis.engine.formats.csv_with_dictionary import CSV, read_archive, write_archive
from analysis.engine.formats.parquet_with_dictionary import PARQUET
from analysis.engine.ratings import RATINGS
from analysis.engine.record import (
    RecordInChunks,
    StudyFacts,
    StudyRecord,
    in_chunks,
    in_one_chunk,
    library_versions,
    study_record,
)
from analysis.engine.results import analyse, results_as_text
from tests.analysis.frames import rating, simulated_judgements, simulated_ratings


def a_record(ratings: pd.DataFrame | None = None, **facts) -> StudyRecord:
    given = {
        "study": "demo", "title": "What does it listen to?", "version": 1, "protocol_sha256": "0" * 64, "seed": 1,
        "listeners": "real", "corpus": "Spoken digits", "is_synthetic_speech": False, "licence": "CC BY 4.0",
        "versions": library_versions(), **facts,
    }  # fmt: skip
    protocol = {"analysis": {"confidence": 0.9}, "title": "What does it listen to?"}
    frame = simulated_ratings() if ratings is None else ratings
    return study_record(StudyFacts(**given), protocol, frame, simulated_judgements())


def assert_equal(first: StudyRecord, second: StudyRecord) -> None:
    assert (first.facts, first.protocol) == (second.facts, second.protocol)
    pd.testing.assert_frame_equal(first.ratings, second.ratings, check_exact=True)
    pd.testing.assert_frame_equal(first.judgements, second.judgements, check_exact=True)


def changed(archive: bytes, **files: bytes) -> bytes:
    """Return the archive with some files replaced, or left out where None is given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = files.get(name.partition(".")[0], old.read(name))
            if content is not None:
                new.writestr(name, content)
    return buffer.getvalue()


def table_of(form: TableFormat, frame: pd.DataFrame, columns: list[Column]) -> bytes:
    """Return a frame as a format writes it."""
    table = io.BytesIO()
    form.write([frame], columns, table)
    return table.getvalue()


def chunks_of(record: StudyRecord, frames: list[pd.DataFrame]) -> RecordInChunks:
    return in_chunks(record.facts, record.protocol, frames, record.judgements)


def whole_sessions(ratings: pd.DataFrame, together: int = 1) -> list[pd.DataFrame]:
    """Return ratings in order as frames of so many sessions."""
    sessions = ratings["session"].unique()
    slices = [sessions[start : start + together] for start in range(0, len(sessions), together)]
    return [ratings[ratings["session"].isin(list(some))] for some in slices]


def written_in_chunks(form: Format, record: RecordInChunks) -> bytes:
    file = io.BytesIO()
    form.write_in_chunks(record, file)
    return file.getvalue()


def file_in(archive: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name).decode()


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.slug)
def test_a_record_comes_back_as_it_went_in(form):
    record = a_record()

    assert_equal(form.read(form.write(record)), record)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
numbers = st.floats(1, 5)


@settings(max_examples=20, deadline=None)
@example(system="\r", talker="", score=1.0, seconds=None, answered_at=datetime(2000, 1, 1, tzinfo=UTC))
@given(
    system=texts, talker=st.one_of(st.just(""), texts), score=numbers, seconds=st.one_of(st.none(), st.floats(0, 1e6)),
    answered_at=st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2)),
)  # fmt: skip
def test_no_text_number_or_time_is_lost_on_the_way(system, talker, score, seconds, answered_at):
    row = rating(
        system=system, talker=talker, score=score, hidden_seconds=seconds, answered_at=pd.Timestamp(answered_at),
        first_shown_at=pd.NaT, response_seconds=None,
    )  # fmt: skip
    record = a_record(pd.DataFrame([row, rating(trial_order=1)]))

    for form in FORMATS.values():
        assert_equal(form.read(form.write(record)), record)


@pytest.mark.parametrize("form", [CSV, PARQUET], ids=lambda form: form.ending)
def test_an_archive_from_before_some_columns_is_read_and_the_protocol_says_how_systems_were_made(form):
    record = a_record()
    older = [column for column in RATINGS if not column.may_be_absent]
    protocol = {"systems": [{"slug": "copy", "title": "Copy", "source": "copy_synthesis", "vocoder": "griffin_lim"},
                            {"slug": "natural", "title": "Natural", "source": "natural", "vocoder": None}]}  # fmt: skip

    frame = form.read(table_of(form, record.ratings[[each.name for each in older]], older), RATINGS, "ratings")
    again = study_record(record.facts, protocol, frame, record.judgements).ratings

    assert set(RATINGS) > set(older)
    assert again["sound_seconds"].isna().all()
    assert dict(zip(again["system"], again["source"], strict=True)) == {
        "natural": "natural", "copy": "copy_synthesis", "noise": "",
    }  # fmt: skip
    assert dict(zip(again["system"], again["vocoder"], strict=True)) == {
        "natural": "", "copy": "griffin_lim", "noise": "",
    }  # fmt: skip


def test_a_column_that_archives_always_had_may_not_be_absent():
    columns = [column for column in RATINGS if column.name != "talker"]

    with pytest.raises(ArchiveIsDamaged, match="the columns are not"):
        CSV.read(table_of(CSV, a_record().ratings, columns), RATINGS, "ratings.csv")


def test_a_study_without_ratings_can_be_archived():
    record = a_record(simulated_ratings().head(0))

    for form in FORMATS.values():
        assert_equal(form.read(form.write(record)), record)


def test_equal_records_give_equal_bytes_whatever_order_the_rows_came_in():
    ratings = simulated_ratings()

    for form in FORMATS.values():
        archives = {form.write(a_record(frame)) for frame in (ratings, ratings.sample(frac=1, random_state=1))}
        assert len(archives) == 1


def test_an_archive_in_csv_has_the_same_bytes_whatever_chunks_its_ratings_came_in():
    record = a_record()
    whole = write_archive(record)

    for together in (1, 3):
        frames = whole_sessions(record.ratings, together)
        assert len(frames) > 1
        assert written_in_chunks(FORMATS["csv"], chunks_of(record, frames)) == whole


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.slug)
def test_one_chunk_gives_the_bytes_of_the_whole_record_and_many_chunks_its_content(form):
    record = a_record()

    assert written_in_chunks(form, in_one_chunk(record)) == form.write(record)
    assert_equal(form.read(written_in_chunks(form, chunks_of(record, whole_sessions(record.ratings)))), record)


def test_each_chunk_is_a_row_group_of_a_parquet_table():
    record = a_record()
    frames = whole_sessions(record.ratings)

    archive = written_in_chunks(FORMATS["parquet"], chunks_of(record, frames))

    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        table = ParquetFile(io.BytesIO(opened.read("ratings.parquet")))
    rows = [table.metadata.row_group(place).num_rows for place in range(table.num_row_groups)]
    assert rows == [len(frame) for frame in frames]


def test_sessions_that_come_in_two_chunks_or_out_of_order_are_refused():
    record = a_record()
    first, second, *_rest = whole_sessions(record.ratings)

    for frames in ([first.head(2), first.tail(len(first) - 2)], [second, first]):
        with pytest.raises(RatingsFrameIsWrong, match="give whole sessions in order"):
            written_in_chunks(FORMATS["csv"], chunks_of(record, frames))


def test_a_wrong_value_in_a_later_chunk_is_named_before_a_byte_of_the_archive_is_written():
    record = a_record()
    first, second, *rest = whole_sessions(record.ratings)
    file = io.BytesIO()

    with pytest.raises(RatingsFrameIsWrong, match=f"'decoy' .* Rows are counted from rating {len(first) + 1} on"):
        FORMATS["csv"].write_in_chunks(chunks_of(record, [first, second.assign(role="decoy"), *rest]), file)

    assert file.getvalue() == b""


def test_a_reviewer_computes_every_number_again_from_the_archive():
    record = a_record()

    again = analyse(read_archive(write_archive(record)))

    assert results_as_text(again) == results_as_text(analyse(record))
    for slug, tables in analyse(record).tables.items():
        for name, table in tables.items():
            pd.testing.assert_frame_equal(again.tables[slug][name], table, check_exact=True)


def test_the_dictionary_describes_every_column():
    package = json.loads(file_in(write_archive(a_record()), "datapackage.json"))

    ratings = package["resources"][0]["schema"]
    assert [field["name"] for field in ratings["fields"]] == [column.name for column in RATINGS]
    assert all(field["description"] for field in ratings["fields"])
    assert ratings["primaryKey"] == ["session", "block", "trial_order", "stimulus"]


def test_the_read_me_says_what_is_synthetic_and_what_is_simulated():
    archive = write_archive(a_record(listeners="simulated", is_synthetic_speech=True))

    told = file_in(archive, "README.txt")
    assert "SIMULATED LISTENERS" in told
    assert "SYNTHETIC SPEECH" in told
    assert "SIMULATED LISTENERS" not in file_in(write_archive(a_record()), "README.txt")


def test_what_is_no_zip_archive_is_refused():
    with pytest.raises(ArchiveIsDamaged, match="not a whole zip archive"):
        read_archive(b"PK but not really")


def test_a_cut_archive_is_refused():
    with pytest.raises(ArchiveIsDamaged, match="not a whole zip archive"):
        read_archive(write_archive(a_record())[:-100])


def test_a_missing_part_is_named():
    with pytest.raises(ArchiveIsDamaged, match=r"lacks ratings\.csv"):
        read_archive(changed(write_archive(a_record()), ratings=None))


def test_a_table_that_was_changed_after_the_export_is_refused():
    archive = write_archive(a_record())
    better = file_in(archive, "ratings.csv").replace(",2.0,", ",5.0,").encode()

    with pytest.raises(ArchiveIsDamaged, match=r"ratings\.csv was changed after the export"):
        read_archive(changed(archive, ratings=better))


def test_a_damaged_dictionary_is_refused():
    with pytest.raises(ArchiveIsDamaged, match=r"datapackage\.json or protocol\.json"):
        read_archive(changed(write_archive(a_record()), datapackage=b"{}"))


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("is_complete_session", "perhaps", "'perhaps' is no boolean"),
        ("is_complete_session", "", "'' is no boolean"),
        ("block", "", "'' is no integer"),
        ("trial_order", "1.5", "'1.5' is no integer"),
        ("score", "good", "'good' is no number"),
        ("answered_at", "yesterday", "'yesterday' is no datetime"),
    ],
)
def test_a_wrong_cell_is_named_even_under_a_right_hash(column, cell, says):
    archive = write_archive(a_record())
    head, first, *rows = csv.reader(io.StringIO(file_in(archive, "ratings.csv"), newline=""))
    first[head.index(column)] = cell

    with pytest.raises(ArchiveIsDamaged, match=rf"ratings\.csv, row 2, column {column}: {says}"):
        read_archive(with_hash_of(archive, as_csv([head, first, *rows])))


def test_a_row_of_too_few_cells_is_named():
    archive = write_archive(a_record())
    head, first, second, *rows = csv.reader(io.StringIO(file_in(archive, "ratings.csv"), newline=""))

    with pytest.raises(ArchiveIsDamaged, match=rf"row 3: {len(head) - 1} cells instead of {len(head)}"):
        read_archive(with_hash_of(archive, as_csv([head, first, second[:-1], *rows])))


def test_a_table_that_is_no_text_is_refused():
    archive = write_archive(a_record())
    table = file_in(archive, "ratings.csv").encode().replace(b"natural", b"\xff\xfe")

    with pytest.raises(ArchiveIsDamaged, match=r"ratings\.csv is no table"):
        read_archive(with_hash_of(archive, table))


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def test_a_value_that_the_schema_forbids_is_named():
    archive = write_archive(a_record())
    table = file_in(archive, "ratings.csv").replace(",sample,", ",decoy,", 1).encode()

    with pytest.raises(RatingsFrameIsWrong, match="'decoy'"):
        read_archive(with_hash_of(archive, table))


def with_hash_of(archive: bytes, table: bytes) -> bytes:
    """Return the archive with another table of ratings and a dictionary that agrees with it."""
    package = json.loads(file_in(archive, "datapackage.json"))
    package["resources"][0]["hash"] = f"sha256:{hashlib.sha256(table).hexdigest()}"
    return changed(archive, ratings=table, datapackage=json.dumps(package).encode())


def test_every_file_in_the_folder_of_formats_is_in_the_table():
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")} - {"__init__"}

    archives = {form.write.__module__.rpartition(".")[2] for form in FORMATS.values()}
    assert files == archives | set(EXCHANGE_FORMATS)


def test_parquet_says_what_it_is_and_refuses_what_is_none():
    archive = parquet_with_dictionary.write_archive(a_record())

    resource = json.loads(file_in(archive, "datapackage.json"))["resources"][0]
    assert (resource["path"], resource["format"]) == ("ratings.parquet", "parquet")
    with pytest.raises(ArchiveIsDamaged, match=r"lacks ratings\.parquet"):
        parquet_with_dictionary.read_archive(write_archive(a_record()))
    broken = b"PAR1 but not really PAR1"
    package = json.loads(file_in(archive, "datapackage.json"))
    package["resources"][0]["hash"] = f"sha256:{hashlib.sha256(broken).hexdigest()}"
    with pytest.raises(ArchiveIsDamaged, match=r"ratings\.parquet is no Parquet file"):
        parquet_with_dictionary.read_archive(changed(archive, ratings=broken, datapackage=json.dumps(package).encode()))
