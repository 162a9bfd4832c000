"""The department service: wiring only. What it does stands in `handlers`."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from marshmallow import Schema
from nameko.extensions import DependencyProvider

from services.department import handlers, schemas, store
from services.department.domain import OPEN, Act, NotPossible, OtherDepartment, Overtaken, Task
from services.department.pages.acts import ActPages
from services.department.pages.base import Office, office_of
from services.department.pages.inbox import InboxPages
from services.department.pages.library import TemplatePages
from services.department.pages.tasks import TaskPages
from services.department.systems.service import Systems
from shared.accounts.pages import AccountPages
from shared.accounts.service import Accounts
from shared.delivery.backbone import SETTINGS
from shared.delivery.entrypoints import UNHURRIED, Delivery, receives
from shared.delivery.envelope import Envelope
from shared.delivery.work import Work
from shared.web.blocking import aside
from shared.web.http import Request, http
from shared.web.pages import Link, Pages
from shared.web.problems import CONFLICT, FORBIDDEN

Method = TypeVar("Method", bound=Callable[..., Any])


def _department(service: "Service", digest: str) -> str | None:
    """The department that a token stands for."""
    with service.delivery.database.reading() as tx:
        return store.department_with(tx, digest, service.delivery.settings.time.now())


def _act(what: str, body: type[Schema]) -> Callable[[Method], Method]:
    """The entrypoint of one thing that an officer may do with a task."""
    return http(
        "POST",
        f"/tasks/<assignment>/{what}",
        body=body,
        answer=schemas.TaskShown,
        problems={Overtaken: CONFLICT, NotPossible: CONFLICT},
        bearer=_department,
    )


class Bureau(DependencyProvider):  # type: ignore[misc]
    """What the desk's pages go by: each file of the catalogue is read again when it changes."""

    office: Office

    @property
    def remarks(self) -> list[str]:
        """What is not as somebody has written it; shown by /health."""
        return self.office.remarks

    def setup(self) -> None:
        self.office = office_of(self.container.config[SETTINGS], sync=_synced)

    def get_dependency(self, _context: Any) -> Office:
        return self.office


def _synced(descriptor: int) -> None:
    """fsync in a thread, so that other requests go on."""
    aside(os.fsync, descriptor)


class Service(Systems, AccountPages, InboxPages, TaskPages, ActPages, TemplatePages):
    """Department: the tasks of departments without a worker of their own; over HTTP, on pages."""

    name = "department"
    delivery = Delivery()
    accounts = Accounts()
    office = Bureau()
    pages = Pages(
        Path(__file__).parent / "pages",
        home="start",
        title="desk.title",
        navigation=(
            Link(page="inbox", text="inbox.title", key="1"),
            Link(page="templates", text="template.all", key="2"),
            Link(page="unit_accounts", text="account.unit_accounts", key="3"),
        ),
    )

    @receives(gather=UNHURRIED)  # type: ignore[untyped-decorator]
    def follow(self, work: Work, envelopes: Sequence[Envelope]) -> None:
        handlers.follow(work, envelopes)
        self.tell_systems(work, envelopes)

    @http(
        "GET",
        "/departments/<department>/tasks",
        query=schemas.Selection,
        answer=schemas.TaskList,
        problems={OtherDepartment: FORBIDDEN},
        bearer=_department,
    )
    def list_tasks(self, request: Request, department: str) -> Any:
        """A department's tasks, the oldest first.

        Those that are open, unless `state` names others; `after` takes the `next` of a page.
        """
        if department != request.bearer:
            raise OtherDepartment(f"the token is one of {request.bearer}, not of {department}")
        limit = request.query["limit"]
        with self.delivery.database.reading() as tx:
            found = store.tasks_of(
                tx,
                department,
                states=request.query.get("state") or OPEN,
                after=request.query["after"],
                limit=limit,
            )
        following = found[-1].assignment if len(found) == limit else None
        return {"tasks": [self._as_shown(task) for task in found], "next": following}

    @http("GET", "/tasks/<assignment>", answer=schemas.TaskShown, bearer=_department)
    def show_task(self, request: Request, assignment: str) -> Any:
        """A task with everything that the department may see of the case."""
        with self.delivery.database.reading() as tx:
            return self._as_shown(handlers.show(tx, request.bearer, assignment))

    @_act("acceptance", schemas.Acceptance)
    def accept(self, request: Request, assignment: str) -> Any:
        """Take a task up."""
        return self._do(request, assignment, "acceptance")

    @_act("completion", schemas.Completion)
    def complete(self, request: Request, assignment: str) -> Any:
        """Answer a task: approved, approved with conditions, or rejected with reasons."""
        return self._do(request, assignment, "completion")

    @_act("return", schemas.Return)
    def give_back(self, request: Request, assignment: str) -> Any:
        """Ask the applicant for what is missing, all of it at once; the clocks stop."""
        return self._do(request, assignment, "return")

    @_act("decline", schemas.Decline)
    def decline(self, request: Request, assignment: str) -> Any:
        """Give a task back that is not the department's own."""
        return self._do(request, assignment, "decline")

    @_act("suspension", schemas.Suspension)
    def suspend(self, request: Request, assignment: str) -> Any:
        """Begin a special procedure whose time does not count."""
        return self._do(request, assignment, "suspension")

    @_act("resumption", schemas.Resumption)
    def resume(self, request: Request, assignment: str) -> Any:
        """End a special procedure; time counts again."""
        return self._do(request, assignment, "resumption")

    @_act("extension", schemas.Extension)
    def ask_for_more_time(self, request: Request, assignment: str) -> Any:
        """Ask for more time, once; how much the item says."""
        return self._do(request, assignment, "extension")

    def _do(self, request: Request, assignment: str, what: Act) -> Any:
        with self.delivery.work() as work:
            task = handlers.act(work, request.bearer, assignment, what, request.body)
            if not self.fetches(request.bearer):  # what it fetched, it answers here itself
                self.tell_settled(work, task)
        return self._as_shown(task)

    def _as_shown(self, task: Task) -> Task:
        """The task with its times as the clocks of the offices show them."""
        return task.in_zone(self.delivery.settings.time.zone)
