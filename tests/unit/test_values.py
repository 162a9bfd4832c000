"""Values that are made often behave as their dataclass says."""

import dataclasses
import inspect
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import get_args

import pytest

from shared.delivery.wire import Wire
from shared.messages.progress import Change
from shared.messages.registry import all_types, is_change
from shared.messages.schema import schema_of
from shared.values import made_often, with_changed

PARTS = [*(it.cls for it in all_types()), *get_args(Change)]


@made_often
@dataclass(frozen=True)
class Place:
    name: str
    size: int = 3
    tags: list[str] = field(default_factory=list)
    said: str = field(default="no", kw_only=True)


def test_places_names_defaults_and_what_is_made_anew_for_each() -> None:
    assert Place("a") == Place(name="a", size=3, tags=[], said="no")
    assert Place("a", 4, ["x"], said="yes") == Place(name="a", size=4, tags=["x"], said="yes")
    assert Place("a").tags is not Place("a").tags


def test_what_is_missing_or_unknown_is_refused_as_for_any_function() -> None:
    with pytest.raises(TypeError, match=r"Place\.__init__\(\) missing 1 required .* 'name'"):
        Place()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Place("a", colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="positional"):
        Place("a", 4, [], "yes")


def test_it_stays_frozen_and_comparable() -> None:
    place = Place("a")
    with pytest.raises(FrozenInstanceError):
        place.name = "b"  # type: ignore[misc]
    assert replace(place, size=5) == with_changed(place, size=5) == Place("a", 5)
    assert repr(place) == ("Place(name='a', size=3, tags=[], said='no')")


def test_a_class_that_looks_at_its_fields_or_has_slots_is_none_of_them() -> None:
    with pytest.raises(AssertionError, match="looks at its fields"):

        @made_often
        @dataclass(frozen=True)
        class Checked:
            name: str

            def __post_init__(self) -> None:
                assert self.name

    with pytest.raises(AssertionError, match="has slots"):

        @made_often
        @dataclass(frozen=True, slots=True)
        class Slotted:
            name: str


@pytest.mark.parametrize("cls", [Wire, *PARTS], ids=lambda it: it.__name__)
def test_a_value_keeps_its_fields_in_the_order_of_its_class(cls: type) -> None:
    taken = list(inspect.signature(cls).parameters)
    assert taken == [it.name for it in dataclasses.fields(cls)]
    made = cls(**dict.fromkeys(taken, "x"))
    assert list(vars(made)) == taken


@pytest.mark.parametrize("cls", PARTS, ids=lambda it: it.__name__)
def test_what_is_read_keeps_its_fields_in_the_order_of_its_class(cls: type) -> None:
    read = [name for name in schema_of(cls).load_fields if name != "kind" or not is_change(cls)]
    assert read == [it.name for it in dataclasses.fields(cls)]
