"""Pages that are open learn of what others change."""

import requests

from tests.pages.conftest import PASSWORD


def test_an_open_page_shows_what_others_changed_and_takes_nothing_from_who_is_at_work(
    sample, visitor, sign_in
):
    page = visitor(sample.url)
    sign_in(page, "li.ming")
    page.get_by_text("共 1 人").wait_for()
    sample.add("wang.fang", "王芳")
    page.get_by_text("共 2 人").wait_for()
    page.get_by_role("button", name="领取").first.focus()
    sample.add("zhao.lei", "赵磊")
    page.get_by_role("link", name="查看更新").click()
    page.get_by_text("共 3 人").wait_for()


def test_a_stream_holds_no_worker_and_ends_with_the_session(sample):
    session = signed_in(sample)
    streams = [session.get(f"{sample.url}/desk/live", stream=True, timeout=20) for _ in range(60)]
    lines = [next(it.iter_lines(chunk_size=1)) for it in streams]
    assert set(lines) == {lines[0]}, "sixty streams, more than there are workers"
    assert session.get(f"{sample.url}/desk", timeout=10).status_code == 200
    for stream in streams:
        stream.close()
    assert requests.get(f"{sample.url}/desk/live", timeout=10).status_code == 204


def signed_in(sample):
    session = requests.Session()
    form = session.get(f"{sample.url}/sign-in", timeout=10).text
    token = form.partition('name="csrf" value="')[2].partition('"')[0]
    typed = {"csrf": token, "name": "li.ming", "password": PASSWORD}
    session.post(f"{sample.url}/sign-in", data=typed, timeout=20)
    return session
