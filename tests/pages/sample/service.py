"""The sample service, run as a process of its own: `python -m tests.pages.sample.service`.

It is called department so that the accounts have a department's roles.
"""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402
from datetime import datetime  # noqa: E402
from pathlib import Path  # noqa: E402

from marshmallow import Schema, fields, validate  # noqa: E402

from services.__main__ import serve  # noqa: E402
from shared.accounts.pages import AccountPages  # noqa: E402
from shared.accounts.service import Accounts  # noqa: E402
from shared.businesstime import CHINA  # noqa: E402
from shared.errors import Fault, Invalid, NotFound, OneWindowError  # noqa: E402
from shared.logs import configure  # noqa: E402
from shared.settings import Settings  # noqa: E402
from shared.web.pages import Link, Page, Pages, Redirect, live, page  # noqa: E402
from shared.web.problems import CONFLICT  # noqa: E402

RECEIVED = datetime(2026, 9, 18, 9, 5, tzinfo=CHINA)


class Overtaken(OneWindowError):
    """Somebody else was quicker."""


class Query(Schema):
    state = fields.String(load_default="open", validate=validate.OneOf(["open", "done"]))


class Row(Schema):
    subject = fields.String(required=True)
    problem = fields.String(required=True)


class Opinion(Schema):
    outcome = fields.String(required=True, validate=validate.OneOf(["approved", "rejected"]))
    opinion = fields.String(required=True, validate=validate.Length(max=20))
    days = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1))
    urgency = fields.String(load_default="")
    told = fields.Boolean(load_default=False)
    seen = fields.List(fields.String(), load_default=list)
    missing = fields.List(fields.Nested(Row), load_default=list)


class Service(AccountPages):
    name = "department"
    accounts = Accounts()
    pages = Pages(
        Path(__file__).parent,
        home="inbox",
        title="sample.title",
        navigation=(
            Link(page="inbox", text="sample.inbox", key="1"),
            Link(page="parts", text="sample.parts", key="2"),
            Link(page="for_heads", text="sample.heads"),
            Link(page="unit_accounts", text="account.unit_accounts"),
        ),
    )

    def page_frame(self, person, language):
        title = {"zh": "城市建设档案馆", "en": "Urban Construction Archives"}[language]
        return {"unit_title": title, "counts": {"inbox": 3}}

    @page("GET", "/desk", query=Query)
    def inbox(self, visit):
        return Page(
            "inbox.html",
            state=visit.query["state"],
            received=RECEIVED,
            mark=self.inbox_mark(visit.somebody.unit),
        )

    @live("/desk/live")
    def inbox_mark(self, unit):
        return str(len(self.accounts.of_unit(unit)))

    @page("GET", "/desk/parts")
    def parts(self, visit):
        return Page("parts.html", received=RECEIVED)

    @page("POST", "/desk/opinion", form=Opinion, again="parts", problems={Overtaken: CONFLICT})
    def send_opinion(self, visit):
        if visit.form["opinion"] == "late":
            raise Overtaken("somebody else was quicker")
        if visit.form["outcome"] == "rejected" and visit.form["opinion"] == "no":
            raise Invalid(Fault("opinion", "fault.reasons"))
        said = f"{visit.form['opinion']}|{visit.form['missing']}|{visit.form['seen']}"
        return Redirect("/desk").saying("sample.sent", said=said)

    @page("GET", "/desk/heads", roles=("head",))
    def for_heads(self, visit):
        return Page("inbox.html", state="open", received=RECEIVED, mark="")

    @page("GET", "/desk/broken/<how>")
    def broken(self, visit, how):
        raise {"lost": NotFound("no such task"), "bug": RuntimeError("cage 4711")}[how]


if __name__ == "__main__":
    configure("department")
    sys.exit(serve(Settings.from_environment("department"), Service))
