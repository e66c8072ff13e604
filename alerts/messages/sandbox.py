"""Running message templates that may be hostile; imports Jinja2, and is imported when one is used.

What a template may hold is listed (_ALLOWED): no calls, no macros, no blocks, no concatenation, no loop in a
loop. Loops go over the lists of the context, which are bounded; arithmetic takes numbers alone; filters are
those of `alerts.messages.filters`, whose results are bounded. So the work that a template makes is bounded by
its length and that of the context.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, NoReturn

from jinja2 import (
    ChainableUndefined,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    nodes,
)
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.errors import TemplateInvalid
from alerts.messages.authored import cut, value, without_marks
from alerts.messages.context import LISTS, Names
from alerts.messages.filters import FILTERS, as_text

MAX_DEPTH = 40
"""How deep expressions and blocks may be nested."""

MAX_LOOP_NODES = 150
"""How many parts all loops of a template may hold together: each is run for every member of a list."""

_MAX_NUMBER = 1e18
_FILE_NAME = "<template>"
_TESTS = ("defined", "undefined", "none", "number", "string", "in", "even", "odd")
_LOOP_NAMES = ("index", "index0", "first", "last", "length", "revindex")
_ARITHMETIC = frozenset({"+", "-", "*", "/", "//"})

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign,
    nodes.Const, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Tuple, nodes.List,
    nodes.Keyword, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos,
    nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv,
)  # fmt: skip

_NUMBERS = (nodes.Neg, nodes.Pos, nodes.Not)
"""What is a number or true or false, whatever it is made of."""

_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Call: "a template cannot call anything: use filters, as in `value|percent`",
    nodes.Concat: "`~` is not there: write texts side by side, as in `{{ host }}{{ labels.path }}`",
    nodes.Pow: "`**` is not there",
    nodes.Mod: "`%` is not there: use filters, as in `value|round(1)`",
}

_RUN_ERRORS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
    MemoryError,
)


class Program:
    """A template that has been checked; `names` are those that it may use."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        """Raises TemplateInvalid."""
        self._environment = _Environment()
        allowed_names = frozenset(names)
        try:
            tree = self._environment.parse(text)
            _Inspection(allowed_names, _assigned(tree)).walk(tree)
            code = self._environment.compile(tree, filename=_FILE_NAME)
        except TemplateSyntaxError as error:
            raise TemplateInvalid(error.message or "it cannot be read", line=error.lineno) from error
        except (RecursionError, MemoryError, SyntaxError, OverflowError, ValueError) as error:
            raise TemplateInvalid("it is nested too deeply, or has too large a number") from error
        self._template = Template.from_code(self._environment, code, {})

    def run(self, context: Mapping[str, Any], *, limit: int) -> str:
        """Its text, cut to `limit` characters, its values marked as such; raises TemplateInvalid."""
        pieces: list[str] = []
        size = 0  # marks aside
        try:
            # piece by piece, so that a loop that writes much is left as soon as the limit is reached
            for piece in self._template.generate(dict(context)):
                pieces.append(piece)
                size += len(without_marks(piece))
                if size > limit:
                    return cut("".join(pieces), limit)
        except TemplateInvalid as error:
            raise TemplateInvalid(error.message, line=_line(error.__traceback__)) from error
        except _RUN_ERRORS as error:
            raise TemplateInvalid(_words(error), line=_line(error.__traceback__)) from error
        return "".join(pieces)


class _Environment(ImmutableSandboxedEnvironment):
    """Lets templates read the values of the context and nothing else: no attribute of any Python object."""

    intercepted_binops = _ARITHMETIC

    def __init__(self) -> None:
        # Not optimized: the optimizer evaluates constant parts while it compiles, before any bound holds.
        super().__init__(undefined=StrictUndefined, finalize=_marked_text, optimized=False, cache_size=0)
        self.globals = {}
        self.filters = dict(FILTERS)
        self.tests = {name: self.tests[name] for name in _TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A name of a mapping or of a loop."""
        if isinstance(obj, LoopContext) and attribute in _LOOP_NAMES:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A mapping's value or a list's member.

        What depends on data (a label, the third process) is nothing where it is missing; what depends on
        the author alone is an error.
        """
        match obj, argument:
            case Undefined(), _:
                return obj[argument]
            case Names(), str():
                return obj.get(argument, ChainableUndefined(name=argument))
            case dict(), str():
                return obj[argument] if argument in obj else _refuse_name(argument, obj)
            case ((list() | tuple() | str()), int()):
                return obj[argument] if -len(obj) <= argument < len(obj) else ChainableUndefined()
        raise TemplateInvalid(f"there is no `{as_text(argument)[:100]}` in that")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic, of numbers of a bounded size."""
        for side in (left, right):
            if not isinstance(side, int | float) or abs(side) > _MAX_NUMBER:
                raise TemplateInvalid(f"`{operator}` takes two numbers")
        return super().call_binop(context, operator, left, right)


def _marked_text(output: object) -> str:
    return value(as_text(output))


class _Inspection:
    """Checks a template before it runs.

    `context_names`: the names of the context; `assigned`: those that the template itself sets.
    """

    def __init__(self, context_names: frozenset[str], assigned: frozenset[str]) -> None:
        self._context_names = context_names
        self._readable = context_names | assigned
        self._loop_nodes = 0
        self._checks: Mapping[type[nodes.Node], Callable[[Any], None]] = {
            nodes.Const: _check_constant,
            nodes.Name: self._check_name,
            nodes.Filter: _check_filter,
            nodes.Test: _check_test,
            nodes.Getattr: _check_attribute,
            nodes.Getitem: _check_part,
            nodes.List: _check_list,
            nodes.Tuple: _check_list,
            nodes.Assign: _check_assignment,
        }

    def walk(self, node: nodes.Node, depth: int = 0, is_in_loop: bool = False) -> None:
        """Raises TemplateInvalid for whatever is not allowed."""
        if depth > MAX_DEPTH:
            raise TemplateInvalid("it is nested too deeply", line=node.lineno)
        if not isinstance(node, _ALLOWED):
            words = _REFUSED.get(type(node), f"`{type(node).__name__.lower()}` cannot be used here")
            raise TemplateInvalid(words, line=node.lineno)
        # what is in a loop is run for each of up to a thousand members: it counts for the bound on work
        self._loop_nodes += is_in_loop
        if self._loop_nodes > MAX_LOOP_NODES:
            raise TemplateInvalid("its loops hold too much", line=node.lineno)
        check = self._checks.get(type(node))
        if check is not None:
            check(node)
        if isinstance(node, nodes.For):
            _check_loop(node, is_in_loop=is_in_loop)
            is_in_loop = True
        for child in node.iter_child_nodes():
            self.walk(child, depth + 1, is_in_loop)

    def _check_name(self, node: nodes.Name) -> None:
        if node.ctx == "load":
            if node.name != "loop" and node.name not in self._readable:
                _refuse_name(node.name, self._readable, line=node.lineno)
        elif node.name in self._context_names or node.name.startswith("_") or node.name == "loop":
            raise TemplateInvalid(f"the name `{node.name}` is taken", line=node.lineno)


def _assigned(tree: nodes.Template) -> frozenset[str]:
    return frozenset(name.name for name in tree.find_all(nodes.Name) if name.ctx == "store")


def _check_constant(node: nodes.Const) -> None:
    """Numbers too large for arithmetic take long to be shown, and infinity is no word of Python."""
    if isinstance(node.value, int | float) and not abs(node.value) <= _MAX_NUMBER:
        raise TemplateInvalid("that number is too large", line=node.lineno)


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        _refuse_name(node.name, FILTERS, line=node.lineno, kind="filter")
    if node.node is None or node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateInvalid("a filter stands behind a value, as in `value|percent`", line=node.lineno)


def _check_test(node: nodes.Test) -> None:
    if node.name not in _TESTS:
        _refuse_name(node.name, _TESTS, line=node.lineno, kind="test")


def _check_attribute(node: nodes.Getattr) -> None:
    if node.attr.startswith("_"):
        raise TemplateInvalid(f"the name `{node.attr}` cannot be used", line=node.lineno)


def _check_part(node: nodes.Getitem) -> None:
    """A slice of a number would make Python's compiler warn on standard error, at each start."""
    base = node.node
    is_number = isinstance(base, _NUMBERS) or (
        isinstance(base, nodes.Const) and not isinstance(base.value, str)
    )
    if is_number and isinstance(node.arg, nodes.Slice):
        raise TemplateInvalid("only a text or a list has parts such as `[0:3]`", line=node.lineno)


def _check_list(node: nodes.List | nodes.Tuple) -> None:
    """Lists of lists of lists could be made huge with few words."""
    is_target = isinstance(node, nodes.Tuple) and node.ctx == "store"
    if not is_target and not all(isinstance(item, nodes.Const) for item in node.items):
        raise TemplateInvalid("a list may only hold texts and numbers as they are", line=node.lineno)


def _check_assignment(node: nodes.Assign) -> None:
    if not isinstance(node.target, nodes.Name):
        raise TemplateInvalid("`set` sets one name at a time", line=node.lineno)


def _check_loop(node: nodes.For, *, is_in_loop: bool) -> None:
    if is_in_loop or node.recursive:
        raise TemplateInvalid("a loop cannot be inside a loop", line=node.lineno)
    over = node.iter
    if isinstance(over, nodes.Getitem) and isinstance(over.arg, nodes.Slice):
        over = over.node
    is_list = isinstance(over, nodes.Name) and over.name in LISTS
    if not is_list and not (isinstance(over, nodes.Filter) and over.name == "items"):
        names = ", ".join(sorted(LISTS))
        raise TemplateInvalid(f"a loop can go over {names}, labels|items and tags|items", line=node.lineno)


def _refuse_name(
    name: str, candidates: Iterable[str], *, line: int | None = None, kind: str = "name"
) -> NoReturn:
    near = difflib.get_close_matches(name[:100], list(candidates), n=1)
    hint = f", did you mean `{near[0]}`?" if near else ""
    raise TemplateInvalid(f"there is no {kind} `{name[:100]}`{hint}", line=line)


def _words(error: BaseException) -> str:
    if isinstance(error, TemplateError):
        return error.message or "it cannot be used"
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    return f"it cannot be used: {str(error)[:200]}"


def _line(traceback: TracebackType | None) -> int | None:
    """The template's line at which an error came up; Jinja2 puts it into the traceback."""
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == _FILE_NAME:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
