"""Links to materials: good as they were made, until they expire, and in no other form."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.errors import Invalid
from shared.links import BadLink, checked, key_of, new_key, signed

KEY = bytes(range(32))
DIGEST = "sha256:" + "a" * 64
NOW = datetime(2026, 9, 18, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(days=90)
SECONDS = int(UNTIL.timestamp())


def said_by(link):
    query = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
    return {**query, "until": int(query["until"])}


GIVEN = {
    "key": KEY,
    "digest": DIGEST,
    **said_by(signed("https://intake.example.gov/", KEY, DIGEST, "image/svg+xml", UNTIL)),
}


def test_a_link_names_the_file_under_the_public_address():
    link = urlsplit(signed("https://intake.example.gov/api/", KEY, DIGEST, "a/b", UNTIL))
    assert (link.netloc, link.path) == ("intake.example.gov", f"/api/materials/{DIGEST}")


def test_a_link_is_good_as_it_was_made_until_its_last_second():
    checked(**GIVEN, now=NOW)
    checked(**GIVEN, now=UNTIL)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("digest", "sha256:" + "b" * 64),
        ("media_type", "text/html"),
        ("until", SECONDS + 1),
        ("key", bytes(32)),
        ("signature", "0" * 64),
        ("signature", ""),
        ("signature", "é" * 64),
    ],
)
def test_a_link_with_anything_changed_is_refused(name, value):
    with pytest.raises(BadLink, match="not signed by this office"):
        checked(**{**GIVEN, name: value}, now=NOW)


def test_an_expired_link_is_refused_with_its_instant():
    with pytest.raises(BadLink, match=r"expired at 2026-12-17T09:00:00\+00:00"):
        checked(**GIVEN, now=UNTIL + timedelta(seconds=1))


def test_a_key_is_64_hexadecimal_digits_and_no_two_are_alike():
    assert len(key_of(new_key() + "\n")) == 32
    assert new_key() != new_key()
    with pytest.raises(Invalid, match="ONEWINDOW_MATERIALS_KEY: must be 64 hexadecimal"):
        key_of("secret")
