"""Texts of pages: every one in both languages, every one that a template asks for."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from shared.accounts import account, entering, keeping, unitpages
from shared.accounts import pages as account_pages
from shared.businesstime import CHINA
from shared.web.pages import formats
from shared.web.pages.problemtexts import worded
from shared.web.pages.texts import LANGUAGES, MissingText, Texts
from shared.web.problems import KINDS

ROOT = Path(__file__).parents[3]
KIT, ACCOUNTS = ROOT / "shared/web/pages", ROOT / "shared/accounts"
FACES = [ROOT / "services/department/pages", ROOT / "services/supervision/pages"]
SERVICES = [face for face in FACES if (face / "texts.yaml").exists()]
ASKED = re.compile(r"""\bt\(\s*["']([a-z_.-]+)["']""")
ABOUT = Texts(KIT / "texts.yaml", ACCOUNTS / "texts.yaml")


@pytest.mark.parametrize("folder", [KIT, ACCOUNTS, *SERVICES], ids=lambda it: it.parent.name)
def test_every_text_that_a_template_asks_for_is_there(folder):
    texts = Texts(KIT / "texts.yaml", ACCOUNTS / "texts.yaml", *folder.rglob("texts.yaml"))
    asked = {
        key
        for file in folder.rglob("templates/**/*.html")
        for key in ASKED.findall(file.read_text("utf-8"))
        if not key.endswith(".")
    }
    assert asked - texts.keys == set()
    assert asked


def test_every_problem_that_a_browser_can_meet_has_words_of_its_own():
    of_programs = {"unauthorized", "not-from-there", "length-required", "wrong-media-type"}
    met = KINDS.keys() - of_programs - {"too-many"}  # which the pages that refuse say themselves
    said = {f"problem.{kind}.{part}" for kind in met for part in ("title", "advice")}
    assert said - ABOUT.keys == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", [KIT, ACCOUNTS, *SERVICES], ids=lambda it: it.parent.name)
def test_both_languages_put_in_the_same_values(folder, language):
    texts = Texts(*folder.rglob("texts.yaml"))
    for key in texts.keys:
        values = {name: 1 for it in LANGUAGES for name in placeholders(texts, it, key)}
        texts.say(language, key, **values)
        assert placeholders(texts, "zh", key) == placeholders(texts, "en", key), key


def placeholders(texts, language, key):
    return set(re.findall(r"\{(\w+)\}", str(texts._texts[key][language])))


@pytest.mark.parametrize(
    "text", ["a: {zh: 一}", "a: {zh: 一, en: ''}", "a: text", "a: {zh: 一, en: {one: x}}"]
)
def test_a_text_that_lacks_a_language_is_refused(tmp_path, text):
    (tmp_path / "texts.yaml").write_text(text)
    with pytest.raises(MissingText):
        Texts(tmp_path / "texts.yaml")


def test_a_key_that_nobody_wrote_is_an_error_and_no_blank():
    with pytest.raises(MissingText, match=r"there is no text 'inbox\.titel' in 'en'"):
        ABOUT.say("en", "inbox.titel")


def test_numbers_choose_their_form():
    assert ABOUT.say("en", "form.refused", count=1) == "One thing must be put right:"
    assert ABOUT.say("en", "form.refused", count=2) == "2 things must be put right:"


def test_what_is_wrong_is_said_in_the_visitors_language():
    rules = [account.NAME_RULE, account.LENGTH_RULE, account.SAME_RULE, account.OWN_NAME_RULE]
    rules += [entering.MISMATCH, entering.SAME_AS_BEFORE, keeping.TAKEN, account_pages.NOT_THE_SAME]
    rules += [unitpages.OWN]
    for rule in rules:
        assert worded(ABOUT, "en", rule) == rule
        assert not worded(ABOUT, "zh", rule).isascii(), rule
    assert worded(ABOUT, "zh", "Longer than maximum length 20.") == "最多 20 个字"
    assert worded(ABOUT, "en", "is missing") == "Please fill this in"
    assert worded(ABOUT, "zh", "no rule says this") == "no rule says this"


def test_days_amounts_and_sizes_are_written_as_each_language_does():
    at = datetime(2026, 9, 18, 9, 5, tzinfo=CHINA)
    assert formats.moment("zh", at) == "2026年9月18日 09:05"
    assert formats.moment("en", at) == "18 Sep 2026 09:05"
    assert formats.day("en", date(2026, 1, 2)) == "2 Jan 2026"
    assert formats.left("zh", -2, "working_days") == "超2个工作日"
    assert formats.left("en", 1, "working_days") == "1 working day left"
    assert formats.left("en", -1.5, "working_hours") == "1.5 working hours over"
    assert formats.size("en", 2048) == "2 KiB"
    assert formats.filters("en", CHINA)["moment"]("2026-09-18T01:05:00+00:00") == (
        '<time datetime="2026-09-18T09:05+08:00">18 Sep 2026 09:05</time>'
    )
