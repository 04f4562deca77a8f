"""`login` against the pretend Market: what it says, stores and refuses."""

import getpass
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chat_tui.paths import locate, make_private
from chat_tui.sandbox import access
from chat_tui.settings import Flags, load
from tests.commands.conftest import Run
from tests.support.faults import Answer, lost, portal
from tests.support.sandbox import Sandbox

KEY = access.API_KEY
OTHER = 77


@pytest.fixture
def environment(market: Sandbox) -> dict[str, str]:
    """Only the address of the Market."""
    return {"CHAT_TUI_API_URL": market.url}


def stored() -> dict[str, str]:
    """Every file of the program's settings, by name."""
    directory = locate().config
    return {path.name: path.read_text() for path in sorted(directory.iterdir())} if directory.exists() else {}


def two_businesses(operation: str, body: Any) -> Any:
    """A Market with a key that opens a second business."""
    if operation == "getCampaigns":
        more = {"id": 5, "domain": "Second", "business": {"id": OTHER, "name": "A second cabinet"}}
        body["campaigns"].append(more | {"placementType": "FBS", "apiAvailability": "MANUALLY_DISABLED"})
    return body


def test_a_good_key_is_stored_with_its_business_and_then_used(run: Run, market: Sandbox) -> None:
    ran = run("login", "--token-stdin", typed=f"\n  {KEY} \r\n".encode())
    assert (ran.code, ran.err) == (0, "")
    assert "✓ yes  answer, send files, start chats" in ran.out
    assert "✗ no   read" not in ran.out
    assert "Уютная кухня · 1185230 · 3 shops" in ran.out
    assert "Уютная кухня — склад Маркета · FBY" in ran.out
    assert stored() == {
        "api-key-1185230": f"{KEY}\n",
        "settings.toml": '[market]\nbusiness_id = 1185230\napi_key_file = "api-key-1185230"\n',
    }
    for path in locate().config.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(locate().config.stat().st_mode) == 0o700
    assert run("list", "--fresh").out.count("\n") == 12


def test_the_operators_comments_and_settings_stay(run: Run) -> None:
    locate().config.mkdir(parents=True)
    mine = '# mine\n[ui]\nlanguage = "en"  # always\n\n[market] # the shop\n# not yet\n\n[queue]\nwarn = 7\n'
    locate().settings_file.write_text(mine)
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    text = stored()["settings.toml"]
    assert [line for line in mine.splitlines() if line not in text.splitlines()] == []
    settings = load(Flags(), {}, locate().settings_file)
    assert (settings.api_key, settings.market.business_id, settings.queue.warn) == (KEY, 1185230, 7)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (access.REVOKED_KEY, "401: Api-Key token is revoked. Copy the whole key again"),
        ("nonsense", "Api-Key token prefix invalid. Copy the whole key again"),
        ("", "Api-Key: the key is empty"),
        ("ACMA:ключ:1", "a key has only Latin letters"),
        ("y0_AgAAAAB", "this is an OAuth token. Create an Api-Key"),
        ("x" * 5000, "too long for a key"),
        (access.FOREIGN_KEY, "The key opens no shop"),
    ],
)
def test_a_key_that_is_not_taken_is_not_stored(run: Run, key: str, words: str) -> None:
    ran = run("login", "--token-stdin", typed=key.encode())
    assert ran.code == 1
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert stored() == {}


def test_a_key_without_chats_is_refused_and_the_right_is_named(run: Run, market: Sandbox) -> None:
    rights = {"status": "OK", "result": {"apiKey": {"name": "prices", "authScopes": ["PRICING"]}}}
    market.script("getAuthTokenInfo", [Answer(status=200, body=rights)])
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert ran.code == 1
    assert "✗ no   read and search the chats" in ran.out
    assert "Give it the right “Chats with buyers”" in ran.err
    assert stored() == {}


def test_a_reading_key_is_stored_and_said_to_be_for_viewing(run: Run) -> None:
    ran = run("login", "--token-stdin", typed=access.READ_ONLY_KEY.encode())
    assert ran.code == 0
    assert "✗ no   answer, send files" in ran.out
    assert "View only: everything can be read and searched, nothing can be sent." in ran.out


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            Answer(status=503, body=b""),
            "503. The Market has a problem on its side. Try again in a few",
        ),
        (portal(), "Perhaps this network requires you to log in first"),
        (Answer(status=403, body=b""), "The change takes effect within 10 minutes"),
        (lost("reset"), "The connection dropped before the answer was complete. Try again."),
    ],
)
def test_every_trouble_names_what_to_do(run: Run, market: Sandbox, answer: Answer, words: str) -> None:
    market.script("getAuthTokenInfo", [answer])
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert ran.code == 1
    assert words in ran.err
    assert stored() == {}


def test_no_network_and_plain_http_name_what_to_do(run: Run, environment: dict[str, str]) -> None:
    environment["CHAT_TUI_API_URL"] = "http://127.0.0.1:9"
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert (ran.code, "Check the network and try again." in ran.err) == (1, True)
    environment["CHAT_TUI_API_URL"] = "http://market.example"
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert (ran.code, "write https://market.example" in ran.err) == (2, True)


def test_of_several_businesses_one_is_named(run: Run, market: Sandbox) -> None:
    market.behaviour.edit = two_businesses
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert ran.code == 1
    assert "Choose one: --business ID" in ran.err
    assert "1  A second cabinet · 77 · 1 shop\n2  Уютная кухня" in ran.out
    assert stored() == {}
    ran = run("login", "--token-stdin", "--business", 6, typed=KEY.encode())
    assert (ran.code, "does not open business 6. It opens: A second cabinet · 77" in ran.err) == (1, True)
    ran = run("login", "--token-stdin", "--business", OTHER, typed=KEY.encode())
    assert ran.code == 0
    assert "Second · FBS · API was turned off in the cabinet" in ran.out
    assert set(stored()) == {"api-key-77", "settings.toml"}


def test_of_several_businesses_one_is_chosen_by_its_number(
    run: Run, market: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    market.behaviour.edit = two_businesses
    monkeypatch.setattr("chat_tui.commands.login._asked", lambda: KEY)
    assert run("login", typed=b"3\n").code == 1
    assert stored() == {}
    assert run("login", typed=b"1\n").code == 0
    assert set(stored()) == {"api-key-77", "settings.toml"}


def test_another_business_needs_a_word_and_keeps_the_old_key(run: Run, market: Sandbox) -> None:
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    before = stored()
    market.behaviour.edit = two_businesses
    again = ("login", "--token-stdin", "--business", OTHER)
    ran = run(*again, typed=KEY.encode())
    assert (ran.code, "already has the key of business 1185230" in ran.err) == (1, True)
    assert stored() == before
    assert run(*again, "--replace", typed=KEY.encode()).code == 0
    assert stored()["api-key-1185230"] == before["api-key-1185230"]
    assert load(Flags(), {}, locate().settings_file).market.business_id == OTHER


def test_a_new_key_of_the_same_business_takes_the_old_ones_place(run: Run) -> None:
    assert run("login", "--token-stdin", typed=access.READ_ONLY_KEY.encode()).code == 0
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    assert stored()["api-key-1185230"] == f"{KEY}\n"


def test_a_key_from_a_command_is_not_replaced_unasked(run: Run) -> None:
    locate().config.mkdir(parents=True)
    locate().settings_file.write_text('[market]\napi_key_command = "false"\nbusiness_id = 1185230\n')
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert (ran.code, "gets its key from a command" in ran.err) == (1, True)
    assert run("login", "--token-stdin", "--replace", typed=KEY.encode()).code == 0
    assert "api_key_command" not in stored()["settings.toml"]
    assert run("list").code == 0


def test_a_key_file_that_cannot_be_read_is_no_hindrance(run: Run) -> None:
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    (locate().config / "api-key-1185230").unlink()
    assert run("list").code == 2
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    assert run("list").code == 0


def test_a_key_in_the_environment_is_said_to_go_first(run: Run, environment: dict[str, str]) -> None:
    environment["CHAT_TUI_API_KEY"] = "ACMA:5entinel:1"
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert ran.code == 0
    assert "CHAT_TUI_API_KEY is set and overrides the file" in ran.err
    assert "5entinel" not in ran.out + ran.err


def test_a_market_that_repeats_the_key_does_not_put_it_on_the_screen(run: Run, market: Sandbox) -> None:
    told = {"status": "ERROR", "errors": [{"code": "UNAUTHORIZED", "message": f"no such key: {KEY}"}]}
    market.script("getAuthTokenInfo", [Answer(status=401, body=told)])
    ran = run("login", "--token-stdin", typed=KEY.encode())
    assert (ran.code, "Copy the whole key again" in ran.err) == (1, True)
    assert KEY not in ran.out + ran.err


def test_without_a_terminal_the_pipe_is_named(run: Run) -> None:
    ran = run("login")
    assert (ran.code, ran.out) == (2, "")
    assert "chat-tui login --token-stdin" in ran.err


def test_where_it_could_not_be_hidden_it_is_not_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getpass", getpass.fallback_getpass)  # type: ignore[attr-defined]
    monkeypatch.setattr(
        "chat_tui.commands.login.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    )
    ran = run("login")
    assert (ran.code, "cannot hide the key" in ran.err) == (2, True)


def test_a_link_to_the_settings_stays_a_link(run: Run, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles"
    elsewhere.mkdir()
    (elsewhere / "chat.toml").write_text("[queue]\nwarn = 9\n")
    (elsewhere / "chat.toml").chmod(0o600)
    locate().config.mkdir(parents=True)
    locate().settings_file.symlink_to(elsewhere / "chat.toml")
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    assert locate().settings_file.is_symlink()
    assert "business_id = 1185230" in (elsewhere / "chat.toml").read_text()
    assert sorted(path.name for path in elsewhere.iterdir()) == ["chat.toml"], "no key among the dotfiles"


def test_a_second_shop_is_kept_as_the_profile_that_was_named(run: Run, market: Sandbox) -> None:
    market.behaviour.edit = two_businesses
    assert run("login", "--token-stdin", "--business", "1185230", typed=KEY.encode()).code == 0
    ran = run("--profile", "home", "login", "--token-stdin", "--business", str(OTHER), typed=KEY.encode())
    assert (ran.code, ran.err) == (0, "")
    assert stored()["settings.toml"] == (
        '[market]\nbusiness_id = 1185230\napi_key_file = "api-key-1185230"\n\n'
        f'[profiles.home]\nbusiness_id = {OTHER}\napi_key_file = "api-key-{OTHER}"\n'
    )
    settings = load(Flags(profile="home"), {}, locate().settings_file)
    assert (settings.api_key, settings.market.business_id) == (KEY, OTHER)


APART = """\
[profiles.home]
business_id = 11  # the flat

[queue]
warn = 9

# By the sea.
[profiles.dacha]
business_id = 12
api_key_file = "dacha.key"
"""


@pytest.mark.parametrize(
    ("profile", "old", "new"),
    [
        (
            "home",
            "business_id = 11  # the flat\n",
            'business_id = 1185230  # the flat\napi_key_file = "api-key-1185230"\n',
        ),
        (
            "dacha",
            'business_id = 12\napi_key_file = "dacha.key"\n',
            'business_id = 1185230\napi_key_file = "api-key-1185230"\n',
        ),
        (
            "new",
            "[queue]\n",
            '[profiles.new]\nbusiness_id = 1185230\napi_key_file = "api-key-1185230"\n[queue]\n',
        ),
    ],
)
def test_profiles_may_stand_apart_and_all_else_stays(run: Run, profile: str, old: str, new: str) -> None:
    settings_file = locate().settings_file
    make_private(settings_file.parent)
    settings_file.write_text(APART)
    settings_file.chmod(0o600)
    ran = run("--profile", profile, "login", "--token-stdin", "--replace", typed=KEY.encode())
    assert (ran.code, ran.err) == (0, "")
    assert stored() == {"api-key-1185230": f"{KEY}\n", "settings.toml": APART.replace(old, new)}


@pytest.mark.parametrize("more", [(), ("--replace",)])
def test_a_business_has_one_table(run: Run, more: tuple[str, ...]) -> None:
    assert run("login", "--token-stdin", typed=KEY.encode()).code == 0
    before = stored()
    ran = run("--profile", "home", "login", "--token-stdin", *more, typed=KEY.encode())
    assert ran.code == 1
    assert ran.err.endswith("settings.toml already has the business 1185230, in [market].\n")
    assert stored() == before


@pytest.mark.parametrize(
    ("written", "profile", "table"),
    [
        ("market = {business_id = 1185230}\n", (), "market"),
        ("[profiles]\nhome = {business_id = 1185230}\n", ("--profile", "home"), "profiles.home"),
        ("profiles = {home = {business_id = 1185230}}\n", ("--profile", "home"), "profiles"),
        ('profiles.home.business_id = 5\nmarket.name = "x"\n', ("--profile", "new"), "profiles"),
    ],
)
def test_a_table_within_one_line_is_left_and_named(
    run: Run, written: str, profile: tuple[str, ...], table: str
) -> None:
    settings_file = locate().settings_file
    make_private(settings_file.parent)
    settings_file.write_text(written)
    settings_file.chmod(0o600)
    ran = run(*profile, "login", "--token-stdin", typed=KEY.encode())
    assert ran.code != 0
    assert f"write [{table}] on a line of its own" in ran.err
    assert stored() == {"settings.toml": written}
