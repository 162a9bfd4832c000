"""The accounts of a unit, for its administrator: add, reset, disable, give other roles.

A first password is shown in the answer itself, once: it is in no address, no cookie and no log.
"""

from shared.accounts import keeping, schemas
from shared.accounts.account import Account
from shared.accounts.keeping import Once
from shared.accounts.roles import KEEPS_ACCOUNTS, ROLES
from shared.accounts.service import Accounts
from shared.errors import Fault, Invalid
from shared.web.pages import Page, Pages, Person, Redirect, Visit, page

OWN = "cannot be changed by yourself; ask another administrator"


class UnitPages:
    """What an administrator sees and does. Everything holds within their own unit."""

    accounts: Accounts
    pages: Pages

    @page("GET", "/accounts", roles=KEEPS_ACCOUNTS)
    def unit_accounts(self, visit: Visit) -> Page:
        found = self.accounts.of_unit(visit.somebody.unit)
        roles = ROLES[self.accounts.service]
        return Page("accounts/unit.html", accounts=found, known_roles=roles)

    @page(
        "POST",
        "/accounts",
        form=schemas.NewAccount,
        again="unit_accounts",
        roles=KEEPS_ACCOUNTS,
    )
    def add_account(self, visit: Visit) -> Page:
        once = self.accounts.once()
        with self.accounts.database.transaction() as tx:
            made = keeping.add(
                tx,
                self.accounts.service,
                name=visit.form["name"],
                display_name=visit.form["display_name"],
                unit=visit.somebody.unit,
                roles=visit.form["roles"],
                once=once,
                now=self.accounts.now(),
                by=visit.somebody.account,
            )
        return _shown_once(made, once)

    @page("POST", "/accounts/<name>/reset", again="unit_accounts", roles=KEEPS_ACCOUNTS)
    def reset_account(self, visit: Visit, name: str) -> Page:
        by = _other(visit.somebody, name)
        once = self.accounts.once()
        now = self.accounts.now()
        with self.accounts.database.transaction() as tx:
            changed = keeping.reset(tx, name, once=once, now=now, by=by.account, unit=by.unit)
        return _shown_once(changed, once)

    @page("POST", "/accounts/<name>/disable", again="unit_accounts", roles=KEEPS_ACCOUNTS)
    def disable_account(self, visit: Visit, name: str) -> Redirect:
        by = _other(visit.somebody, name)
        with self.accounts.database.transaction() as tx:
            keeping.disable(tx, name, now=self.accounts.now(), by=by.account, unit=by.unit)
        return _back(self.pages, "account.disabled_now", name)

    @page(
        "POST",
        "/accounts/<name>/roles",
        form=schemas.NewRoles,
        again="unit_accounts",
        roles=KEEPS_ACCOUNTS,
    )
    def give_roles(self, visit: Visit, name: str) -> Redirect:
        by = _other(visit.somebody, name)
        with self.accounts.database.transaction() as tx:
            keeping.give_roles(
                tx,
                self.accounts.service,
                name,
                visit.form["roles"],
                now=self.accounts.now(),
                by=by.account,
                unit=by.unit,
            )
        return _back(self.pages, "account.roles_given", name)


def _back(pages: Pages, text: str, name: str) -> Redirect:
    return Redirect(pages.address("unit_accounts")).saying(text, name=name)


def _other(person: Person, name: str) -> Person:
    """The administrator, who must not shut themselves out; raises Invalid."""
    if name == person.account:
        raise Invalid(Fault("name", OWN))
    return person


def _shown_once(account: Account, once: Once) -> Page:
    return Page(
        "accounts/once.html", account=account, password=once.password, current="unit_accounts"
    )
