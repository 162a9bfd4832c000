"""people.yaml: what is read of it, what is refused, and that no secret may stand in it."""

from pathlib import Path

import pytest
import yaml

from services.supervision.people import NO_PEOPLE
from services.supervision.peoplefile import people_from, read_people
from shared.errors import Invalid

SHIPPED = Path(__file__).parents[3] / "deploy" / "catalogue" / "people.yaml"
TEXT = """
mail_server: $ONEWINDOW_MAIL
people:
  wang-ming:
    name: 王明
    posts: [head of planning, supervisor in 330106]
    addresses:
      dingtalk: $ONEWINDOW_TELL_WANG
      mail: wang.ming@city.example
      webhook: https://hooks.city.example/wang
    deputies: li-na
    away: [2026-10-01..2026-10-09, 2026-11-02]
    quiet: 22:00-07:00
  li-na: {name: 李娜}
duty:
  centre:
    friday..monday: li-na
    2026-10-01..2026-10-07: [wang-ming, li-na]
"""
ENVIRON = {"ONEWINDOW_MAIL": "mailtos://u:p@smtp.example", "ONEWINDOW_TELL_WANG": "dingtalk://t"}


def read(text: str = TEXT, **environ: str):
    return people_from(yaml.load(text, yaml.BaseLoader), environ)


def test_addresses_come_from_variables_from_files_and_through_the_mail_server(tmp_path: Path):
    secret = tmp_path / "wang"
    secret.write_text("feishu://token\n")
    people, missing = read(TEXT.replace("$ONEWINDOW_TELL_WANG", f"file:{secret}"), **ENVIRON)
    assert [(it.channel, it.url) for it in people.persons["wang-ming"].addresses] == [
        ("dingtalk", "feishu://token"),
        ("mail", "mailtos://u:p@smtp.example?to=wang.ming%40city.example"),
        ("webhook", "https://hooks.city.example/wang"),
    ]
    assert missing == ()


def test_an_address_that_nothing_holds_is_left_out_and_named():
    people, missing = read()
    assert [it.channel for it in people.persons["wang-ming"].addresses] == ["webhook"]
    assert missing == (
        "mail_server: the variable ONEWINDOW_MAIL is not set",
        "people.wang-ming.addresses.dingtalk: the variable ONEWINDOW_TELL_WANG is not set",
        "people.wang-ming.addresses.mail: there is no mail server (mail_server)",
    )


def test_days_of_the_week_may_run_over_the_weekend():
    people, _missing = read()
    assert people.shifts[0].weekdays == {4, 5, 6, 0}
    assert people.shifts[1].people == ("wang-ming", "li-na")


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("head of planning", "head", "people.wang-ming.posts: 'head' must be written 'head of DEP"),
        ("head of planning", "centre of fire", "'centre of fire' must be written 'centre'"),
        ("head of planning", "mayor", "'mayor' is no post such as 'head of planning'"),
        ("deputies: li-na", "deputies: li", "people.wang-ming.deputies: 'li' is nobody of people"),
        ("deputies: li-na", "deputies: wang-ming", "deputies: nobody is their own deputy"),
        ("2026-11-02", "2026-13-02", "people.wang-ming.away: '2026-13-02' is not of the form"),
        ("2026-10-01..2026-10-09", "2026-10-09..2026-10-01", "away: .* is not of the form"),
        ("22:00-07:00", "22-7", "people.wang-ming.quiet: '22-7' is not of the form 22:00-07:00"),
        ("22:00-07:00", "07:00-07:00", "people.wang-ming.quiet: .* is not of the form"),
        ("name: 王明", "title: 王明", "people.wang-ming.title: is unknown; there are name, posts"),
        ("name: 王明", "name: ''", "people.wang-ming.name: must be a name"),
        ("  li-na: {", "  Li: {", "people.Li: is no key"),
        ("centre:", "center:", "duty.center: 'center' is no post"),
        ("friday..monday", "fri..mon", r"duty.centre.fri..mon: is neither days of the week"),
        (
            "monday: li-na",
            "monday: nobody",
            "duty.centre.friday..monday: 'nobody' is nobody of people",
        ),
        ("$ONEWINDOW_MAIL", "mailtos://u:p@smtp", "mail_server: must name what holds it"),
        ("$ONEWINDOW_TELL_WANG", "dingtalk://token", "addresses.dingtalk: may hold a secret"),
        ("https://hooks", "https://user:word@hooks", "addresses.webhook: may hold a secret"),
        ("example/wang", "example/wang?key=1", "addresses.webhook: may hold a secret"),
        ("https://hooks.city.example/wang", "wang", "addresses.webhook: is no address"),
        ("webhook: https", "Web hook: https", "addresses.Web hook: is no name of a channel"),
    ],
)
def test_a_mistake_is_named_with_its_field(before: str, after: str, problem: str):
    assert before in TEXT
    with pytest.raises(Invalid, match=problem):
        read(TEXT.replace(before, after, 1), **ENVIRON)


def test_every_mistake_is_named_and_not_only_the_first():
    wrong = TEXT.replace("head of planning", "mayor").replace("22:00-07:00", "night")
    with pytest.raises(Invalid) as told:
        read(wrong, **ENVIRON)
    assert [it.field for it in told.value.faults] == [
        "people.wang-ming.posts",
        "people.wang-ming.quiet",
    ]


def test_a_catalogue_without_people_tells_nobody_by_name(tmp_path: Path):
    assert read_people(tmp_path / "people.yaml", {}) == (NO_PEOPLE, ())


def test_the_shipped_people_are_sound():
    people, _missing = read_people(SHIPPED, {})
    assert people.persons
    assert people.shifts


def test_a_program_says_where_and_what_it_may_do():
    said = "{name: 值班平台, region: 330100, may: [comment, acknowledgement], token: 3}"
    people, _missing = read("programs: {duty-room: " + said + "}")
    program = people.programs["duty-room"]
    assert (program.name, program.area, program.token) == ("值班平台", "3301", 3)
    assert program.may == {"comment", "acknowledgement"}
    people, _missing = read("programs: {x: {name: X, may: done}}")
    assert people.programs["x"].area == ""


def test_a_program_that_may_do_nothing_or_what_no_program_may_is_refused():
    with pytest.raises(Invalid) as raised:
        read("programs: {x: {may: appeal, region: moon, token: '0'}, y: {name: Y}}")
    kinds = "acknowledgement, comment, action, done, withdrawal, refusal"
    assert {str(it) for it in raised.value.faults} == {
        f"programs.x.may: 'appeal' is none of {kinds}",
        f"programs.y.may: '' is none of {kinds}",
        "programs.x.token: '0' is no number of a token, such as 2",
        "programs.x.name: must be a name of at most 60 characters",
        "programs.x.region: 'moon' is no code of GB/T 2260 such as 330100; or say nation",
    }
