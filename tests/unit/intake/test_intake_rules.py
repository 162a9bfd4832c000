"""What an application must be: every rule of handing in, without a database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.intake import domain
from services.intake.applicants import problem_with
from services.intake.domain import Case, CaseClosed
from services.intake.materials import BadRule
from shared.errors import Fault, Invalid
from shared.messages import Deferral, MaterialRule
from tests.unit.intake.samples import (
    FORM,
    ITEM,
    MATERIALS,
    NOW,
    OFFICE,
    ORGANISATION,
    PERSON,
    STORED,
    application,
    digest,
    material,
    text,
)


def faults_of(handed, known=(), item=ITEM, stored=STORED):
    try:
        domain.check(handed, known, item=item, office=OFFICE, stored=stored, now=NOW)
    except Invalid as error:
        return {fault.field: fault.problem for fault in error.faults}
    return {}


def in_form(**changes):
    return faults_of(application(form={**application()["form"], **changes}))


def test_an_application_in_which_nothing_is_wrong_is_accepted_as_it_was_handed_in():
    handed = application()
    assert faults_of(handed) == {}
    sent = domain.accepted(handed, case="330100-2609-0000001-00", item=ITEM, office=OFFICE, now=NOW)
    assert sent.case == "330100-2609-0000001-00"
    assert sent.item_version == 1
    assert sent.region == "330100"
    assert sent.received_at == sent.accepted_at == NOW
    assert sent.applicant.number == ORGANISATION
    assert sent.form == handed["form"]
    assert [it.name for it in sent.materials] == ["application-letter", "land-certificate"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("project_name", None, "is missing"),
        ("project_name", "  ", "is missing"),
        ("project_name", 7, "is not a text"),
        ("project_name", "长" * 21, "has 21 characters, at most 20 are taken"),
        ("project_name", "a\x07", "holds a control character"),
        ("building_area", "1200", "is not a number"),
        ("building_area", True, "is not a number"),
        ("building_area", -0.5, "is less than 0"),
        ("building_area", 1_000_001, "is more than 1000000"),
        ("floors", 1.5, "is not a whole number"),
        ("floors", True, "is not a whole number"),
        ("floors", 0, "is less than 1"),
        ("pollution", "heavi", "is not one of none, light, heavy; did you mean heavy?"),
        ("pollution", ["none"], "is not one of none, light, heavy"),
        ("begins_on", "2026-02-30", "is not a date such as 2026-09-30"),
        ("begins_on", "20260930", "is not a date such as 2026-09-30"),
        ("begins_on", 20260930, "is not a date such as 2026-09-30"),
        ("near_water", "yes", "is not true or false"),
        ("near_water", 1, "is not true or false"),
        ("parcel", "ab-1234", r"does not have the form [A-Z]{2}-\d{4}"),
        ("owners", {"name": "甲"}, "is not a list"),
        ("owners", [{"name": "甲", "share": 1}] * 4, "has 4 entries; from 0 to 3 are taken"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named_with_the_rule(field, value, said):
    assert in_form(**{field: value}) == {f"form.{field}": said}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("floors", None),
        ("floors", 1),
        ("building_area", 0),
        ("begins_on", "2028-02-29"),
        ("begins_on", ""),
        ("near_water", False),
        ("parcel", "AB-1234"),
        ("owners", []),
        ("owners", [{"name": "甲", "share": 99.5}]),
    ],
)
def test_a_field_that_keeps_its_rule_is_taken(field, value):
    assert in_form(**{field: value}) == {}


def test_elements_of_a_list_are_named_by_their_place():
    assert in_form(owners=[{"name": "甲", "share": 50}, "乙", {"nmae": "丙", "share": 101}]) == {
        "form.owners[1]": "is not an object",
        "form.owners[2].nmae": "is not known; did you mean name?",
        "form.owners[2].name": "is missing",
        "form.owners[2].share": "is more than 100",
    }


def test_a_field_that_the_item_does_not_know_is_refused_with_the_one_that_was_meant():
    assert in_form(bilding_area=1) == {
        "form.bilding_area": "is not known; did you mean building_area?"
    }


def test_everything_that_is_wrong_is_said_at_once():
    handed = application(
        applicant={"kind": "organisation", "name": " ", "number": ORGANISATION[:-1] + "9"},
        agent={"kind": "organisation", "name": "乙", "number": ORGANISATION},
        form={"building_area": "much"},
        materials=[material("application-letter", "f")],
        promises=[{"material": "application-letter", "due_on": date(2026, 9, 17)}],
        region="110000",
    )
    known = [Fault("channel", "is missing")]
    assert set(faults_of(handed, known)) == {
        "channel",
        "applicant.name",
        "applicant.number",
        "agent.kind",
        "region",
        "form.project_name",
        "form.building_area",
        "form.pollution",
        "materials[0].digest",
        "materials",
        "promises[0].material",
        "promises[0].due_on",
    }


def test_without_an_item_the_rest_is_checked_all_the_same():
    handed = application(region="110000")
    known = [Fault("item", "there is no such service item")]
    assert set(faults_of(handed, known, item=None)) == {"item", "region"}


def test_the_kind_of_applicant_must_be_one_that_the_item_is_for():
    handed = application(applicant={"kind": "person", "name": "甲", "number": PERSON})
    assert faults_of(handed) == {"applicant.kind": "is not one of organisation for this item"}


@pytest.mark.parametrize("region", ["330100", "330106", "330182"])
def test_a_district_of_the_office_is_taken_as_region(region):
    assert faults_of(application(region=region)) == {}
    assert domain.region_of({"region": region}, OFFICE) == region


@pytest.mark.parametrize("region", ["330200", "330000", "110000"])
def test_a_region_beside_or_above_the_office_is_refused(region):
    assert set(faults_of(application(region=region))) == {"region"}
    assert domain.region_of({"region": region}, OFFICE) == "330100"


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("person", PERSON, ""),
        ("person", "110105194912310021", "check digit"),
        ("person", "11010519491231002x", "is not an identity number"),
        ("person", "1101051949123100X", "is not an identity number"),
        ("person", "１１０１０５１９４９１２３１００２Ｘ", "is not an identity number"),
        ("person", "990105194912310028", "check digit"),
        ("person", "110105194913310021", "no possible date"),
        ("organisation", ORGANISATION, ""),
        ("organisation", "N2330106MA2GXY1A2P", ""),
        ("organisation", "91330106MA2GXY1A29", "check character"),
        ("organisation", "91330106MA2GXY1A2I", "is not a unified social credit code"),
        ("organisation", "91330106 MA2GXY1A28", "is not a unified social credit code"),
        ("organisation", PERSON, "check character"),
    ],
)
def test_the_numbers_of_applicants_are_checked_by_their_standards(kind, number, said):
    problem = problem_with(kind, number)
    assert (said in problem) if said else problem == ""


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "land-certificat"}, "materials[2].name"),
        ({"media_type": "text/html"}, "materials[2].media_type"),
        ({"size": 99}, "materials[2].size"),
        ({"digest": digest("c")}, "materials[2].digest"),
        ({"name": "land-certificate", "media_type": "image/png"}, "materials[2].media_type"),
    ],
)
def test_a_document_that_breaks_a_rule_is_named_by_its_place(changed, field):
    handed = application()
    handed["materials"] = [*handed["materials"], material("photo", **changed)]
    assert field in faults_of(handed)


def test_a_document_larger_than_the_item_takes_is_refused():
    stored = {**STORED, (digest("c"), "application/pdf"): 501}
    handed = application()
    handed["materials"] = [*handed["materials"], material("impact-report", "c", size=501)]
    assert faults_of(handed, stored=stored) == {
        "materials[2].size": "is 501 bytes; at most 500 are taken"
    }


def test_one_material_may_consist_of_several_files_but_not_of_any_number():
    letters = [material("application-letter")] * 20
    assert faults_of(application(materials=[*letters, material("land-certificate", "b")])) == {}
    assert faults_of(application(materials=[*letters, *letters]))


def test_a_material_is_needed_only_where_its_condition_is_true():
    assert in_form(pollution="light") == {}
    assert in_form(pollution="heavy") == {"materials": "impact-report (环评报告) is missing"}


def test_a_condition_over_a_field_that_was_left_out_asks_for_the_field():
    rule = MaterialRule(name="plan", title=text("方案"), when="form.floors > 3")
    item = replaced(materials=(*MATERIALS, rule))
    assert faults_of(application(), item=item) == {
        "form.floors": "is missing; whether plan is needed depends on it"
    }


def test_a_condition_that_fails_over_a_good_form_is_the_catalogues_mistake():
    rule = MaterialRule(name="plan", title=text("方案"), when="form.project_name > 3")
    with pytest.raises(BadRule):
        faults_of(application(), item=replaced(materials=(*MATERIALS, rule)))


def replaced(**changes):
    return replace(ITEM, **changes)


def promising(due_on, material_name="land-certificate"):
    handed = application(promises=[{"material": material_name, "due_on": due_on}])
    handed["materials"] = handed["materials"][:1]
    return handed


def test_a_deferrable_material_may_be_promised_within_the_promised_limit():
    # five working days from Friday 18 September: Sunday 20 is worked, 25 is Mid-Autumn
    last = date(2026, 9, 24)
    handed = promising(last)
    assert faults_of(handed) == {}
    sent = domain.accepted(handed, case="x" * 8, item=ITEM, office=OFFICE, now=NOW)
    assert sent.deferrals == (
        Deferral(
            material="land-certificate",
            title=text("土地证"),
            due_on=last,
            promised_by="杭州某某公司",
        ),
    )
    assert faults_of(promising(date(2026, 9, 18))) == {}
    assert set(faults_of(promising(last + timedelta(days=1)))) == {"promises[0].due_on"}
    assert set(faults_of(promising(date(2026, 9, 17)))) == {"promises[0].due_on"}


def test_where_the_item_names_no_limit_a_promise_is_kept_within_a_year():
    item = replaced(promised=None)
    assert faults_of(promising(date(2027, 9, 17)), item=item) == {}
    assert set(faults_of(promising(date(9999, 12, 31)), item=item)) == {"promises[0].due_on"}
    last = replaced(promised=None, statutory=ITEM.promised)
    assert set(faults_of(promising(date(2026, 9, 25)), item=last)) == {"promises[0].due_on"}


def test_without_a_promise_a_missing_material_is_named_with_the_way_out():
    handed = application(materials=application()["materials"][:1])
    said = faults_of(handed)["materials"]
    assert said == "land-certificate (土地证) is missing; hand it in, or promise it for a date"


def test_only_what_is_missing_and_deferrable_can_be_promised_and_once():
    today = date(2026, 9, 18)
    handed = application(promises=[{"material": "land-certificate", "due_on": today}])
    assert "handed in already" in faults_of(handed)["promises[0].material"]
    assert (
        "cannot be handed in later"
        in faults_of(promising(today, "application-letter"))["promises[0].material"]
    )
    twice = promising(today)
    twice["promises"] *= 2
    assert set(faults_of(twice)) == {"promises[0].material", "promises[1].material"}


def a_case(**changes):
    plain = {
        "code": "330100-2609-0000001-00",
        "item": ITEM.item,
        "item_version": 1,
        "received_at": NOW,
        "secret": "",
        "state": "handling",
        "withdrawn_at": None,
        "application": {},
    }
    return Case(**{**plain, **changes})


def supplement(body, case=None, known=()):
    return domain.supplemented(case or a_case(), body, known, item=ITEM, stored=STORED, now=NOW)


def test_a_supplement_says_only_what_is_new():
    sent = supplement({"form": {"floors": 2}, "materials": [material("photo")], "note": "如上"})
    assert sent.form == {"floors": 2}
    assert [it.name for it in sent.materials] == ["photo"]
    assert sent.note == "如上"
    assert sent.at == NOW


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"form": {"floors": 0}}, "form.floors"),
        ({"form": {"project_name": None}}, "form.project_name"),
        ({"form": {"flors": 1}}, "form.flors"),
        ({"materials": [material("photo", "f")]}, "materials[0].digest"),
    ],
)
def test_a_supplement_is_checked_like_an_application(body, field):
    with pytest.raises(Invalid) as refused:
        supplement(body)
    assert [fault.field for fault in refused.value.faults] == [field]


@pytest.mark.parametrize(
    "changes", [{"state": "decided"}, {"state": "withdrawn"}, {"withdrawn_at": NOW}]
)
def test_nothing_is_added_to_a_closed_case(changes):
    with pytest.raises(CaseClosed):
        supplement({"note": "?"}, a_case(**changes))
    with pytest.raises(CaseClosed):
        domain.withdrawn(a_case(**changes), "不办了", NOW)


def test_an_open_case_can_be_withdrawn():
    assert domain.withdrawn(a_case(), "不办了", NOW).reason == "不办了"


def test_the_item_of_these_tests_has_every_type_of_field():
    types = {"text", "integer", "number", "boolean", "date", "choice", "list"}
    assert {field.type for field in FORM} == types
