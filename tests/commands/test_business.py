import stat
from pathlib import Path
from typing import Any

import pytest

from chat_tui.commands.access import find_business
from chat_tui.commands.context import CannotStart
from chat_tui.market.access import Access
from chat_tui.model.chat import Shop
from chat_tui.model.ids import CampaignId
from chat_tui.model.problem import Problem, ProblemKind

ACCESS = Access("https://market.example", api_key="ACMA:5entinelKey")


def shop(campaign: int, business: int) -> Shop:
    return Shop(CampaignId(campaign), "shop", business, f"business {business}", "FBS", "AVAILABLE")


class Shops:
    """A Market that can only list its shops."""

    def __init__(self, *shops: Shop, problem: Problem | None = None) -> None:
        self.answer = problem or shops
        self.asked = 0
        self.closed = 0

    def __call__(self) -> Any:
        return self

    async def get_shops(self) -> Any:
        self.asked += 1
        return self.answer

    async def aclose(self) -> None:
        self.closed += 1


async def test_the_only_business_is_found_and_remembered(tmp_path: Path) -> None:
    market = Shops(shop(1, 77), shop(2, 77))
    assert await find_business(ACCESS, tmp_path, market) == 77
    assert await find_business(ACCESS, tmp_path, market) == 77
    assert (market.asked, market.closed) == (1, 1)
    (place,) = tmp_path.iterdir()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert "5entinel" not in place.read_text()


async def test_another_key_is_asked_about_anew(tmp_path: Path) -> None:
    await find_business(ACCESS, tmp_path, Shops(shop(1, 77)))
    assert (
        await find_business(
            Access("https://market.example", api_key="ACMA:other"), tmp_path, Shops(shop(1, 78))
        )
        == 78
    )


async def test_a_damaged_note_is_asked_about_anew(tmp_path: Path) -> None:
    (tmp_path / "business").write_bytes(b"\xff\x00 77 \n")
    assert await find_business(ACCESS, tmp_path, Shops(shop(1, 79))) == 79


@pytest.mark.parametrize(
    ("market", "words"),
    [
        (Shops(shop(1, 77), shop(2, 78)), "one of: 77 (business 77); 78 (business 78)"),
        (Shops(), "opens no shop"),
        (Shops(problem=Problem(ProblemKind.UNAUTHORIZED, http_status=401)), "does not accept the key"),
        (Shops(problem=Problem(ProblemKind.OFFLINE)), "No network"),
    ],
)
async def test_when_it_cannot_be_told(tmp_path: Path, market: Shops, words: str) -> None:
    with pytest.raises(CannotStart, match=words.replace("(", r"\(").replace(")", r"\)")):
        await find_business(ACCESS, tmp_path, market)
    assert market.closed == 1
    assert list(tmp_path.iterdir()) == []
