import pytest

from deploy.local.ports import free_ports


@pytest.fixture
def free_port() -> int:
    return free_ports(1)[0]
