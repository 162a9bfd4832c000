"""A whole stack whose departments work at the desk, and its people in their browsers."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from fpdf import FPDF
from PIL import Image

from deploy.local.local_stack import LocalStack
from deploy.local.services import StackSettings
from services.department import store as tasks
from shared.accounts import keeping, store
from shared.accounts.keeping import Once
from shared.businesstime import BusinessTime, setting_starting_now
from shared.database import Database
from tests.journey.counter import Counter
from tests.journey.town import FRIDAY
from tests.pages.conftest import PASSWORD
from tests.waiting import eventually

CATALOGUE = Path(__file__).parent / "harbour"
PEOPLE = {
    "li.lei": ("李雷", "harbour", ("officer",)),
    "han.mei": ("韩梅梅", "harbour", ("officer",)),
    "zhao": ("赵主任", "harbour", ("head",)),
    "wang": ("王管理员", "harbour", ("administrator",)),
    "sun": ("孙队长", "fire", ("officer", "head")),
}


class Town(Counter):
    """The stack, with the database of the department service for what only tests look at."""

    def __init__(self, stack: LocalStack) -> None:
        super().__init__(stack)
        self.url = stack.addresses("department")[0]
        self.database = Database.open("department", url=stack.database, data=stack.data)
        with self.database.transaction() as tx:
            for name, (display_name, unit, roles) in PEOPLE.items():
                _add(tx, name, display_name, unit, roles)

    def hand_in_ship(self, ship: str, *, photo: bool = False):
        """An application for a berth; the case, once its task is at the desk."""
        papers = [self.upload("drawing", drawing(), "application/pdf")]
        if photo:
            papers.append(self.upload("photo", picture(), "image/png"))
        form = {"ship": ship, "foreign": False, "berths": [{"quay": "东港三号", "metres": 85.5}]}
        handed = self.hand_in_with("mooring", form, papers)
        self.at_desk(handed.code, "check")
        return handed

    def upload(self, name: str, content: bytes, media_type: str) -> dict:
        stored = self.intake.put("/materials", content, media_type)
        return {"name": name, "file_name": f"{name}.{media_type[-3:]}", **stored}

    def at_desk(self, case: str, task: str) -> str:
        """The assignment of a task, once it is at the desk."""
        return eventually(lambda: self._assignment(case, task), f"{task} is at the desk")

    def _assignment(self, case: str, task: str) -> str:
        query = tasks.sa.select(tasks.tasks.c.assignment).where(
            tasks.tasks.c.case_code == case,
            tasks.tasks.c.task == task,
            tasks.tasks.c.assigned_at.is_not(None),
            tasks.tasks.c.state != "cancelled",
        )
        with self.database.reading() as tx:
            return tx.execute(query).scalar() or ""


def _add(tx, name, display_name, unit, roles) -> None:
    made = keeping.add(
        tx,
        "department",
        name=name,
        display_name=display_name,
        unit=unit,
        roles=roles,
        once=Once(password=PASSWORD, hash=keeping.hashed(PASSWORD)),
        now=BusinessTime().now(),
        by="operator",
    )
    store.keep(tx, replace(made, must_change=False))


@cache
def drawing() -> bytes:
    """A PDF of one page."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=24)
    pdf.cell(text="Berth 3, drawing")
    pdf.rect(30, 60, 120, 40)
    return bytes(pdf.output())


def picture() -> bytes:
    """A picture of a ship, or nearly."""
    file = io.BytesIO()
    Image.new("RGB", (320, 160), (30, 90, 160)).save(file, "PNG")
    return file.getvalue()


@contextmanager
def running_town(folder: Path) -> Iterator[Town]:
    """A stack that begins on Friday at nine."""
    time = setting_starting_now(FRIDAY, speed=1.0)
    settings = replace(StackSettings(), time=time, catalogue=CATALOGUE)
    with LocalStack(folder, settings, say=print) as stack:
        town = Town(stack)
        yield town
        town.database.close()
