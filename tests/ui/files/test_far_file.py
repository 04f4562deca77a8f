from pathlib import Path

import pytest

from chat_tui.ui.files.rows import Login, bring_line, login_of

HOME = Path("/home/olga")
LOGIN = Login("olga", "10.0.0.5")


@pytest.mark.parametrize(
    ("typed", "folder", "line"),
    [
        ("/Users/o/a.png", HOME, "scp /Users/o/a.png olga@10.0.0.5:"),
        ("/Users/o/a b.png", HOME / "in", "scp '/Users/o/a b.png' olga@10.0.0.5:in/"),
        ("~/Мои фото/1.jpg", HOME, "scp ~/'Мои фото/1.jpg' olga@10.0.0.5:"),
        ("/a.png", Path("/srv/my shop"), "scp /a.png 'olga@10.0.0.5:/srv/my shop/'"),
        ("/a.png", Path("/"), "scp /a.png olga@10.0.0.5:/"),
        (r"C:\a b\1.png", HOME, r'scp "C:\a b\1.png" olga@10.0.0.5:'),
        ("/$(reboot).png", HOME, "scp '/$(reboot).png' olga@10.0.0.5:"),
        ("/a\x1b[2J.png", HOME, None),
        ("/a.png", HOME / "x\ny", None),
        ("~/", HOME, None),
    ],
)
def test_the_line_names_the_file_exactly_or_is_not_given(typed: str, folder: Path, line: str | None) -> None:
    assert bring_line(typed, LOGIN, folder, HOME) == line


def test_the_address_is_the_one_ssh_connected_to() -> None:
    ssh = {"SSH_CONNECTION": "203.0.113.9 50112 2001:db8::7 2222"}
    login = login_of("olga", "host", ssh)
    assert login == Login("olga", "2001:db8::7", 2222)
    assert bring_line("/a", login, HOME, HOME) == "scp -P 2222 /a 'olga@[2001:db8::7]:'"
    assert login_of("olga", "host", {"SSH_CONNECTION": "odd"}) == Login("olga", "host")
