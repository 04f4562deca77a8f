"""Everything that speaks HTTP to the Market: one method per operation of its API (`client.MarketClient`).

`transport` sends a request and learns from httpx how far it got. `answers` decodes the response into wire
values (`wire`), and `chats` and `orders` turn these into nouns. Each item is decoded alone: an unreadable one
is reported and left out, and the rest of its page is kept.

A failure is a value, a `Problem`, which `errors` makes of what httpx raises and what the Market answers. It
says what is known of the request (`Certainty`): no byte of it was sent, the Market refused it, or neither.
Nothing is retried here: the engine decides what may be repeated, how much may be asked and how many requests
run at once. The key is sent to one host only, and never with a download (`files`).
"""
