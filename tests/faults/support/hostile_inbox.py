"""The real inbox on a shop of hostile buyers: `python -m tests.faults.support.hostile_inbox ROOT [harmless]`.

Every payload is a buyer's name, a message in the list, and a message of the chat that waits longest.
With `harmless` it is a shop with three ordinary buyers.
"""

import os
import sys
from pathlib import Path

from chat_tui.terminal.environment import prepare

if __name__ == "__main__":
    prepare(os.environ)

from chat_tui.model.chat import Chat, ChatContext, ChatKind, ChatStatus, ContextKind, Message, Sender
from chat_tui.model.ids import MessageId, OrderId
from chat_tui.store import chats, messages
from chat_tui.store.database import Store
from tests.faults.support.payloads import PAYLOADS
from tests.support.refs import ref
from tests.support.scenes import MINUTE, NOW, make_scene

SIZE = (140, 190)
"""Large enough for the whole list and the whole conversation."""
FIRST = "Ольга К."
"""The buyer of the chat that waits longest, whose messages are hostile but whose name is not."""
LAST = "Последний"
"""The buyer below all others."""


def _fill(store: Store, texts: list[str]) -> None:
    names = [FIRST, *texts, LAST]
    for number, name in enumerate(names, 1):
        at = NOW - (len(names) - number + 2) * MINUTE
        about = ChatContext(ContextKind.ORDER, OrderId(51230870000 + number), customer_name=name)
        chat = Chat(ref(number), about, ChatKind.CHAT, ChatStatus.WAITING_FOR_PARTNER, at, at)
        said = texts if name == FIRST else ["Здравствуйте!" if name == LAST else name]
        talk = [
            Message(ref(number), MessageId(1000 * number + n), at, Sender.CUSTOMER, text)
            for n, text in enumerate(said)
        ]
        store.write_cache(chats.save_page, [chat], NOW).result()
        store.write_cache(
            messages.save_page, ref(number), talk, newest_reached=True, oldest_reached=True
        ).result()


def main(root: Path, *, harmless: bool) -> int:
    """Show the inbox until the operator leaves it."""
    texts = [payload.text for payload in sorted(PAYLOADS, key=lambda payload: -len(payload.text))]
    if harmless:
        texts = ["Когда привезут?"] * 3
    scene = make_scene(root, language="en", filled=False, prepare=lambda store: _fill(store, texts))
    try:
        return scene.app.run_to_code()
    finally:
        scene.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), harmless="harmless" in sys.argv))
