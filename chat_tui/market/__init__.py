"""All that knows the Market over HTTP: one method per operation of its API (`client.MarketClient`).

A request goes through `transport`, which hears from httpx how far it came, and back through `answers`, which
makes wire values (`wire`) of the bytes, and `chats` or `orders`, which make nouns of these. Each item is
decoded alone: a bad one is named and left out, and costs nobody else.

A failure is a value, a `Problem`: `errors` judges what httpx raises and what the Market answers. It says what
is known of the request: that no byte of it left, that the Market refused it, or neither (`Certainty`).
Nothing is ever repeated in here; who may repeat what, how much may be asked and how many at once is the
engine's business. The key goes to one host, and with no file that is fetched (`files`).
"""
