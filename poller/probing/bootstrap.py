"""How the probe gets onto a host: the command that starts a Python there, and the lines sent to it.

The command holds no character that any shell would touch; see docs/probe-protocol.md.
"""

import ast
import base64
import hashlib
import json
import zlib
from functools import cache
from importlib import resources

from inventory.host import ProbeBackend

_PYTHONS = (
    "python3",
    "python",
    "py -3",
    "/usr/libexec/platform-python",
    "/usr/bin/python3",
    "/usr/local/bin/python3",
)
_TOO_OLD = "monctl: needs Python 3.6"

# One expression, since Python 2's input() evaluates it. The current directory leaves the search path before
# anything is looked up along it, so that a zlib.py lying around in a home directory is not run.
_FIRST_LINE = (
    "(lambda s,g:"
    f's.exit("{_TOO_OLD} or newer, this is "+s.version.split()[0])if s.version_info<(3,6)else('
    's.path.__setitem__(slice(None),[p for p in s.path if p]),setattr(s,"dont_write_bytecode",True),'
    '[eval(compile(p,"probe","exec"),g)for p in __import__("zlib").decompress('
    '__import__("binascii").a2b_base64(s.stdin.readline())).split(bytes([12]))]'
    '))(__import__("sys"),{"__name__":"__main__"})'
)

# As the first line, with the source's hash; no single quote, backslash or exclamation mark: it stands
# between single quotes for sh, csh and fish alike.
_RESTRICTED = (
    "import sys;sys.path[:]=[p for p in sys.path if p];sys.dont_write_bytecode=True;"
    "import binascii,hashlib,zlib;line=sys.stdin.readline;line({limit});source=line({limit}).strip();"
    'hashlib.sha256(source.encode()).hexdigest()=="{digest}"or sys.exit("{refusal}");'
    'space={{"__name__":"__main__"}};parts=zlib.decompress(binascii.a2b_base64(source)).split(bytes([12]));'
    "[exec(part,space)for part in parts]"
)
_REFUSAL = "monctl: this key may run another version of the probe; renew its line with monctl hosts harden"
_LINE_LIMIT_BYTES = 1 << 20

_POSIX_NOT_FOUND = (126, 127)
_CMD_NOT_FOUND = (9009, 9009 & 0xFF)
_PYTHON_SPOKE = ("Traceback (most recent call last)", "SyntaxError:")
_SHELL_SPOKE = ("python", "py ", "py:", "'py'", '"py"', "xcrun", "xcode-select", "\r\n", "CLIXML")


def payload() -> bytes:
    """The first two lines that a started Python reads: the loader and the packed probe."""
    return _FIRST_LINE.encode("ascii") + b"\n" + _packed_probe() + b"\n"


def payload_sha256() -> str:
    """The SHA-256 of the packed probe (the payload's second line without its end), in hex."""
    return hashlib.sha256(_packed_probe()).hexdigest()


def config_line(nonce: str, backend: ProbeBackend) -> bytes:
    """The third line: what the hello must repeat, and where the probe reads from."""
    return json.dumps({"nonce": nonce, "backend": str(backend)}).encode("ascii") + b"\n"


def start_commands(python: str | None) -> list[str]:
    """The commands that start a Python which runs what it reads, to be tried in order.

    `python`: the host's own command for Python; None for the usual ones.
    """
    return [f'{command} -c "exec(input())"' for command in ([python] if python else _PYTHONS)]


def is_python_missing(exit_status: int | None, stderr: str) -> bool:
    """Whether a start command ended because there is no such Python, or one that is too old.

    POSIX shells say 126 or 127. csh, tcsh, PowerShell and cmd.exe say 1, as a failing Python would; so
    the text decides: what Python itself says is known, what Windows says in whatever language ends its
    lines with CRLF, and the other shells repeat the name of the command.
    """
    if _TOO_OLD in stderr:
        return True
    if any(sign in stderr for sign in _PYTHON_SPOKE):
        return False
    if exit_status in _POSIX_NOT_FOUND or exit_status in _CMD_NOT_FOUND:
        return True
    return exit_status == 1 and any(sign in stderr for sign in _SHELL_SPOKE)


def restricted_command(python: str = "python3") -> str:
    """The options of an authorized_keys line whose key may run exactly this probe and nothing else.

    Reads the same lines as the start command would, takes no notice of the first, and runs the second
    only if it is the probe that this monctl sends.
    """
    code = _RESTRICTED.format(limit=_LINE_LIMIT_BYTES, digest=payload_sha256(), refusal=_REFUSAL)
    command = f"{python} -c '{code}'".replace('"', '\\"')
    return f'restrict,command="{command}"'


def lean_source(source: str) -> str:
    """Python source without docstrings, annotations and comments: less to send, compile and keep.

    A form feed, blank to Python, stands between its statements. The far end compiles them one by one: the
    whole at once would leave it 2.5 MB larger for good, which is a quarter.
    """
    tree = ast.fix_missing_locations(_Lean().visit(ast.parse(source)))
    return "\n\f".join(ast.unparse(statement) for statement in tree.body)


@cache  # packing takes tens of milliseconds, and every host gets the same
def _packed_probe() -> bytes:
    source = resources.files("poller.probing").joinpath("probe.py").read_text("utf-8")
    return base64.b64encode(zlib.compress(lean_source(source).encode("utf-8"), 9))


class _Lean(ast.NodeTransformer):
    """Takes away what a running program does not need."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.Assign([node.target], node.value)
