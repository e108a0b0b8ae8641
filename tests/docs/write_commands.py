"""``docs/commands.md``: usage and words of every command, read from the parsers themselves."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from misconsole.cli import frame
from tests.docs.blocks import table

#: What a word means where the parser leaves it to its name.
PLAIN_WORDS = {
    "SCHOOL": "URN or short name of the school",
    "ACCOUNT": "username, or id:N",
    "ROLE": "whose",
    "REASON": "kept with the decision",
    "RUN": "number of the run",
    "DAY": "a day, such as 2026-09-30",
    "DAYS": "how many",
    "NAME": "name of the school",
    "ID": "number of the exclusion",
    "VERDICT": "keep the account, or unallocate it",
    "YEAR": "four digits",
    "N": "at most so many",
    "K=V": "a fact or option and its value",
    "URN": "of the school that answers",
}


def parser_of(command: str) -> argparse.ArgumentParser:
    return _choices(frame.parser_for(command))[command]


def _choices(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def leaves(command: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """("school add", its parser) for each thing a command can be told; a command that also works without a
    verb comes first under its bare name."""
    parser = parser_of(command)
    verbs = _choices(parser)
    needs_verb = any(isinstance(a, argparse._SubParsersAction) and a.required for a in parser._actions)
    if not verbs or not needs_verb:
        yield command, parser
    before = [str(a.metavar) for a in _shown(parser) if not a.option_strings] if needs_verb else []
    for verb, each in verbs.items():
        yield " ".join((command, *before, verb)), each


def told(command: str, verb: str) -> str:
    """The one line of help of a verb."""
    for action in parser_of(command)._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                if choice.dest == verb:
                    return choice.help or ""
    return ""


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._HelpAction, argparse._SubParsersAction)
    return [a for a in parser._actions if not isinstance(a, hidden) and a.help != argparse.SUPPRESS]


def _value(action: argparse.Action) -> str:
    """What stands for the value: ``DAY``, or the words it may be."""
    if isinstance(action.metavar, str):
        return action.metavar
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices if choice != "")
    return action.dest.upper()


def _word(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action)
    option = action.option_strings[0]
    return option if action.nargs == 0 else f"{option} {_value(action)}"


def usage(name: str, parser: argparse.ArgumentParser) -> str:
    """One line, written alike by every version of Python."""
    options, places = [], []
    exclusive = {id(a): group for group in parser._mutually_exclusive_groups for a in group._group_actions}
    done: set[int] = set()
    for action in _shown(parser):
        if id(action) in done:
            continue
        if id(action) in exclusive:
            group = exclusive[id(action)]
            done |= {id(each) for each in group._group_actions}
            text = " | ".join(_word(each) for each in group._group_actions)
            options.append(f"({text})" if group.required else f"[{text}]")
        elif action.option_strings:
            many = "…" if isinstance(action, argparse._AppendAction) else ""
            options.append(f"{_word(action)}{many}" if action.required else f"[{_word(action)}{many}]")
        else:
            word = _word(action)
            several = word if " " in word else f"{word}…"  # a name of two words says by itself how many
            places.append({"?": f"[{word}]", "*": f"[{word}…]", "+": several}.get(str(action.nargs), word))
    return " ".join(["misconsole", name, *places, *options])


def about(action: argparse.Action) -> str:
    """What a word means: the parser's own help, else what its name says; with choices and default."""
    value = _value(action)
    text = action.help or PLAIN_WORDS.get(value) or PLAIN_WORDS.get(action.dest.upper().replace("_", " "), "")
    if action.choices is not None and isinstance(action.metavar, str) and not action.help:
        text += f": {', '.join(str(choice) for choice in action.choices)}"
    if action.default not in (None, False, "", argparse.SUPPRESS) and action.default != []:
        text += f" (default {action.default})"
    return text


def block(command: str) -> Callable[[], str]:
    def write() -> str:
        parts = []
        for name, parser in leaves(command):
            verb = name.partition(" ")[2].rpartition(" ")[2]
            if verb:
                parts += [f"**{name}**: {told(command, verb)}.", ""]
            parts += ["```text", usage(name, parser), "```", ""]
            rows: list[tuple[object, ...]] = [(f"`{_word(a)}`", about(a)) for a in _shown(parser)]
            if rows:
                parts += [table(("word", "meaning"), rows), ""]
        return "\n".join(parts)

    return write


def overview() -> str:
    rows: list[tuple[object, ...]] = [
        (f"[`{name}`](#{name})", text) for name, (_, text) in frame.COMMANDS.items()
    ]
    return table(("command", "does"), rows)


BLOCKS = {"commands.overview": overview} | {f"commands.{name}": block(name) for name in frame.COMMANDS}
