"""`monctl top` in a real terminal."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator

import pytest

from monctl.cli.figures.top import Screen
from tests.monctl.filling import fill, good
from tests.support.installation import MonctlFolder
from tests.support.terminal import Terminal

HOSTS = (
    "hosts:\n  alpha: {address: 10.0.0.1}\n  beta: {address: 10.0.0.2}\n  '[red]gamma': {address: 10.0.0.3}\n"
)
ALTERNATE_SCREEN = ("\x1b[?1049h", "\x1b[?1049l")
CURSOR_SHOWN = "\x1b[?25h"

Top = Callable[..., Terminal]


@pytest.fixture
def top(monctl: MonctlFolder) -> Iterator[Top]:
    """Starts `monctl top` over three hosts that beta is the busiest of."""
    monctl.hosts_yaml.write_text(HOSTS)
    fill(
        monctl.folder / "data", [good("alpha", cpu=5.0), good("beta", cpu=99.0), good("[red]gamma", cpu=50.0)]
    )
    with contextlib.ExitStack() as stack:

        def start(*args: str, **more: int) -> Terminal:
            environ = monctl.environ() | {"TERM": "xterm-256color"}
            for name in ("COLUMNS", "NO_COLOR"):
                environ.pop(name, None)
            code = "from monctl.cli.main import main; main()"
            command = [sys.executable, "-c", code, "top", *args]
            terminal = Terminal(command, cwd=monctl.folder, environ=environ, **more)
            stack.callback(terminal.close)
            return terminal

        yield start


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


def _order(text: str) -> list[str]:
    return re.findall(r"alpha|beta|\[red\]gamma", _plain(text))[:3]


def test_hosts_are_shown_sorted_by_keys_and_the_terminal_is_as_before(top: Top) -> None:
    terminal = top()
    shown = terminal.wait_for("q leave")
    assert ALTERNATE_SCREEN[0] in terminal.output
    assert "by state" in terminal.output
    assert _order(terminal.output) == ["[red]gamma", "alpha", "beta"]
    terminal.type("c")
    terminal.wait_for("q leave", after=terminal.wait_for("by cpu", after=shown))
    assert _order(terminal.output[shown:]) == ["beta", "[red]gamma", "alpha"]
    again = len(terminal.output)
    terminal.type("c")
    terminal.wait_for("q leave", after=terminal.wait_for("by cpu", after=again))
    assert _order(terminal.output[again:]) == ["alpha", "[red]gamma", "beta"]
    terminal.type("q")
    assert terminal.wait() == 0
    assert ALTERNATE_SCREEN[1] in terminal.output
    assert terminal.output.rindex(CURSOR_SHOWN) > again
    assert terminal.modes() == terminal.before
    assert "No daemon polls" in terminal.output


def test_control_c_leaves_and_the_terminal_is_as_before(top: Top) -> None:
    terminal = top()
    terminal.wait_for("q leave")
    terminal.type("\x03")
    terminal.wait()
    assert terminal.modes() == terminal.before
    assert ALTERNATE_SCREEN[1] in terminal.output
    assert "Traceback" not in terminal.output


def test_values_that_come_in_are_drawn(top: Top, monctl: MonctlFolder) -> None:
    terminal = top("alpha", "--every", "0.5")
    shown = terminal.wait_for("5.0 %")
    fill(monctl.folder / "data", [good("alpha", ago=0.0, cpu=77.5)])
    terminal.wait_for("77.5 %", after=shown)
    terminal.type("q")
    assert terminal.wait() == 0


def test_a_list_longer_than_the_screen_is_scrolled(top: Top, monctl: MonctlFolder) -> None:
    names = "\n".join(f"  host-{number:02}: {{address: 10.0.0.1}}" for number in range(30))
    monctl.hosts_yaml.write_text(f"hosts:\n{names}\n")
    terminal = top("--sort", "host", rows=15)
    first = terminal.wait_for("q leave")
    assert "1-10 of 30" in terminal.output
    assert "host-09" in terminal.output
    assert "host-10" not in terminal.output
    terminal.type("j")
    moved = terminal.wait_for("q leave", after=terminal.wait_for("2-11 of 30", after=first))
    terminal.type(" ")
    terminal.wait_for("q leave", after=terminal.wait_for("12-21 of 30", after=moved))
    terminal.type("q")
    assert terminal.wait() == 0


def test_without_a_terminal_top_is_wrong_use(monctl: MonctlFolder) -> None:
    monctl.hosts_yaml.write_text(HOSTS)
    done = monctl.run("top")
    assert done.returncode == 2
    assert "use: monctl status" in done.stderr
    assert "choose one of" in monctl.run("top", "--sort", "size").stderr


@pytest.mark.parametrize(
    ("keys", "sort", "reverse", "first"),
    [
        ("c", "cpu", False, 0),
        ("cc", "cpu", True, 0),
        ("ccc", "cpu", False, 0),
        ("ccm", "mem", False, 0),
        ("jjk", "state", False, 1),
        ("kkk", "state", False, 0),
        ("  j", "state", False, 21),
        ("jjc", "cpu", False, 0),
        ("x", "state", False, 0),
    ],
)
def test_keys_choose_order_and_place(keys: str, sort: str, reverse: bool, first: int) -> None:
    screen = Screen()
    assert all(screen.press(key, page=10) for key in keys)
    assert (screen.sort, screen.reverse, screen.first) == (sort, reverse, first)


@pytest.mark.parametrize("key", ["q", "\x1b", "\x03"])
def test_these_keys_leave(key: str) -> None:
    assert not Screen().press(key, page=10)


def test_no_key_changes_nothing() -> None:
    screen = Screen()
    assert screen.press(None, page=10)
    assert screen == Screen()
