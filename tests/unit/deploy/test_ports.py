"""Ports that were given to one are given to nobody else."""

import subprocess
import sys

import pytest

from deploy.local import ports
from deploy.local.ports import PortTaken, free_ports, is_free

THE_ONE = """
import sys
from deploy.local import ports

ports.FIRST, ports.LAST = int(sys.argv[1]), int(sys.argv[1]) + 1
try:
    print(ports.free_ports(1))
except ports.PortTaken:
    print("taken")
"""


def test_a_port_is_given_once_although_nobody_listens_there_yet(monkeypatch: pytest.MonkeyPatch):
    (port,) = free_ports(1)
    monkeypatch.setattr(ports, "FIRST", port)
    monkeypatch.setattr(ports, "LAST", port + 1)
    assert is_free(port)
    with pytest.raises(PortTaken):
        free_ports(1)


def test_nor_to_another_process_as_long_as_the_first_lives():
    claiming = (
        "from deploy.local.ports import free_ports; print(*free_ports(1), flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", claiming], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        port = first.stdout.readline().strip()
        assert asked_for(port) == "taken"
        first.kill()
    assert asked_for(port) == f"({port},)"


def asked_for(port: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", THE_ONE, port], capture_output=True, text=True, check=True
    )
    return ended.stdout.strip()
