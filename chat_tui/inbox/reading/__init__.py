"""The engine's reading: the list, histories, orders and files, from the Market into the cache."""
