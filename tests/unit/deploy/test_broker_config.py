"""What a private broker is told."""

import pytest

from deploy.local.broker_config import NodeIdentity, environment, schedulers


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8)])
def test_a_private_broker_leaves_half_of_the_cores_to_the_services(cores, threads):
    assert schedulers(cores) == threads


def test_it_is_told_so_with_nothing_of_ours_in_its_environment(monkeypatch, tmp_path):
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    told = environment(NodeIdentity.new(), tmp_path, {"PATH": "/bin", "SECRET": "s"})
    assert told["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"].endswith("+S 4")
    assert "SECRET" not in told
