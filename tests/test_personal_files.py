"""Cases 011 and 018: an editor or a person may have left anything in the place of a file."""

import os
import socket
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.commands.access import find_business
from chat_tui.files import LeadsNowhere, NotAFile, NotUtf8, TooLarge, decoded, has_mark, read_file
from chat_tui.market.access import Access
from chat_tui.model.chat import Shop
from chat_tui.model.ids import BusinessId, CampaignId
from chat_tui.settings import Flags, SettingsProblem, load
from chat_tui.settings.keep import keep_shop
from chat_tui.store.saved import last_folder
from chat_tui.ui.chat.templates import read_shelf

KEY = "ACMA:5entinelKey:0a1b2c3d"
MARK = b"\xef\xbb\xbf"


def a_fifo(path: Path) -> None:
    os.mkfifo(path, 0o600)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        here = os.getcwd()
        os.chdir(path.parent)  # the path of a socket must be short
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_link_to(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.symlink_to(target)

    return make


OTHERS = [
    *(a_fifo, a_socket, a_folder),
    *(a_link_to("/dev/zero"), a_link_to("/dev/null"), a_link_to("/dev/tty"), a_link_to("/proc")),
]
IDS = ["fifo", "socket", "folder", "endless device", "empty device", "terminal", "link to a folder"]


@pytest.mark.parametrize("make", OTHERS, ids=IDS)
def test_what_is_no_file_is_said_and_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "thing.txt")
    with pytest.raises(NotAFile):
        read_file(tmp_path / "thing.txt", 10)
    settings = tmp_path / "settings.toml"
    make(settings)
    with pytest.raises(SettingsProblem, match=r"settings\.toml is not a file$"):
        load(Flags(), {}, settings)
    settings.rename(tmp_path / "key")
    settings.write_text('[market]\napi_key_file = "key"')
    with pytest.raises(
        SettingsProblem, match=r"key is (not a file|a symbolic link; name the key file itself)$"
    ):
        load(Flags(), {}, settings)
    assert dict(read_shelf(tmp_path).skipped) == {"thing.txt": "it is not a file"}
    make(tmp_path / "saved-to")
    assert last_folder(tmp_path) is None


async def test_the_remembered_business_may_be_anything_too(tmp_path: Path) -> None:
    a_fifo(tmp_path / "business")
    access = Access("https://market.example", KEY)
    assert await find_business(access, tmp_path, _OneShop) == 5  # type: ignore[arg-type]
    assert stat.S_ISREG((tmp_path / "business").stat().st_mode)


class _OneShop:
    async def get_shops(self) -> tuple[Shop, ...]:
        return (Shop(CampaignId(1), "shop", BusinessId(5), "business", "FBS", "AVAILABLE"),)

    async def aclose(self) -> None:
        """Close nothing."""


def test_a_link_that_leads_nowhere_is_no_missing_file(tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.symlink_to(tmp_path / "gone")
    with pytest.raises(LeadsNowhere):
        read_file(settings, 10)
    with pytest.raises(SettingsProblem, match="is a broken link"):
        load(Flags(), {}, settings)
    (tmp_path / "gone").write_text("[ui]\nmouse = true\n")
    assert load(Flags(), {}, settings).ui.mouse
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "none", 10)
    with pytest.raises(NotAFile):
        read_file(Path("a\0b"), 10)


def test_too_much_is_refused_before_all_of_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "settings.toml").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TooLarge):
        read_file(tmp_path / "settings.toml", 1000)
    with pytest.raises(SettingsProblem, match="too large for a settings file"):
        load(Flags(), {}, tmp_path / "settings.toml")


# -- encodings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_what_windows_calls_unicode_is_named(tmp_path: Path, coding: str) -> None:
    with pytest.raises(NotUtf8) as raised:
        decoded("[ui]\n".encode(coding))
    assert raised.value.is_utf16
    settings = tmp_path / "settings.toml"
    settings.write_bytes("[ui]\nmouse = true\n".encode(coding))
    with pytest.raises(SettingsProblem) as refused:
        load(Flags(), {}, settings)
    assert str(refused.value) == f"{settings}, line 1: this is UTF-16; save the file as UTF-8"
    (tmp_path / "key").write_bytes(KEY.encode(coding))
    (tmp_path / "key").chmod(0o600)
    settings.write_text('[market]\napi_key_file = "key"')
    with pytest.raises(SettingsProblem) as refused:
        load(Flags(), {}, settings)
    assert str(refused.value) == f"{tmp_path / 'key'}: this is UTF-16; save the file as UTF-8"


def test_the_line_of_a_foreign_letter_is_told_with_the_mark_before_it() -> None:
    with pytest.raises(NotUtf8) as raised:
        decoded(MARK + b"a\nb\n\xcf\xf0")
    assert (raised.value.line, raised.value.is_utf16) == (3, False)
    assert (decoded(MARK + b"a"), decoded(b""), decoded(MARK)) == ("a", "", "")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_settings_with_a_mark_are_read_and_login_keeps_the_rest_as_it_is(tmp_path: Path, end: str) -> None:
    settings = tmp_path / "settings.toml"
    lines = ["# мой магазин", "[ui]", "mouse = true  # так удобнее", "", "[queue]", "warn = 5", ""]
    settings.write_bytes(MARK + end.join(lines).encode())
    settings.chmod(0o600)
    assert load(Flags(), {}, settings).queue.warn == 5
    tmp_path.chmod(0o700)
    keep_shop(settings, KEY, 7)
    data = settings.read_bytes()
    assert data.startswith(MARK + end.join(lines).encode())
    assert data.count(MARK) == 1
    assert has_mark(data)
    assert tomllib.loads(decoded(data))["market"]["business_id"] == 7
    assert load(Flags(), {}, settings).api_key == KEY
    keep_shop(settings, KEY, 7)
    assert settings.read_bytes() == data


@pytest.mark.parametrize(
    "around",
    [
        *((MARK, b""), (b" ", b" "), (b"\n\n", b"\n\n\n"), (MARK + b"\t", b"\r\n\r\n"), (b"", b" \t\x0b\n")),
        *((MARK + MARK, b"\n"), (b"\xc2\xa0", b"\xe2\x80\x8b")),
    ],
)
def test_white_space_and_a_mark_around_the_key_are_left_out(
    tmp_path: Path, around: tuple[bytes, bytes]
) -> None:
    written = around[0] + KEY.encode() + around[1]
    (tmp_path / "key").write_bytes(written)
    (tmp_path / "key").chmod(0o600)
    settings = tmp_path / "settings.toml"
    settings.write_text('[market]\napi_key_file = "key"')
    assert load(Flags(), {}, settings).api_key == KEY
    assert load(Flags(), {"CHAT_TUI_API_KEY": written.decode()}, tmp_path / "none").api_key == KEY
    settings.write_text('[market]\napi_key_command = ["cat", "%s"]' % (tmp_path / "key"))
    assert load(Flags(), {"PATH": os.environ["PATH"]}, settings).api_key == KEY


# -- valid for an editor and not for a program --------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 3_000, "line 1: the brackets here are nested too deeply"),
        ("[ui]\nmouse = " + "{a=" * 3_000, "line 2: the brackets here are nested too deeply"),
        ("\n" + "[" * 3_000, "line 2: "),
        ("x = " + "[\n" * 3_000, "line 1: the brackets here are nested too deeply"),
        ("[ui]\nmouse = " + "9" * 5_000, "this is not valid TOML"),
        ("[" + "a." * 3_000 + "a]", "line 1: unknown table “a”"),
        ("[ui]\n" + "mouse." * 3_000 + "a = 1", "line 2: “mouse” must be true or false"),
        ("[ui]\nmouse = 9999-99-99", "this is not valid TOML"),
    ],
)
def test_settings_that_go_beyond_every_measure(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsProblem) as refused:
        load(Flags(), {}, tmp_path / "settings.toml")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("named", ["a\\u0000b", "~nobody-here/key", "~", "/dev/zero", "."])
def test_a_key_file_with_an_odd_name_is_one_sentence(tmp_path: Path, named: str) -> None:
    (tmp_path / "settings.toml").write_text(f'[market]\napi_key_file = "{named}"')
    with pytest.raises(SettingsProblem, match=r"(is not a file|cannot be read: No such file.*)$"):
        load(Flags(), {}, tmp_path / "settings.toml")
