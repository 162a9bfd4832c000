"""Links are put on what a department is handed, and on nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.routing.linking import LASTS, Links
from services.routing.plan import Sees
from shared.errors import Invalid
from shared.links import KEY_FILE, new_key, signed
from shared.messages.codec import encode
from shared.settings import Settings
from tests.unit.routing.building import ALL, NOW, Course, item, material, task

LINKS = Links(address="https://intake.example.gov", key=bytes(32))
ADDRESS = {"ONEWINDOW_MATERIALS_ADDRESS": LINKS.address}


def settings(monkeypatch: pytest.MonkeyPatch, data: Path, **more: str) -> Settings:
    for name, value in {"AMQP_URI": "amqp://x", "ONEWINDOW_DATA": str(data), **more}.items():
        monkeypatch.setenv(name, value)
    return Settings.from_environment("routing")


def test_a_task_gets_links_to_the_materials_that_it_may_see_and_no_others() -> None:
    sees = Sees(materials=frozenset({"deed"}))
    papers = (material("plan", "a"), material("deed", "b"))
    course = Course(item(task("a", sees=sees)), materials=papers)
    message = LINKS.put_on(course.assigned("a"), NOW)
    link = signed(LINKS.address, LINKS.key, papers[1].digest, "application/pdf", NOW + LASTS)
    assert [(it.name, it.link) for it in message.materials] == [("deed", link)]
    assert encode(message).count(b"signature=") == 1
    assert link not in repr(message)


def test_a_supplement_comes_with_links_of_its_own() -> None:
    course = Course(item(task("a", sees=ALL)))
    course.tell(course.return_of("a", "plan"))
    course.tell(course.supplement("plan"))
    message = LINKS.put_on(course.sent[-1], NOW)
    assert [it.link.count(it.digest) for it in message.materials] == [1]


def test_what_hands_over_nothing_stays_as_it_is() -> None:
    course = Course(item(task("a", sees=ALL)), materials=())
    bare = course.assigned("a")
    course.tell(course.withdrawal())
    assert [LINKS.put_on(it, NOW) is it for it in (bare, course.sent[-1])] == [True, True]


def test_the_key_comes_from_the_environment_or_from_the_folder_of_materials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Links.of(settings(monkeypatch, tmp_path)) is None
    alone = settings(monkeypatch, tmp_path, **ADDRESS)
    with pytest.raises(Invalid, match="ONEWINDOW_MATERIALS_KEY: is needed with"):
        Links.of(alone)
    key = new_key()
    alone.shelf.mkdir()
    (alone.shelf / KEY_FILE).write_text(key)
    assert Links.of(alone) == replace(LINKS, key=bytes.fromhex(key))
    given = settings(monkeypatch, tmp_path, **ADDRESS, ONEWINDOW_MATERIALS_KEY="00" * 32)
    assert Links.of(given) == LINKS
    assert "00" * 32 not in repr(given)
