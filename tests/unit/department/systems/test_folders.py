"""Tasks and results as files: real folders, a real service."""

import csv
import io
import json
import uuid

import pytest
from openpyxl import Workbook, load_workbook

from tests.unit.department.samples import assigned, cancelled
from tests.unit.department.systems.routing import answers_about
from tests.unit.department.systems.waiting import until

FIELDS = {
    "办件编号": "case",
    "任务": "assignment",
    "类型": {"from": "kind", "table": {"assigned": "新办"}, "default": "变更"},
    "单位": "form.name",
}
MISFIT = {"id": "assignment", "type": {"from": "kind", "table": {"assigned": "NEW"}}}
RESULTS = {
    "assignment": {"from": "任务", "as": "text"},
    "act": {
        "from": "结果",
        "table": {"同意": "completion", "不同意": "completion", "补正": "return"},
    },
    "outcome": {"from": "结果", "table": {"同意": "approved", "不同意": "rejected"}},
    "opinion": "意见",
    "legal_basis": "依据",
    "missing": "缺少",
    "results.file_number": {"from": "档号", "as": "text"},
}


@pytest.fixture(scope="module")
def office(connected, tmp_path_factory):
    exchange = tmp_path_factory.mktemp("exchange")

    def way(name, form, **more):
        for part in ("out", "in"):
            (exchange / name / part).mkdir(parents=True)
        tasks = {"folder": str(exchange / name / "out"), "format": form, **more.get("tasks", {})}
        results = {"folder": str(exchange / name / "in"), **more.get("results", {})}
        pace = {"every_seconds": 0.1, "settle_seconds": 0.2}
        return {"folder": {"tasks": tasks, "results": results, **pace}}

    chinese = {
        "tasks": {"fields": FIELDS, "encoding": "gb18030"},
        "results": {"fields": RESULTS, "encoding": "gb18030"},
    }
    departments = {
        "archives": way("archives", "json"),
        "town": way("town", "csv", **chinese),
        "school": way("school", "xlsx", results={"fields": RESULTS}),
        "lost": way("lost", "csv"),
        "misfit": way("misfit", "json", tasks={"fields": MISFIT}),
    }
    (exchange / "lost" / "out").rmdir()
    started = connected(departments)
    started.exchange = exchange
    return started


def given(office, department, count=1, **changes):
    tasks = [assigned(str(uuid.uuid4()), department, **changes) for _ in range(count)]
    office.say(*tasks)
    return tasks if count > 1 else tasks[0]


def files(office, department, folder="out"):
    return sorted(it for it in (office.exchange / department / folder).iterdir() if it.is_file())


def with_task(office, department, task):
    """The file in which a task was put."""

    def found():
        whole = [it for it in files(office, department) if not it.name.startswith(".")]
        return next((it for it in whole if task.assignment in text_of(it)), None)

    return until(found)


def text_of(path):
    if path.suffix == ".xlsx":
        return str([list(row) for row in load_workbook(path).active.iter_rows(values_only=True)])
    return path.read_bytes().decode("gb18030" if "town" in path.parts else "utf-8-sig")


def drop(office, department, name, content):
    """Put a file as a careful program does: under another name, then renamed."""
    folder = office.exchange / department / "in"
    beside = folder / f".{name}.tmp"
    beside.write_bytes(content)
    beside.rename(folder / name)
    return folder / name


def taken(path):
    until(lambda: not path.exists())
    return path.parent / "done" / path.name


def errors_of(path):
    beside = path.with_name(path.name + ".errors.csv")
    until(beside.exists)
    return list(csv.DictReader(io.StringIO(beside.read_text("utf-8-sig"))))


def table(*rows, encoding="utf-8"):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def test_json_goes_out_and_comes_back(office):
    task = given(office, "archives")
    (told,) = json.loads(text_of(with_task(office, "archives", task)))
    assert (told["kind"], told["form"]) == ("assigned", {"name": "某某公司"})
    results = [
        {"assignment": task.assignment, "act": "completion", "outcome": "approved"},
    ]
    path = drop(office, "archives", "r1.json", json.dumps({"results": results}).encode())
    assert taken(path).exists()
    assert office.task(task).state == "completed"


def test_csv_in_their_words_and_encoding_with_bad_rows_told_beside_it(office):
    good, bad, stated = given(office, "town", 3)
    (row,) = [
        it
        for it in csv.DictReader(io.StringIO(text_of(with_task(office, "town", good))))
        if it["任务"] == good.assignment
    ]
    assert row == {
        "办件编号": good.case,
        "任务": good.assignment,
        "类型": "新办",
        "单位": "某某公司",
    }
    rest = {"意见": "", "依据": "", "缺少": "", "档号": ""}
    content = table(
        {"任务": good.assignment, "结果": "同意", **rest, "档号": "0012"},
        {"任务": bad.assignment, "结果": "也许", **rest},
        {"任务": bad.assignment, "结果": "不同意", **rest},
        {"任务": "无此任务", "结果": "同意", **rest},
        {"任务": stated.assignment, "结果": "补正", **rest, "缺少": "charter：未盖章\nplan: 缺页"},
        encoding="gb18030",
    )
    path = drop(office, "town", "结果.csv", content)
    told = errors_of(path)
    taken(path)
    assert [(it["row"], it["field"]) for it in told] == [
        ("3", "结果"),
        ("4", "意见"),
        ("4", "依据"),
        ("5", ""),
    ]
    assert told[0]["problem_en"] == "must be one of 同意, 不同意, 补正, and is 也许"
    assert told[0]["problem_zh"] == "应为 同意, 不同意, 补正 之一，实际为 也许"
    assert told[1]["problem_zh"] == "缺失；办理结果为 rejected 时必须填写"
    (sent,) = answers_about(office.database, good.assignment)
    assert sent.results == {"file_number": "0012"}
    (sent,) = answers_about(office.database, stated.assignment)
    assert [(it.subject, it.problem) for it in sent.missing] == [
        ("charter", "未盖章"),
        ("plan", "缺页"),
    ]
    assert office.task(bad).version == 1


def test_xlsx_goes_out_without_formulas_and_comes_back(office):
    evil = '=HYPERLINK("http://x","y")'
    task = given(office, "school", form={"name": evil, "area": 12.5})
    sheet = load_workbook(with_task(office, "school", task)).active
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert cells[evil].data_type == "s"
    assert 12.5 in cells
    book = Workbook()
    book.active.append(["任务", "结果", "档号", None])
    book.active.append([task.assignment, "同意", 12, None])
    content = io.BytesIO()
    book.save(content)
    path = drop(office, "school", "results.XLSX", content.getvalue())
    assert taken(path).exists()
    (sent,) = answers_about(office.database, task.assignment)
    assert sent.results == {"file_number": "12"}


def test_csv_goes_out_without_formulas(office):
    task = given(office, "town", form={"name": "=1+1"})
    assert "'=1+1" in text_of(with_task(office, "town", task))


def test_the_same_file_twice_has_one_effect(office):
    task = given(office, "archives")
    with_task(office, "archives", task)
    results = [{"assignment": task.assignment, "act": "acceptance"}]
    content = json.dumps(results).encode()
    taken(drop(office, "archives", "one.json", content))
    version = office.task(task).version
    path = drop(office, "archives", "two.json", content)
    (told,) = errors_of(path)
    assert "was taken already, as one.json" in told["problem_en"]
    taken(path)
    assert office.task(task).version == version
    assert len(answers_about(office.database, task.assignment)) == 1


def test_a_file_that_is_still_written_is_not_read(office):
    task = given(office, "archives")
    with_task(office, "archives", task)
    folder = office.exchange / "archives" / "in"
    whole = json.dumps([{"assignment": task.assignment, "act": "acceptance"}])
    with (folder / "slow.json").open("w", buffering=1) as file:
        quicker = drop(office, "archives", "quicker.json", b"[\n]")

        def written_on():
            file.write("\n")
            return not quicker.exists()

        until(written_on)
        assert (folder / "slow.json").exists()
        file.write(whole)
    assert taken(folder / "slow.json").exists()
    assert not (folder / "slow.json.errors.csv").exists()
    assert office.task(task).state == "accepted"


@pytest.mark.parametrize(
    "name", [".hidden.json", "~$open.xlsx", "r.json.part", "r.txt", "x.csv.bak"]
)
def test_other_files_are_left_alone(office, name):
    other = drop(office, "archives", name, b"?")
    task = given(office, "archives")
    with_task(office, "archives", task)
    path = drop(office, "archives", f"after-{name}.json", b"[]")
    taken(path)
    assert other.read_bytes() == b"?"


def test_links_are_not_followed(office, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_text("[]")
    link = office.exchange / "archives" / "in" / "link.json"
    link.symlink_to(outside)
    taken(drop(office, "archives", "after-link.json", b"[ ]"))
    assert link.is_symlink()
    link.unlink()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("broken.json", b"{", "the body is not JSON"),
        ("object.json", b"{}", "is not a list"),
        ("encoding.csv", "任务".encode("gb18030"), "is not utf-8 at byte"),
        ("quotes.csv", b'a,b\n"x"y,1\n', "is not CSV"),
        ("empty.csv", b"", "is empty"),
        ("twice.csv", b"act,act\n1,2\n", "has the column act twice"),
        ("no-zip.xlsx", b"PK", "is not XLSX"),
        ("large.csv", b"a\n" * (6 << 20), "is larger than"),
        ("rows.csv", b"act\n" + b"x\n" * 10_001, "has more than 10000 rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_as_a_whole(office, name, content, problem):
    path = drop(office, "archives", name, content)
    (told,) = errors_of(path)
    assert told["row"] == "0"
    assert problem in told["problem_en"]
    assert "详见英文说明" not in told["problem_zh"]
    assert taken(path).exists()


def test_a_folder_that_is_away_holds_up_no_other_and_is_tried_again(office):
    task = given(office, "lost")
    other = given(office, "archives")
    with_task(office, "archives", other)
    until(lambda: "folder failed" in office.logged())
    (office.exchange / "lost" / "out").mkdir()
    with_task(office, "lost", task)


def test_a_task_that_the_declared_fields_do_not_fit_holds_up_no_other(office):
    task = given(office, "misfit")
    with_task(office, "misfit", task)
    office.say(cancelled(task.assignment, "misfit"))
    with_task(office, "misfit", given(office, "misfit"))


def test_a_cancelled_task_is_told_in_a_later_file(office):
    task = given(office, "town")
    first = with_task(office, "town", task)
    office.say(cancelled(task.assignment, "town"))
    until(lambda: [it for it in files(office, "town") if "变更" in text_of(it)])
    assert first.exists()
