"""Pages that are open learn of what others change."""

import requests


def test_an_open_page_shows_what_others_changed_and_takes_nothing_from_who_is_at_work(
    sample, visitor
):
    sample.add("live.li", unit="harbour")
    page = visitor(sample.url)
    page.context.add_cookies([sample.session_of("live.li")])
    page.goto("/desk")
    page.get_by_text("共 1 人").wait_for()
    sample.add("live.wang", "王芳", unit="harbour")
    page.get_by_text("共 2 人").wait_for()
    page.get_by_role("button", name="领取").first.focus()
    sample.add("live.zhao", "赵磊", unit="harbour")
    page.get_by_role("link", name="查看更新").click()
    page.get_by_text("共 3 人").wait_for()


def test_a_stream_holds_no_worker_and_ends_with_the_session(sample):
    session = requests.Session()
    cookie = sample.session_of("li.ming")
    session.cookies.set(cookie["name"], cookie["value"])
    streams = [session.get(f"{sample.url}/desk/live", stream=True, timeout=60) for _ in range(60)]
    lines = [next(it.iter_lines(chunk_size=1)) for it in streams]
    assert set(lines) == {lines[0]}, "sixty streams, more than there are workers"
    assert session.get(f"{sample.url}/desk", timeout=60).status_code == 200
    for stream in streams:
        stream.close()
    assert requests.get(f"{sample.url}/desk/live", timeout=60).status_code == 204
