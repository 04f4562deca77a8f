"""A buyer's files, and a folder to save them in."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_tui.model.file import AttachmentRef, Saved
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.problem import Problem, ProblemKind
from tests.faults.support.trial import Trial


@dataclass
class Received:
    """A message with files in an open chat, and an empty folder."""

    trial: Trial
    chat_ref: ChatRef
    message_id: MessageId
    folder: Path

    async def save(self, index: int = 0, into: Path | None = None) -> Saved | Problem:
        inbox = self.trial.shop.inbox
        return await inbox.files.save(
            AttachmentRef(self.chat_ref, self.message_id, index), into or self.folder
        )

    @property
    def kept(self) -> list[str]:
        """Everything in the folder, including hidden files."""
        return sorted(os.listdir(self.folder))

    def lead_to(self, url: str) -> None:
        """Give this link for any file in all answers from now on."""
        self.trial.market.behaviour.edit = lambda _operation, body: _relinked(body, url)


def _relinked(body: Any, url: str) -> Any:
    if isinstance(body, dict):
        return {name: url if name == "url" else _relinked(value, url) for name, value in body.items()}
    return [_relinked(one, url) for one in body] if isinstance(body, list) else body


async def came(trial: Trial, tmp_path: Path, *files: tuple[str, bytes], url: str | None = None) -> Received:
    """Let a buyer send files."""
    [chat_ref] = trial.chats(1)
    message_id = MessageId(
        trial.market.say(chat_ref.number, None, files=files or [("photo.png", b"content")])
    )
    folder = tmp_path / "folder"
    folder.mkdir()
    case = Received(trial, chat_ref, message_id, folder)
    if url is not None:
        case.lead_to(url)
    assert await trial.open(background=False).inbox.fetch_chat(chat_ref) is None
    return case


def kind_of(outcome: object) -> ProblemKind | None:
    return outcome.kind if isinstance(outcome, Problem) else None
