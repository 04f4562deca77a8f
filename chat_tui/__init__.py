"""A terminal inbox for shops on Yandex Market."""

__version__ = "0.1.0"
