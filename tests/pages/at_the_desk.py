"""What people do on the pages of the desk."""

from services.department.store import tasks_under
from tests.pages.conftest import PASSWORD


def signed_in(page, name, sessions):
    """The page of somebody who has signed in, with the session that they had before, if any."""
    page.context.add_cookies(sessions.get(name, []))
    page.goto("/")
    if name not in sessions:
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button").click()
        sessions[name] = [it for it in page.context.cookies() if "session" in it["name"]]
    page.wait_for_url("**/desk**")
    return page


def at(page, assignment):
    page.goto(f"/desk/tasks/{assignment}")
    return page


def said(page):
    return page.locator(".flashes").inner_text()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def opened(page, summary):
    """The section with this heading, opened."""
    section = page.locator("details", has=page.locator("summary", has_text=summary)).last
    if section.get_attribute("open") is None:
        section.locator("summary").first.click()
    return section


def answer(page, outcome, **typed):
    """Fill the answer in and send it."""
    opened(page, "答复意见")
    page.get_by_label(outcome, exact=True).check()
    for label, text in typed.items():
        page.locator(f"#completion [name='{label}']").first.fill(text)
    page.locator("#completion-form button[accesskey=s]").click()


def deep_enough(page, yes="是"):
    page.locator("#completion").get_by_label(yes, exact=True).check()


def state_of(town, assignment):
    with town.database.reading() as tx:
        return tasks_under(tx, [assignment])[assignment]
