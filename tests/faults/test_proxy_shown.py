"""F-191 on the screen: the operator sees which proxy all requests go through."""

import os
import socket

import pytest

from tests.faults.support.program import SENTINEL, inbox


@pytest.mark.terminal
def test_f_191_the_status_line_names_the_proxy_which_never_sees_the_key() -> None:
    with socket.create_server(("127.0.0.1", 0)) as decoy:
        decoy.settimeout(60)
        environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()} | {
            "TERM": "xterm-256color",
            "CHAT_TUI_API_URL": "https://market.example",
            "CHAT_TUI_API_KEY": SENTINEL,
            "CHAT_TUI_BUSINESS_ID": "5",
            "HTTPS_PROXY": f"http://olga:word@127.0.0.1:{decoy.getsockname()[1]}",
        }
        with inbox(environ=environ) as program:
            connection, _address = decoy.accept()
            asked = connection.recv(65536)
            # The bytes in place of a handshake with the Market must not be shown, either.
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            asked += connection.recv(65536)
            connection.close()
            program.wait_for_text("via proxy 127.0.0.1", timeout=30)
            program.feed("\x11")
            assert program.wait_exit() == 0
    assert asked.startswith(b"CONNECT market.example:443 ")
    assert SENTINEL.encode() not in asked
    assert b"Api-Key" not in asked
    assert b"olga" not in program.raw
    assert b"word" not in program.raw
