"""How many processes of which service a local stack has, and over how many queues they share."""

import pytest

from deploy.local.services import StackSettings, processes_from
from shared.errors import Invalid


def names(**processes: int) -> list[str]:
    return [name for name, _ in StackSettings(processes=processes).names]


def test_a_service_with_one_process_keeps_its_name_and_several_are_numbered() -> None:
    assert names() == ["intake", "routing", "department", "supervision"]
    assert names(routing=2, supervision=3) == [
        *("intake", "routing-1", "department", "supervision-1"),
        *("routing-2", "supervision-2"),
        "supervision-3",
    ]


def test_there_are_as_many_queues_as_every_service_can_share_evenly() -> None:
    assert StackSettings().queues == 1
    assert StackSettings(processes={"routing": 2}).queues == 2
    assert StackSettings(processes={"routing": 2, "intake": 3}).queues == 6
    assert StackSettings(processes={"routing": 2}, partitions=5).queues == 5


def test_processes_are_read_from_the_command_line() -> None:
    assert processes_from("") == {}
    assert processes_from("routing=2, supervision=3") == {"routing": 2, "supervision": 3}


@pytest.mark.parametrize("text", ["routing", "routing=", "routing=two", "routing=-1"])
def test_a_count_that_is_no_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Invalid, match="must look like routing=2,supervision=2"):
        processes_from(text)


@pytest.mark.parametrize(
    ("processes", "problem"), [({"routng": 2}, "names routng"), ({"routing": 0}, "at least")]
)
def test_a_service_that_is_none_or_has_no_process_is_refused(
    processes: dict[str, int], problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        StackSettings(processes=processes)
