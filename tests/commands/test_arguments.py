import argparse
import importlib
import inspect
from pathlib import Path

import pytest

from chat_tui import cli, locale
from chat_tui.commands import arguments


def refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        arguments.parse(argv)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["--lang", "ru", "--read-only", "--profile", "shop-2", "list", "--waiting"],
        ["list", "--waiting", "--lang", "ru", "--read-only", "--profile", "shop-2"],
        ["--profile=shop-2", "list", "--lang=ru", "--waiting", "--read-only"],
    ],
)
def test_global_options_work_before_and_after_the_verb(argv: list[str]) -> None:
    read = arguments.parse(argv)
    assert (read.verb, read.lang, read.read_only, read.profile) == ("list", "ru", True, "shop-2")
    assert (read.waiting, read.json, read.fresh) == (True, False, False)


def test_without_a_verb_it_is_the_inbox() -> None:
    read = arguments.parse([])
    assert (read.verb, read.lang, read.read_only, read.profile) == (None, None, False, None)


@pytest.mark.parametrize("argv", [["--version"], ["list", "--version"]])
def test_the_version(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments.parse(argv)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("chat-tui 0.")


def test_demo_and_sandbox_share_their_world() -> None:
    demo, sandbox = arguments.parse(["demo", "--seed", "7"]), arguments.parse(["sandbox", "--port", "0"])
    assert (demo.seed, demo.chats) == (7, arguments.DEMO_CHATS)
    assert (sandbox.seed, sandbox.chats) == (arguments.DEMO_SEED, arguments.DEMO_CHATS)
    assert (sandbox.journal, sandbox.fd, sandbox.stop_with_stdin) == (None, None, False)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["show"], "the following arguments are required: CHAT"),
        (["show", "0"], "must be a whole number from 1 to 9223372036854775807"),
        (["show", "9223372036854775808"], "must be a whole number"),
        (["show", "٣"], "must be a whole number"),
        (["show", "5", "6"], "unrecognized arguments: 6"),
        (["send", "5"], "one of the arguments TEXT --file is required"),
        (["send", "5", "text", "--file", "x"], "send a text and a file separately"),
        (["send", "5", "--file", "x", "text"], "send a text and a file separately"),
        (["send", "5", "--file", "x", "--", "-text"], "send a text and a file separately"),
        (["send", "5", "-", "--file", "x"], "send a text and a file separately"),
        (["send", "5", "--file", "x", "--bogus"], "unrecognized arguments: --bogus"),
        (["new", "--order", "5", "--order", "6"], "--order can be given only once"),
        (["new", "--return", "5", "--return=6"], "--return can be given only once"),
        (["--profile", "a", "list", "--profile", "b"], "--profile can be given only once"),
        (["export", "5", "--out", "a", "--out", "b"], "--out can be given only once"),
        (["demo", "--seed", "1", "--seed", "2"], "--seed can be given only once"),
        (["--lang", "ru", "list", "--lang", "en"], "--lang"),
        (["send", "5", "two", "texts"], "unrecognized arguments: texts"),
        (["send", "5", "--bogus"], "unrecognized arguments: --bogus"),
        (["send", "5", "text", "--queue", "--dry-run"], "cannot be used together"),
        (["new"], "one of the arguments --order --return is required"),
        (["new", "--order", "1", "--return", "1"], "not allowed with argument --order"),
        (["sync"], "--once"),
        (["stats", "--csv", "--json"], "not allowed with argument --csv"),
        (["stats", "--days", "0"], "must be a whole number from 1 to 36500"),
        (["export", "5", "--format", "pdf"], "invalid choice: 'pdf'"),
        (["--profile", "../../etc", "list"], "only letters, digits, - and _"),
        (["--profile", "", "list"], "only letters, digits, - and _"),
        (["--lang", "de"], "invalid choice: 'de'"),
        (["--lan=ru", "list"], "unrecognized arguments: --lan\n"),
        (["sandbox", "--port", "65536"], "must be a whole number from 0 to 65535"),
        (["list", "--api-key", "x"], "unrecognized arguments"),
    ],
)
def test_mistakes_are_told_and_end_with_two(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in refused(argv, capsys)


def test_no_option_with_a_value_keeps_only_the_last_one() -> None:
    """Case 016: options that are added later are of this kind, too, unless they name another action."""
    keeps_the_last = [
        (verb, option.dest)
        for verb, parser in verbs().items()
        for option in parser._actions
        if type(option) is argparse._StoreAction
    ]
    assert keeps_the_last == []
    assert arguments.parse(["list", "--profile", "a", "--profile", "a"]).profile == "a"
    assert arguments.parse(["send", "5", "--file", "b", "--file", "a"]).file == [Path("b"), Path("a")]


def verbs() -> dict[str, argparse.ArgumentParser]:
    parser = arguments.build()
    (found,) = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return {"": parser, **found.choices}


def test_there_is_no_option_for_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ([], ["list"], ["send"], ["demo"], ["sandbox"]):
        with pytest.raises(SystemExit):
            arguments.parse([*verb, "--help"])
    assert "key" not in " ".join(capsys.readouterr().out.split()).replace("neither key nor", "").replace(
        "check its key", ""
    )


@pytest.mark.parametrize(
    "verb", ["", "demo", "sandbox", "list", "show", "send", "new", "sync", "paths", "export", "stats"]
)
def test_help_is_wholly_russian(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    locale.use("ru")
    with pytest.raises(SystemExit):
        arguments.parse([*([verb] if verb else []), "--help"])
    told = capsys.readouterr().out
    assert "использование: chat-tui" in told
    for word in ("usage", "options", "arguments", "show this", "commands", "COMMAND", "FILE", "TEXT", "CHAT"):
        assert word not in told


def test_mistakes_are_told_in_russian(capsys: pytest.CaptureFixture[str]) -> None:
    locale.use("ru")
    assert "ошибка: ЧАТ: нужно целое число от 1" in refused(["show", "x"], capsys)
    assert "не хватает: ЧАТ" in refused(["show"], capsys)
    assert "нельзя вместе с" in refused(["new", "--order", "1", "--return", "1"], capsys)


@pytest.mark.parametrize(
    ("argv", "language"),
    [([], None), (["list", "--lang", "ru"], "ru"), (["--lang=en", "list"], "en"), (["--lang"], "")],
)
def test_the_language_is_known_before_anything_is_said(argv: list[str], language: str | None) -> None:
    assert arguments.asked_language(argv) == language


@pytest.mark.parametrize(
    "argv",
    [["5", "--queue", "hi"], ["5", "hi", "--queue"], ["--queue", "5", "hi"], ["5", "--queue", "--", "hi"]],
)
def test_the_text_may_stand_anywhere_behind_the_chat(argv: list[str]) -> None:
    read = arguments.parse(["send", *argv])
    assert (read.chat, read.text, read.queue) == (5, "hi", True)


def test_a_text_may_begin_with_a_dash_after_two() -> None:
    assert arguments.parse(["send", "5", "--", "-1 °C"]).text == "-1 °C"
    assert arguments.parse(["send", "5", "-"]).text == "-"


def test_every_verb_of_the_command_line_is_a_function_of_a_context() -> None:
    (verbs,) = (action for action in arguments.build()._actions if action.dest == "verb")
    assert verbs.choices is not None
    assert {None, *verbs.choices} == set(cli.VERBS)
    for name, verb in cli.VERBS.items():
        function = getattr(importlib.import_module(f"chat_tui.commands.{verb.module}"), verb.function)
        assert list(inspect.signature(function).parameters) == ["context"], name
        needs_inbox = verb.needs in {cli.Needs.INBOX, cli.Needs.WRITABLE_INBOX}
        assert inspect.iscoroutinefunction(function) == needs_inbox, name
