"""The pretend Market: the server behind a newcomer's demo, and the one that the tests talk to.

It stands where the real Market stands, on the other side of a socket, and imports nothing from the rest of
the program: with shared code, no test would find a mistake that client and server have in common.
`content.ru.toml` and `content.en.toml` hold the goods, the dialogues and what buyers answer, `drawings.toml`
their photos, `templates.toml` the templates of the demo.

A world is determined by the fields of `ledger.Begun` (seed, chats, start …) and computed on demand:
`generator` derives the head, the order and the messages of chat number n from them with pure functions, so
that a hundred thousand chats cost nothing but the index of their list. `world` adds what has happened since:
messages written, chats opened. Each such change is a record in the journal (`ledger`), from which a restarted
demo continues. `buyers` write messages of their own, in the demo only.

`server` takes a request in (path, key, quota, then the operation in `chats` or `orders`); `request` checks
its parameters and refuses bad ones in the documented words. A request takes effect at one moment, without
waiting in between. `faults.Behaviour` says how the Market behaves, a `faults.Fault` what goes wrong with one
request. The sandbox has no faults of its own: those of the tests are in `tests/support/faults.py`. `serve`
runs the server, on a thread or as a process.
"""
