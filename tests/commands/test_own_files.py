"""The program's own files are never sent to a buyer, under any name."""

from pathlib import Path

from chat_tui.paths import locate
from tests.commands.conftest import Run
from tests.support.sandbox import Sandbox


def test_f_177_no_file_of_the_program_is_sent_also_through_a_link(
    run: Run, market: Sandbox, environment: dict[str, str], tmp_path: Path
) -> None:
    key_file = tmp_path / "market-key"
    key_file.write_text(f"{market.api_key}\n")
    key_file.chmod(0o600)
    settings = locate().settings_file
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[market]\napi_key_file = "{key_file}"\n')
    del environment["CHAT_TUI_API_KEY"]
    run("list", "--fresh")
    chat = market.world.listed("desc", None, 0, 1)[0].chat_id
    (state,) = locate().data.glob("*/state.db")
    link = tmp_path / "photo.jpg"
    link.symlink_to(state)
    for place in (key_file, settings, state, link):
        ran = run("send", chat, "--file", place)
        assert (ran.code, ran.out) == (1, ""), place
        assert "belongs to chat-tui and is never sent" in ran.err
    assert market.ledger == []
