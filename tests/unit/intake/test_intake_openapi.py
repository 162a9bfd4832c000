"""The committed OpenAPI document is what the code says, and a valid one."""

import importlib
import json
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from shared.web.openapi import rendered


@pytest.mark.filterwarnings("ignore:\\s*Eventlet is deprecated")
def test_the_committed_document_of_intake_is_what_its_routes_declare():
    service = importlib.import_module("services.intake.service").Service
    committed = Path("services/intake/openapi.json").read_text("utf-8")
    assert committed == rendered(service), "run: python -m shared.web.openapi intake"
    validate(json.loads(committed))
