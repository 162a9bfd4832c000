"""What `up` says of where everything is."""

from deploy.cli.addresses import pages
from deploy.local.process import ProcessId
from deploy.local.state import Part


def part(name, port):
    address = f"http://127.0.0.1:{port}"
    return Part(name=name, process=ProcessId(pid=1, started=1), address=address, log="")


def test_the_pages_that_people_sign_in_to_are_named_with_the_way_to_an_account():
    said = pages([part("intake", 8800), part("department", 8802), part("supervision", 8803)])
    assert "http://127.0.0.1:8802/" in said
    assert "http://127.0.0.1:8803/" in said
    assert "./onewindow officer add ACCOUNT --name NAME --service supervision" in said
    assert "8800" not in said


def test_of_several_processes_the_first_is_named():
    said = pages([part("supervision-1", 8803), part("supervision-2", 8807)])
    assert "http://127.0.0.1:8803/" in said
    assert "8807" not in said
