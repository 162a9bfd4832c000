"""Signing in elsewhere against a real provider, and every way in which it is attacked."""

from datetime import timedelta

import pytest
from joserfc.jwk import ECKey

from shared.accounts import keeping, store, tables
from shared.accounts.elsewhere.claims import known
from shared.accounts.elsewhere.declared import Declared
from shared.accounts.elsewhere.entering import enter
from shared.accounts.elsewhere.provider import Provider
from shared.accounts.elsewhere.refusals import ElsewhereRefused, NotForUs, ProviderAway
from shared.accounts.elsewhere.trip import Trip
from shared.accounts.entering import Browser, recognise
from shared.accounts.keeping import Once
from shared.database import Database
from shared.errors import Invalid
from tests.fixtures.oidc import CLIENT, SECRET
from tests.unit.accounts.moment import NOW

HERE = Browser(address="10.0.0.1", name="Firefox")
SETTINGS = {
    "ONEWINDOW_OIDC_CLIENT": CLIENT,
    "ONEWINDOW_OIDC_SECRET": SECRET,
    "ONEWINDOW_OIDC_ROLES": "desk-officers=officer,desk-heads=head",
    "ONEWINDOW_OIDC_UNITS": "城建档案馆=archives",
    "ONEWINDOW_PUBLIC_URL": "http://127.0.0.1:8803",
}


@pytest.fixture
def database(tmp_path):
    opened = Database.open("department", data=tmp_path)
    with opened.transaction() as tx:
        tables.metadata.create_all(tx)
    yield opened
    opened.close()


@pytest.fixture
def office(oidc_provider, monkeypatch):
    """Our side of the provider, as it is declared in the environment."""
    oidc_provider.now = int(NOW.timestamp())
    for name, value in {**SETTINGS, "ONEWINDOW_OIDC_ISSUER": oidc_provider.issuer}.items():
        monkeypatch.setenv(name, value)
    return Provider(Declared.from_environment(), lambda: NOW)


def come_back(office, provider, trip=None):
    """The claims with which somebody comes back from a whole trip."""
    trip = trip or Trip.begun("/desk")
    code, state = provider.code_for(office.address(trip))
    trip.check(state)
    return office.claims(code, trip)


def sign_in(office, provider, database):
    said = known(come_back(office, provider), office.declared, "department")
    return recognise(database, enter(database, said, browser=HERE, now=NOW), NOW)[1]


def test_whoever_the_provider_vouches_for_gets_an_account_with_their_unit_and_roles(
    office, oidc_provider, database
):
    oidc_provider.claims = {"unit": "城建档案馆", "roles": "desk-heads other desk-officers"}
    account = sign_in(office, oidc_provider, database)
    assert (account.name, account.display_name) == ("zhou.jie", "周洁")
    assert (account.unit, account.roles) == ("archives", ("officer", "head"))
    oidc_provider.claims = {"name": "周 洁", "preferred_username": "zhou", "unit": "tax"}
    again = sign_in(office, oidc_provider, database)
    assert (again.name, again.display_name, again.unit) == ("zhou.jie", "周 洁", "tax")
    with database.reading() as tx:
        assert len(store.sessions_of(tx, "zhou.jie")) == 1, "other rights, other session"


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iss": "https://evil.example"}, "iss"),
        ({"aud": "another-client"}, "aud"),
        ({"aud": ["another-client", CLIENT], "azp": "another-client"}, "given to another-client"),
        ({"exp": int(NOW.timestamp()) - 61}, "exp"),
        ({"iat": int(NOW.timestamp()) + 61}, "future"),
        ({"nonce": "of another trip"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "sub"),
        ({"exp": None}, "exp"),
    ],
)
def test_a_token_that_is_not_for_this_trip_is_refused(office, oidc_provider, claims, reason):
    oidc_provider.claims = claims
    with pytest.raises(ElsewhereRefused, match=reason):
        come_back(office, oidc_provider)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_by_a_key_pair_is_refused(office, oidc_provider, algorithm):
    oidc_provider.lies = {"alg": algorithm}
    with pytest.raises(ElsewhereRefused, match="does not hold"):
        come_back(office, oidc_provider)


@pytest.mark.parametrize("key_id", ["one", "two"])
def test_a_token_signed_by_a_strange_key_is_refused(office, oidc_provider, key_id):
    oidc_provider.lies = {"key": ECKey.generate_key("P-256", {"kid": key_id})}
    with pytest.raises(ElsewhereRefused):
        come_back(office, oidc_provider)


def test_a_provider_that_changed_its_keys_is_asked_again_but_not_at_every_forgery(
    office, oidc_provider
):
    come_back(office, oidc_provider)
    oidc_provider.key = ECKey.generate_key("P-256", {"kid": "next"})
    with pytest.raises(ElsewhereRefused):
        come_back(office, oidc_provider)
    assert oidc_provider.asked_for_keys == 1, "a minute has not passed"
    office._now = lambda: NOW + timedelta(minutes=1)
    come_back(office, oidc_provider)
    assert oidc_provider.asked_for_keys == 2


def test_an_answer_to_another_browsers_question_is_refused(office, oidc_provider):
    mine, theirs = Trip.begun("/desk"), Trip.begun("/desk")
    _code, state = oidc_provider.code_for(office.address(theirs))
    with pytest.raises(ElsewhereRefused, match="state"):
        mine.check(state)


@pytest.mark.parametrize("cookie", ["", "e30=", "bm9uc2Vuc2U=", "ÿ"])
def test_who_comes_back_without_having_left_is_refused(cookie):
    with pytest.raises(ElsewhereRefused, match="has not begun"):
        Trip.unpacked(cookie)


def test_a_code_is_worth_nothing_without_its_verifier_and_only_once(office, oidc_provider):
    mine, thief = Trip.begun("/desk"), Trip.begun("/desk")
    code, _ = oidc_provider.code_for(office.address(mine))
    with pytest.raises(ElsewhereRefused, match="invalid_grant"):
        office.claims(code, thief)
    code, _ = oidc_provider.code_for(office.address(mine))
    office.claims(code, mine)
    with pytest.raises(ElsewhereRefused, match="invalid_grant"):
        office.claims(code, mine)


def test_a_local_account_is_never_taken_over_by_its_name(office, oidc_provider, database):
    with database.transaction() as tx:
        keeping.add(
            tx,
            "department",
            name="zhou.jie",
            display_name="周杰",
            unit="archives",
            roles=["head"],
            once=Once(password="", hash="x"),
            now=NOW,
            by="operator",
        )
    with pytest.raises(NotForUs, match="another person's"):
        sign_in(office, oidc_provider, database)


@pytest.mark.parametrize(
    "claims", [{"roles": ["janitors"]}, {"roles": None}, {"unit": "何处"}, {"unit": None}]
)
def test_who_has_no_unit_or_role_here_is_not_let_in(office, oidc_provider, database, claims):
    oidc_provider.claims = claims
    with pytest.raises(NotForUs):
        sign_in(office, oidc_provider, database)


def test_who_was_disabled_here_stays_out(office, oidc_provider, database):
    sign_in(office, oidc_provider, database)
    with database.transaction() as tx:
        keeping.disable(tx, "zhou.jie", now=NOW, by="operator")
    with pytest.raises(NotForUs, match="disabled"):
        sign_in(office, oidc_provider, database)


def test_a_provider_that_calls_itself_otherwise_or_is_away_is_not_believed(office, oidc_provider):
    oidc_provider.lies = {"issuer": "https://evil.example"}
    with pytest.raises(ProviderAway, match="calls itself"):
        office.address(Trip.begun("/desk"))
    oidc_provider.server.server_close()
    with pytest.raises(ProviderAway, match="does not answer"):
        office.address(Trip.begun("/desk"))


def test_a_provider_is_declared_over_tls_or_not_at_all(monkeypatch):
    assert Declared.from_environment() is None
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ONEWINDOW_OIDC_ISSUER", "http://sso.example.cn")
    with pytest.raises(Invalid, match=r"ONEWINDOW_OIDC_ISSUER: .* must begin with https://"):
        Declared.from_environment()
    monkeypatch.setenv("ONEWINDOW_OIDC_ISSUER", "https://sso.example.cn")
    monkeypatch.delenv("ONEWINDOW_OIDC_CLIENT")
    with pytest.raises(Invalid, match="ONEWINDOW_OIDC_CLIENT"):
        Declared.from_environment()
