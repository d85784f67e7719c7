"""A home is read, every wrong setting is named with its place and a way out, and secrets never stand in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.contracts.settings import SecretReference
from hub.errors import ConfigurationError
from hub.runtime import config, starter_home
from hub.runtime.config import Home, load_home

PLAIN_SECRET = "hunter2-" * 3

TENANT = """
id = "prov"
name = "Prov"
[[companies]]
number = "001"
name = "Provbolaget"
organisation_number = "999999-9999"
[companies.accounts]
bank = "1930"
clearing = "1690"
suspense = "2890"
receivable = "1510"
revenue = "3010"
write_off = "3740"
error_account = "1999"
[[companies.payee_accounts]]
bankgiro = "991-2346"
[[companies.payee_accounts]]
plusgiro = "1018-1"
"""


def home(folder: Path, *, tenant: str = TENANT, installation: str = "") -> Home:
    (folder / "tenants").mkdir(exist_ok=True)
    (folder / "hub.toml").write_text(installation, encoding="utf-8")
    (folder / "tenants" / "prov.toml").write_text(tenant, encoding="utf-8")
    return load_home(folder)


def test_an_empty_installation_file_means_a_database_in_the_home(tmp_path: Path) -> None:
    assert home(tmp_path).database_url() == f"sqlite:///{tmp_path}/hub.sqlite"


def test_tenants_are_read_by_name(tmp_path: Path) -> None:
    loaded = home(tmp_path)

    assert list(loaded.tenants) == ["prov"]
    assert len(loaded.tenants) == 1
    assert loaded.tenant("prov").companies[0].name == "Provbolaget"
    assert loaded.tenants.get("nobody") is None


def test_an_unknown_tenant_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no tenant 'prof' \(did you mean prov\? known tenants: prov\)"):
        home(tmp_path).tenant("prof")


def test_of_many_tenants_a_message_lists_the_first(tmp_path: Path) -> None:
    loaded = home(tmp_path)
    for number in range(12):
        (tmp_path / "tenants" / f"t{number:02}.toml").touch()

    with pytest.raises(ConfigurationError, match=r"known tenants: prov, t00, .*, t08 and 3 more"):
        loaded.tenant("nobody")


@pytest.mark.parametrize("name", ["../prov", "/etc/passwd", "", ".hidden"])
def test_a_tenant_name_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    loaded = home(tmp_path)

    assert name not in loaded.tenants
    with pytest.raises(KeyError):
        loaded.tenants[name]


def test_a_broken_tenant_stops_that_tenant_alone(tmp_path: Path) -> None:
    loaded = home(tmp_path)
    (tmp_path / "tenants" / "broken.toml").write_text("id = \nname = 1\n", encoding="utf-8")

    assert list(loaded.tenants) == ["broken", "prov"]
    assert loaded.tenant("prov").id == "prov"
    with pytest.raises(ConfigurationError, match=r"tenants/broken\.toml is not valid TOML: .*line 1"):
        loaded.tenant("broken")


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(tmp_path: Path) -> None:
    loaded = home(tmp_path)
    first = loaded.tenant("prov")

    assert loaded.tenant("prov") is first

    (tmp_path / "tenants" / "prov.toml").write_text(TENANT.replace('"Prov"', '"Nytt"'), encoding="utf-8")
    assert loaded.tenant("prov").name == "Nytt"


def test_a_file_with_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    loaded = home(tmp_path)
    content = b"\xef\xbb\xbf" + TENANT.replace("\n", "\r\n").encode()
    (tmp_path / "tenants" / "prov.toml").write_bytes(content)

    assert loaded.tenant("prov").id == "prov"


WRONG_TENANTS = [
    # text replaced, by what, dotted path, what is wrong, what to do
    ('name = "Prov"', "", "name", "the setting is missing", "add name: What people call the tenant"),
    ('name = "Prov"', "nmae = 1", "name", "the setting is missing", "also wrong: nmae: there is no such setting"),
    ('name = "Prov"', 'name = "Prov"\ncompanys = 1', "companys", "no such setting", "did you mean companies?"),
    ('name = "Prov"', 'name = "Prov"\nxyzzy = 1', "xyzzy", "no such setting", "here are known: id, name, is_test"),
    ('name = "Prov"', "name = 7", "name", "must be text in quotes", "see docs/settings.md"),
    ('name = "Prov"', 'name = ""', "name", "at least 1 character", "What people call"),
    ('name = "Prov"', 'name = "Prov"\nis_test = "yes"', "is_test", "must be true or false", "A test tenant"),
    ('id = "prov"', 'id = "other"', "id", "differs from the file's name", 'write id = "prov"'),
    ('id = "prov"', 'id = "PROV"', "id", "must be small letters, digits, - and _ only", "Short name"),
    ('bank = "1930"', "bnak = 1930", "companies[1].accounts.bank", "is missing", "companies[1].accounts.bnak"),
    ('bank = "1930"', 'bank = "1930"\nrunding = "1"', "companies[1].accounts.runding", "no such", "mean rounding?"),
    ('bank = "1930"', 'bank = "?"', "companies[1].accounts.bank", "must be a ledger account: letters and digits", ""),
    ('bank = "1930"', 'bank = "1690"', "companies[1]", "accounts.bank and accounts.clearing name the same", "its own"),
    ("[companies.accounts]", 'currency = "kr"\n[companies.accounts]', "companies[1].currency", "such as SEK", ""),
    ("[companies.accounts]", 'currency = "XYZ"\n[companies.accounts]', "companies[1].currency", "in ISO 4217", "SEK"),
    ('"1018-1"', '"1018-2"', "companies[1].payee_accounts[2].plusgiro", "check digit of the plusgiro", "such as"),
    ('plusgiro = "1018-1"', "", "companies[1].payee_accounts[2]", "exactly one of bankgiro", "see docs"),
    (
        'plusgiro = "1018-1"',
        'bankgiro = "991-2346"',
        "",
        "companies[1].payee_accounts[1] and companies[1].payee_accounts[2]",
        "",
    ),
    ('plusgiro = "1018-1"', "plusgiro = '1018-1'\nalso = 3", "companies[1].payee_accounts[2].also", "a list", "Other"),
    ('plusgiro = "1018-1"', "plusgiro = '1018-1'\nalso = ['x']", "companies[1].payee_accounts[2].also[1]", "table", ""),
    ('"999999-9999"', '"999999-9998"', "companies[1].organisation_number", "check digit that fits", "see docs"),
    ("[companies.accounts]", "[companies.acounts]", "companies[1].accounts", "is missing", "acounts"),
    (
        "[[companies.payee_accounts]]",
        "[companies.limits]\nover_payment_limit = 50\n[[companies.payee_accounts]]",
        "companies[1].limits.over_payment_limit",
        'an amount is text in kronor, such as "50,00"',
        "Largest overpayment",
    ),
    (
        "[[companies.payee_accounts]]",
        '[companies.references.giro.control]\nlevle = "soft"\n[[companies.payee_accounts]]',
        "companies[1].references.giro.control.levle",
        "no such setting",
        "did you mean level?",
    ),
    (
        "[[companies.payee_accounts]]",
        '[[companies.references.giro.elements]]\nwidth = "9"\nkind = "routine"\n[[companies.payee_accounts]]',
        "companies[1].references.giro.elements[1].width",
        "must be a whole number",
        "Its number of digits",
    ),
]


@pytest.mark.parametrize(("old", "new", "where", "what", "hint"), WRONG_TENANTS)
def test_a_wrong_setting_is_named_with_its_place_and_a_way_out(
    tmp_path: Path, old: str, new: str, where: str, what: str, hint: str
) -> None:
    loaded = home(tmp_path, tenant=TENANT.replace(old, new, 1))

    with pytest.raises(ConfigurationError) as caught:
        loaded.tenant("prov")

    assert caught.value.where == where
    message = str(caught.value)
    assert message.startswith(f"{where}: " if where else "")
    assert what in message
    assert hint in message
    assert "tenants/prov.toml" in message


@pytest.mark.parametrize(
    ("given", "where", "what"),
    [
        ('columns = { bogus = "a" }', "source_systems.billing.columns", "there is no field bogus"),
        (
            'columns = { number = "a" }',
            "source_systems.billing.columns",
            "no column is declared for invoice_date, amount",
        ),
        ('fixed_values = { amount = "x" }', "source_systems.billing.fixed_values.amount", "amount"),
    ],
)
def test_a_wrong_mapping_is_found_before_a_file_comes(tmp_path: Path, given: str, where: str, what: str) -> None:
    loaded = home(tmp_path, tenant=f'{TENANT}\n[[source_systems]]\nname = "billing"\n{given}\n')

    with pytest.raises(ConfigurationError, match=what) as caught:
        loaded.tenant("prov")

    assert caught.value.where == where


def test_many_wrong_settings_come_in_one_message(tmp_path: Path) -> None:
    wrong = "".join(f"wrong{number} = 1\n" for number in range(8))

    with pytest.raises(ConfigurationError, match=r"also wrong: wrong1: .*; 3 more") as caught:
        home(tmp_path, tenant=wrong + TENANT).tenant("prov")

    assert caught.value.where == "wrong0"


@pytest.mark.parametrize(
    ("table", "where"),
    [
        (f'[plugins.kivra]\nclient_secret = "{PLAIN_SECRET}"', "plugins.kivra.client_secret"),
        (f'[plugins.kivra]\npassword = "{PLAIN_SECRET}"', "plugins.kivra.password"),
        (f'[plugins.kivra]\nAPI-Key = "{PLAIN_SECRET}"', "plugins.kivra.API-Key"),
        (f'[plugins.kivra]\naccessToken = "{PLAIN_SECRET}"', "plugins.kivra.accessToken"),
        (f'[plugins.kivra]\ntokens = ["env:A", "{PLAIN_SECRET}"]', "plugins.kivra.tokens"),
        ("[plugins.kivra]\npin = 1234", "plugins.kivra.pin"),
        ('[plugins.kivra]\nkey = ""', "plugins.kivra.key"),
        (f'[plugins.kivra.sftp]\npassphrase = "{PLAIN_SECRET}"', "plugins.kivra.sftp.passphrase"),
        (f'[[plugins.kivra.accounts]]\nkey = "env:A"\n[[plugins.kivra.accounts]]\nkey = "{PLAIN_SECRET}"', ".key"),
    ],
)
def test_a_secret_in_a_plugins_table_is_refused_and_not_repeated(tmp_path: Path, table: str, where: str) -> None:
    with pytest.raises(ConfigurationError, match="a secret stands in the settings") as caught:
        home(tmp_path, tenant=f"{TENANT}\n{table}\n").tenant("prov")

    assert caught.value.where.endswith(where)
    assert "env:NAME" in caught.value.hint
    assert PLAIN_SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "table",
    [
        'client_secret = "env:KIVRA_SECRET"',
        'private_key = "file:keys/kivra.pem"',
        'host_key = "ssh-ed25519 AAAA"',
        'public_keys = ["ssh-ed25519 AAAA"]',
        'token_url = "https://example.org/token"',
        "[plugins.kivra.secret]\nurl = 'https://example.org'",
        "monkey = 'a'",
    ],
)
def test_references_and_names_that_only_resemble_secrets_pass(tmp_path: Path, table: str) -> None:
    loaded = home(tmp_path, tenant=f"{TENANT}\n[plugins.kivra]\n{table}\n")

    assert "kivra" in loaded.tenant("prov").plugins


WRONG_INSTALLATIONS = [
    ("[database]\nurl = 'mysql://x/y'", "database.url", "must be sqlite:///FILE or postgresql"),
    ("[database]\nurl = 'sqlite://'", "database.url", "must be sqlite:///FILE"),
    ("[database]\nurl = 'sqlite:///:memory:'", "database.url", "must be sqlite:///FILE"),
    ("[database]\nurl = 'sqlite:///hub.sqlite?mode=ro'", "database.url", "takes no options"),
    ("[engine]\nruns_at_once = true", "engine.runs_at_once", "must be a whole number, without quotes"),
    ("[engine]\nruns_at_once = '2'", "engine.runs_at_once", "must be a whole number, without quotes"),
    ("[engine.channels.mail]\nper_minute = 2.0", "engine.channels.mail.per_minute", "must be a whole number"),
    ("[database]\nurl = 'postgresql://host'", "database.url", "postgresql://user@host/name"),
    (f"[database]\nurl = 'postgresql://hub:{PLAIN_SECRET}@db/hub'", "database.url", "holds a password"),
    (f"[database]\nurl = 'postgresql://hub@db/hub?password={PLAIN_SECRET}'", "database.url", "holds a password"),
    (f"[database]\npassword = '{PLAIN_SECRET}'", "database.password", "given by reference: env:NAME or file:PATH"),
    ("[database]\npasword = 'env:A'", "database.pasword", "did you mean password?"),
    ("databse = 1", "databse", "did you mean database?"),
    ("database = 'x'", "database", "must be a table"),
    ("[database", "", "hub.toml is not valid TOML"),
    ("[database]\n[database]", "", "('database',) twice"),
]


@pytest.mark.parametrize(("installation", "where", "what"), WRONG_INSTALLATIONS)
def test_a_wrong_installation_is_refused_at_once(tmp_path: Path, installation: str, where: str, what: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(what)) as caught:
        home(tmp_path, installation=installation)

    assert caught.value.where == where
    assert PLAIN_SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_settings_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigurationError, match=r"hub\.toml is not UTF-8"):
        load_home(tmp_path)


def test_a_tenant_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    loaded = home(tmp_path)
    (tmp_path / "tenants" / "folder.toml").mkdir()

    with pytest.raises(ConfigurationError, match=r"tenants/folder\.toml cannot be read: "):
        loaded.tenant("folder")


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_folder_that_is_no_home_says_how_to_make_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"has no hub.toml \(make one: hub init FOLDER\)"):
        load_home(tmp_path / name)


def test_the_home_is_the_given_one_then_the_environments_then_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "environment"))
    assert config.find_home(tmp_path / "given") == tmp_path / "given"
    assert config.find_home() == tmp_path / "environment"

    monkeypatch.delenv("HUB_HOME")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="hub init"):
        config.find_home()

    (tmp_path / "hub.toml").touch()
    assert config.find_home() == tmp_path


def test_the_database_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TEST_PASSWORD", "p@ss/word")
    text = "[database]\nurl = 'postgresql://hub@db.example.org:5433/hub'\npassword = 'env:HUB_TEST_PASSWORD'"

    url = home(tmp_path, installation=text).database_url()

    assert url == "postgresql+psycopg://hub:p%40ss%2Fword@db.example.org:5433/hub"


def test_the_whole_database_url_may_come_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = home(tmp_path, installation="[database]\nurl = 'env:HUB_TEST_URL'")
    with pytest.raises(ConfigurationError, match=r"database\.url: env:HUB_TEST_URL leads to no secret"):
        loaded.database_url()

    monkeypatch.setenv("HUB_TEST_URL", f"oracle://hub:{PLAIN_SECRET}@db/hub")
    with pytest.raises(ConfigurationError, match=r"database\.url: .*correct what it refers to") as caught:
        loaded.database_url()
    assert PLAIN_SECRET not in str(caught.value)

    monkeypatch.setenv("HUB_TEST_URL", "postgresql://hub:x@db/hub")
    assert loaded.database_url() == "postgresql+psycopg://hub:x@db/hub"


def test_an_absolute_database_file_stays_where_it_is(tmp_path: Path) -> None:
    text = f"[database]\nurl = 'sqlite:///{tmp_path}/elsewhere/x.sqlite'"

    assert home(tmp_path, installation=text).database_url() == f"sqlite:///{tmp_path}/elsewhere/x.sqlite"


def test_secrets_are_fetched_from_files_of_the_home(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("one two \r\n", encoding="utf-8")

    assert home(tmp_path).secret(SecretReference.parse("file:key.txt")) == "one two "


@pytest.mark.parametrize("reference", ["env:HUB_TEST_UNSET", "file:missing.txt", "file:empty.txt", "file:binary.txt"])
def test_a_reference_that_leads_nowhere_says_what_to_do(tmp_path: Path, reference: str) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "binary.txt").write_bytes(b"\xff")

    with pytest.raises(ConfigurationError, match=f"plugins.x.key: {reference} leads to no secret") as caught:
        config.resolve_secret(SecretReference.parse(reference), home=tmp_path, where="plugins.x.key")

    assert caught.value.hint


def test_the_fingerprint_follows_the_settings_and_not_the_layout(tmp_path: Path) -> None:
    first = config.settings_fingerprint(home(tmp_path).tenant("prov"))
    same = TENANT.replace('id = "prov"\nname = "Prov"', '# a comment\nname = "Prov"\nid = "prov"\nis_test = false')
    other = TENANT.replace('"Prov"', '"Annan"')

    assert re.fullmatch("[0-9a-f]{64}", first)
    assert config.settings_fingerprint(home(tmp_path, tenant=same).tenant("prov")) == first
    assert config.settings_fingerprint(home(tmp_path, tenant=other).tenant("prov")) != first


def test_the_starter_home_loads_without_errors(tmp_path: Path) -> None:
    written = starter_home.write_starter_home(tmp_path / "new")

    loaded = load_home(tmp_path / "new")
    assert {path.name for path in written} == {"hub.toml", "example.toml"}
    assert list(loaded.tenants) == ["example"]
    assert loaded.tenant("example").is_test
    assert loaded.database_url().startswith("sqlite:///")


@pytest.mark.parametrize("name", ["hub.toml", "tenants/example.toml"])
def test_the_starter_home_overwrites_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "tenants").mkdir()
    (tmp_path / name).write_text("mine", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=f"{name} is there already"):
        starter_home.write_starter_home(tmp_path)

    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1


def test_a_home_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError, match="the home folder cannot be written: "):
        starter_home.write_starter_home(tmp_path / "file" / "home")


def test_channels_are_limited_by_name(tmp_path: Path) -> None:
    limits = home(tmp_path, installation="[engine.channels.letters]\nper_minute = 600").config.engine

    assert limits.calls_per_minute == {"letters": 600}


@pytest.mark.parametrize("wrong", ["per_minute = 0", "per_minute = 1.5", "per_second = 10", ""])
def test_a_wrong_limit_of_a_channel_is_named_with_its_channel(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=r"engine\.channels\.letters\.per_\w+: .*in hub\.toml"):
        home(tmp_path, installation=f"[engine.channels.letters]\n{wrong}")
