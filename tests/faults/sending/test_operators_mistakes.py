"""An operator's mistakes: a key pasted into the box, the program's own files chosen."""

from pathlib import Path

import pytest

from chat_tui.inbox.files import inspect
from chat_tui.model.door import holds_secret
from chat_tui.model.problem import Problem, ProblemKind
from tests.support.sandbox import Sandbox
from tests.ui.app_stage import CALM, desk

KEY = "s3cret-of-this-run"
OTHER = "ACMA:abcdEFGH1234:5678ijkl"


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        (KEY, True),
        (f"  {KEY}\n", True),
        (f"вот ключ {KEY}, держите", True),
        (OTHER, True),
        (f"мой ключ: {OTHER}!", True),
        ("y0_AgAAAABkcx5AAAdlAAAAADqM7ZfQ3b8kJ1", True),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz", True),
        ("Ключ от посылки у курьера, ACMA: это не он", False),
        ("y0_short", False),
        ("Заказ 51230874561, трек RA123456789RU", False),
    ],
)
def test_f_176_what_looks_like_a_key(text: str, is_so: bool) -> None:
    assert holds_secret(text, (KEY,)) is is_so


async def test_f_176_a_key_in_the_box_is_not_sent_and_the_operator_is_told(
    market: Sandbox, tmp_path: Path
) -> None:
    async with desk(tmp_path, market, settings=CALM) as it:
        await it.synced()
        await it.press("n")
        await it.until(lambda: it.focus == "box")
        for text in (OTHER, f"  {OTHER}\n", f"вот ключ {OTHER}, держите"):
            await it.paste(text)
            await it.press("enter")
            await it.until_told("something like a Market key")
            await it.press_again("enter")
            assert it.box == text, "a second Enter must not send it"
            assert await it.app.inbox.outbox.open_items() == ()
            await it.press("f7", "delete")
    assert market.ledger == []


def test_f_177_the_refusal_knows_a_single_file_as_well_as_a_directory(tmp_path: Path) -> None:
    own, other = tmp_path / "key", tmp_path / "key2"
    for place in (own, other):
        place.write_text("x")
    refused = inspect(own, (own,))
    assert isinstance(refused, Problem)
    assert refused.kind is ProblemKind.FILE_OWN
    assert not isinstance(inspect(other, (own,)), Problem)
