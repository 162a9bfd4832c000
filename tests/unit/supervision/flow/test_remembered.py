"""A map that was made is not made again while its cases are the same."""

from services.supervision.board import flowmaps
from services.supervision.board.flowmaps import FlowMaps
from services.supervision.flow.reading import Read
from shared.worktime import Calendars


def test_a_map_is_made_again_only_when_its_mark_is_another(monkeypatch):
    monkeypatch.setattr(flowmaps, "aside", lambda function, *given: function(*given))
    maps, read = FlowMaps(), []

    def got() -> Read:
        read.append(1)
        return Read(cases=[], stops={}, chosen=len(read))

    first = maps.of("a", 1, got, Calendars())
    assert maps.of("a", 1, got, Calendars()) is first
    assert maps.of("a", 2, got, Calendars()).chosen == 2
    assert maps.of("b", 2, got, Calendars()).chosen == 3


def test_of_many_maps_those_that_were_asked_for_last_are_kept(monkeypatch):
    monkeypatch.setattr(flowmaps, "aside", lambda function, *given: function(*given))
    monkeypatch.setattr(flowmaps, "MOST", 2)
    maps, read = FlowMaps(), []

    def got() -> Read:
        read.append(1)
        return Read(cases=[], stops={}, chosen=0)

    for key in ("a", "b", "a", "c", "a", "b"):
        maps.of(key, 1, got, Calendars())
    assert len(read) == 4  # b was the one that made room for c
