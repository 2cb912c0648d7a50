"""What is shown is shown as it is spelled: nobody's name is markup, an emoji or an order to a terminal."""

import json
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim import wiring
from scim.cli import console
from scim.records import Link
from tests.cli.cast import join, shown, typed

ORDERS = "\x1b]0;owned\x07\x1b[31m\x9b2J\r\x7f\u202e\u2066\u2028"

EVERY_SCRIPT = "Zoë Þórsdóttir 王芳 محمد نور\u200cالدین 👩\u200d🚀"  # noqa: RUF001


def obeyed(text: str) -> list[str]:
    return [each for each in ORDERS if each in text and not each.isprintable()]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("Barbara Jensen", "Barbara Jensen"),
        (EVERY_SCRIPT, EVERY_SCRIPT),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202egpj", "\\u202egpj"),
        ("\ud800", "\\ud800"),
    ],
    ids=["plain", "every-script", "escape", "line", "c1", "direction", "half"],
)
def test_what_a_terminal_would_obey_is_written_out(given, written):
    assert console.visible(given) == written


@given(st.text(st.characters(codec=None)))
def test_whatever_the_name_it_can_be_written_and_orders_nothing(name):
    shown = console.visible(name)

    assert obeyed(shown) == []
    assert shown.encode().decode() == shown


@pytest.mark.parametrize("tell", [console.say, console.complain, console.remark])
def test_a_sentence_keeps_its_lines_and_nothing_else(tell, capsys):
    tell(f"[bold]one[/bold] :smile:\n{ORDERS}two")

    told = "".join(capsys.readouterr())

    assert told.startswith("[bold]one[/bold] :smile:\n")
    assert obeyed(told) == []


def test_a_table_shows_names_and_titles_as_they_are(capsys):
    console.show(f"[red]Title[/red]{ORDERS}", ("name",), [(f"[link=x]:smile:[/link]{ORDERS}",), ("[/]",)])

    told = capsys.readouterr().out

    assert "[red]Title[/red]\\x1b]0;owned" in told
    assert "[link=x]:smile:[/link]\\x1b" in told
    assert "[/]" in told
    assert obeyed(told) == []


def test_a_table_without_a_title_begins_with_its_columns(capsys):
    console.show("", ("name",), [("Barbara",)])

    assert capsys.readouterr().out.split() == ["name", "─" * 9, "Barbara"]


@pytest.mark.parametrize("values", [[], [1], [{"a": [1, {}], "b": "x\n\x1b"}, [], "y"]])
def test_an_array_written_bit_by_bit_is_the_one_written_at_once(values, capsys):
    console.show_json_array(iter(values))
    bit_by_bit = capsys.readouterr().out
    console.show_json(values)

    assert bit_by_bit == capsys.readouterr().out
    assert json.loads(bit_by_bit) == values


def test_whoever_is_held_cannot_order_a_terminal_either(kept):
    join(kept, "bjensen", f"[red]x{ORDERS}", Link("T-1", "active", held_at=1000.0))

    assert obeyed(shown("holds")) == []


def test_a_group_of_the_target_cannot_either(at_desk):
    with closing(wiring.embedded_target(at_desk)) as account:
        account.add_group("[red]Guides\x1b[2J")

    assert "[red]Guides\\x1b[2J" in shown("groups", "list")


def test_what_somebody_types_is_quoted_in_a_problem(kept):
    assert "\x1b" not in str(typed("people", "show", "\x1b[2J").exception)
