"""What is written of a case into an event log, whatever somebody managed to put into it."""

import json
import xml.etree.ElementTree as ET
from typing import get_args

from services.supervision.domain import Case
from services.supervision.exports import as_ocel, as_xes, before
from services.supervision.exports.as_xes import TRANSITIONS
from services.supervision.exports.objects import EVENTS
from services.supervision.exports.told import Told
from shared.messages.parts import Text
from shared.messages.progress import Change
from shared.messages.registry import kind_of

ODD = 'a<b> & "c"\x00\x1b\ud800\ufffe中'
KIND = {"event": EVENTS, "transition": TRANSITIONS}


def told() -> Told:
    return Told(case=Case(code="one", title=Text(zh=ODD, en=ODD), lead="planning"), happened=())


def test_a_log_in_xes_is_xml_whatever_stands_in_a_title():
    log = ET.fromstring("\n".join(as_xes.written([told()])).encode())
    titles = [it.attrib["value"] for it in log.iter() if it.attrib.get("key") == "title_zh"]
    assert titles == ['a<b> & "c"中']


def test_a_log_of_no_cases_is_a_log():
    assert ET.fromstring("\n".join(as_xes.written([]))).tag.endswith("log")
    assert json.loads("".join(as_ocel.written([])))["objects"] == []


def test_every_kind_that_a_log_tells_of_is_one_of_the_case_stream_or_of_a_review():
    kinds = {kind_of(it) for it in get_args(Change)} | set(before.KINDS)
    for known in KIND.values():
        assert set(known) - {"alert.raised"} <= kinds
