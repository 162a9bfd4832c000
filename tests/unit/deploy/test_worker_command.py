"""`worker new` and `worker check`: what they refuse before anything is started."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.do_worker import app
from deploy.local.places import ROOT
from deploy.local.services import CATALOGUE
from deploy.workercheck.checks import NAMES
from deploy.workercheck.samples import of_contract, of_folder, of_item
from deploy.workercheck.stage import Stage
from deploy.workernew.project import make
from services.routing.catalogue import load_catalogue
from shared.errors import Invalid, NotFound
from shared.messages.codec import decode
from shared.messages.tasks import TaskAssigned

EXAMPLE = load_catalogue(CATALOGUE)


GUIDE = (ROOT / "services" / "department" / "README.md").read_text("utf-8")


def refused(*arguments: str) -> str:
    return str(CliRunner().invoke(app, arguments).exception)


def test_a_new_worker_is_not_put_into_a_folder_that_has_something_in_it(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    assert "is not empty" in refused("new", str(tmp_path))
    assert [it.name for it in tmp_path.iterdir()] == ["mine.txt"]


def test_a_new_worker_needs_a_key_that_a_department_can_have(tmp_path: Path):
    with pytest.raises(Invalid, match="is no key"):
        make(tmp_path / "new", "Fire Brigade")
    assert not (tmp_path / "new").exists()


def test_a_new_worker_has_no_secret_and_is_of_its_department(tmp_path: Path):
    names = make(tmp_path / "new", "fire")
    texts = {name: (tmp_path / "new" / name).read_text() for name in names}
    assert "department.fire:SECRET@" in texts["settings.env.example"]
    assert "/settings.env" in texts[".gitignore"].splitlines()
    assert not any("$" in text for name, text in texts.items() if name != "README.md")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "or --attach"),
        (("--attach", "--", "true"), "or --attach"),
        (("--only", "answer,taste", "--", "true"), "there is no check taste"),
        (("--item", "hotel-licence", "--", "true"), "--task"),
        (("--item", "no-item", "--task", "x", "--", "true"), "no item 'no-item'"),
        (("--", "no-such-program"), "'no-such-program' is no program"),
    ],
)
def test_a_check_that_cannot_be_made_is_refused_at_once(arguments, why):
    assert why in refused("check", *arguments)


def test_the_guide_tells_of_every_check_and_of_no_other():
    table = GUIDE.partition("### What `worker check` does")[2].partition("\n## ")[0]
    firsts = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    assert re.findall(r"`([^`]+)`", " ".join(firsts)) == list(NAMES)


def test_a_task_of_the_contract_is_a_sound_message():
    body = of_contract("fire", "inspection").assigned(Stage.now())
    message = decoded(body)
    assert (message.department, message.task) == ("fire", "inspection")


@pytest.mark.parametrize(
    ("item", "task"),
    [
        (item.key, task)
        for item in EXAMPLE.items.values()
        for task in (item.tasks[0].key, item.tasks[-1].key)
    ],
)
def test_tasks_of_every_item_are_sound_messages_with_what_they_may_see(item, task):
    sample = of_item(EXAMPLE, item, task)
    message = decoded(sample.assigned(Stage.now()))
    assert set(message.form) <= {it.name for it in sample.item.form}
    assert all(sample.task.sees.field(name) for name in message.form)
    assert all(sample.task.sees.material(it.name) for it in message.materials)
    assert bool(message.applicant) == sample.task.sees.applicant


def test_the_form_is_the_one_that_the_catalogue_has_for_trying_the_item_out():
    sample = of_folder(CATALOGUE, "hotel-licence", "trade-licence")
    assert sample.body["form"]["place_name"] == "湖畔宾馆"


def test_a_task_that_an_item_has_not_is_named_with_those_that_it_has():
    with pytest.raises(NotFound, match=r"'x', but house-check, trade-licence"):
        of_item(EXAMPLE, "hotel-licence", "x")


def decoded(body) -> TaskAssigned:
    return decode("task.assigned", 1, json.dumps(body).encode())
