"""`python -m services.routing.catalogue --write`: write the JSON Schemas and the reference page."""

import sys
from pathlib import Path

from services.routing.catalogue.published import documents

FOLDER = Path(__file__).resolve().parents[1]

if sys.argv[1:] != ["--write"]:
    raise SystemExit("say --write to write the documents")
for name, text in documents().items():
    (FOLDER / name).write_text(text, "utf-8")
