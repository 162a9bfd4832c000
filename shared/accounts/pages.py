"""The pages of accounts, for a service class to inherit: sign-in, one's own account, the unit's."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from shared.accounts import schemas
from shared.accounts.browsers import called
from shared.accounts.elsewhere.declared import BACK
from shared.accounts.elsewhere.refusals import NO_PLACE, REFUSED, ElsewhereRefused, NotForUs
from shared.accounts.entering import Browser
from shared.accounts.service import CHANGE_PASSWORD, Accounts
from shared.accounts.throttle import TOO_MANY, TooManyGuesses
from shared.accounts.unitpages import UnitPages
from shared.errors import Fault, Invalid, OneWindowError
from shared.web.pages import Page, Pages, Redirect, Visit, page
from shared.web.problems import ProblemType

NOT_THE_SAME = "is not the same as above"
HERE = Path(__file__).parent
PROBLEMS: dict[type[OneWindowError], ProblemType] = {TooManyGuesses: TOO_MANY}
ELSEWHERE: dict[type[OneWindowError], ProblemType] = {
    ElsewhereRefused: REFUSED,
    NotForUs: NO_PLACE,
}


def browser_of(visit: Visit) -> Browser:
    """Where a visitor comes from."""
    return Browser(address=visit.address, name=visit.wire.headers.get("User-Agent", ""))


def within(path: str) -> bool:
    """Whether a path leads to a page of ours and nowhere else: `//host` and `/\\host` do not."""
    return path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()


def _onward(pages: Pages, path: str) -> Redirect:
    return Redirect(path if within(path) else pages.address(pages.home))


def _elsewhere(accounts: Accounts) -> str:
    """What the button of the other sign-in says, empty where there is none."""
    return accounts.provider.declared.title if accounts.provider else ""


class AccountPages(UnitPages):
    """Sign in and out, see one's account, change one's password; for administrators the unit's."""

    page_folders: ClassVar[dict[str, Path]] = {"accounts": HERE}
    accounts: Accounts
    pages: Pages

    @page("GET", "/sign-in", query=schemas.Wanted, public=True)
    def sign_in(self, visit: Visit) -> Page | Redirect:
        if visit.person is not None:
            return _onward(self.pages, visit.query["next"])
        return Page(
            "accounts/sign_in.html", next=visit.query["next"], elsewhere=_elsewhere(self.accounts)
        )

    @page(
        "POST",
        "/sign-in",
        form=schemas.Credentials,
        again="sign_in",
        problems=PROBLEMS,
        public=True,
    )
    def send_sign_in(self, visit: Visit) -> Redirect:
        session = self.accounts.sign_in(
            visit.form["name"], visit.form["password"], browser_of(visit)
        )
        going = _onward(self.pages, visit.form["next"])
        return Redirect(going.path, cookies={"session": session, "visitor": ""})

    @page("GET", "/sign-in/elsewhere", query=schemas.Wanted, public=True)
    def sign_in_elsewhere(self, visit: Visit) -> Redirect:
        address, trip = self.accounts.go_elsewhere(visit.query["next"])
        return Redirect(address, cookies={"oidc": trip})

    @page("GET", BACK, query=schemas.CameBack, public=True, problems=ELSEWHERE)
    def come_back(self, visit: Visit) -> Redirect:
        if not visit.query["code"]:
            raise ElsewhereRefused(f"the provider says {visit.query['error'][:100]!r}")
        session, onward = self.accounts.come_back(
            visit.query["code"],
            visit.query["state"],
            self.pages.cookies.read(visit.wire, "oidc"),
            browser_of(visit),
        )
        cookies = {"session": session, "visitor": "", "oidc": ""}
        return Redirect(_onward(self.pages, onward).path, cookies=cookies)

    @page("POST", "/sign-out", public=True)
    def sign_out(self, visit: Visit) -> Redirect:
        if visit.person is not None:
            self.accounts.sign_out(visit.secret)
        going = Redirect(self.pages.address("sign_in"), cookies={"session": ""})
        return going.saying("account.signed_out", "info")

    @page("GET", "/account")
    def account(self, visit: Visit) -> Page:
        person = visit.somebody
        held = self.accounts.sessions(person.account)
        sessions = [replace(it, browser=called(it.browser)) for it in held]
        return Page("accounts/account.html", sessions=sessions, own=person.session)

    @page("POST", "/account/sessions/end")
    def end_other_sessions(self, visit: Visit) -> Redirect:
        self.accounts.end_others(visit.somebody)
        return Redirect(self.pages.address("account")).saying("account.others_ended")

    @page("GET", CHANGE_PASSWORD)
    def password(self, visit: Visit) -> Page:
        return Page("accounts/password.html", first=bool(visit.somebody.held_at))

    @page("POST", CHANGE_PASSWORD, form=schemas.NewPassword, again="password", problems=PROBLEMS)
    def change_password(self, visit: Visit) -> Redirect:
        typed = visit.form
        if typed["new_password"] != typed["repeated_password"]:
            raise Invalid(Fault("repeated_password", NOT_THE_SAME))
        session = self.accounts.change_password(
            visit.somebody.account,
            typed["current_password"],
            typed["new_password"],
            browser_of(visit),
        )
        going = Redirect(self.pages.address(self.pages.home), cookies={"session": session})
        return going.saying("account.password_changed")
