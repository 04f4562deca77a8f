"""The pretend Market: what a newcomer's demo talks to, and the peer of the tests.

It stands where the real Market stands, on the other side of a socket, and takes nothing from the rest of the
program: what client and server both believed by mistake, no test would find. `content.toml` holds what is
sold and said.

A world is made of four numbers (seed, chats, start, length of the longest chat) and computed when asked:
`generator` gives the head, the order and the messages of chat number n as pure functions of them, so that a
hundred thousand chats cost nothing but the index of their list. `world` lays over it what has happened since:
messages written, chats opened. Each such change is a record of `journal`, by which a restarted demo goes on
where it stopped. `buyers` write by themselves, in the demo only.

A request comes in by `server` (path, key, quota, then the operation: `chats` or `orders`); `request` holds
what it may ask and the words of every refusal, as documented. It takes effect at one moment, without waiting
in between. How the Market behaves is `faults.Behaviour`; what goes wrong with single requests is a
`faults.Fault`, of which the sandbox has none of its own: the tests' are in `tests/support/faults.py`. `serve`
runs it all, on a thread or as a process.
"""
