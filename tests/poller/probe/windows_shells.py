"""What Windows makes of a command line: cmd.exe's and PowerShell's reading, then the C run-time's.

Written after Microsoft's documentation ("Parsing C command-line arguments", "cmd", "about_Parsing",
"about_Quoting_Rules"), as far as a command without redirections and pipes needs it.
"""

CMD_OPERATORS = "&|<>()"
CMD_BLANKS = " \t,;="


def through_cmd(line: str) -> str:
    """The command line that cmd.exe /c starts the program with.

    Percent signs name variables even within quotes (none is set here: a pair of them would be looked up),
    carets quote outside quotes, operators outside quotes end the command. Raises ValueError where cmd.exe
    would do anything but pass the line on.
    """
    if "%" in line or "!" in line:
        raise ValueError("cmd.exe may replace a variable")
    kept, is_quoted, at = [], False, 0
    while at < len(line):
        char = line[at]
        if char == '"':
            is_quoted = not is_quoted
        elif not is_quoted and char == "^":
            at += 1
            char = line[at]
        elif not is_quoted and char in CMD_OPERATORS:
            raise ValueError(f"cmd.exe would act on {char}")
        kept.append(char)
        at += 1
    return "".join(kept)


def through_cmd_slash_c(line: str) -> str:
    """The same, as OpenSSH for Windows has it run: `cmd.exe /c "line"`.

    With more than two quotes, cmd.exe takes away the first and the last one and leaves the rest.
    """
    whole = f'"{line}"'
    if whole.count('"') == 2:
        raise ValueError("cmd.exe would keep the outer quotes of a command without special characters")
    first, last = whole.index('"'), whole.rindex('"')
    return through_cmd(whole[:first] + whole[first + 1 : last] + whole[last + 1 :])


def through_powershell(line: str) -> str:
    """The command line that PowerShell starts a native program with.

    Arguments in double quotes are strings in which `$` and backquotes act; the string is handed on without
    its quotes unless it holds blanks. Outside quotes the same and more characters act.
    """
    if any(char in line for char in "$`@{}#"):
        raise ValueError("PowerShell would expand the line")
    words = line.split(" ")
    passed = []
    for word in words:
        if word.startswith('"') and word.endswith('"') and len(word) > 1:
            inner = word[1:-1]
            if '"' in inner:
                raise ValueError("PowerShell up to 7.2 would lose inner quotes")
            passed.append(inner if " " not in inner else word)
        elif any(char in word for char in "()'\"&|;<>,"):
            raise ValueError(f"PowerShell would act on {word}")
        else:
            passed.append(word)
    return " ".join(passed)


def split_arguments(line: str) -> list[str]:
    """The program's arguments, as CommandLineToArgvW and the C run-time take them from its command line."""
    arguments: list[str] = []
    at = 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
            continue
        argument, at = _argument(line, at)
        arguments.append(argument)
    return arguments


def _argument(line: str, at: int) -> tuple[str, int]:
    kept, is_quoted = [], False
    while at < len(line) and (is_quoted or line[at] not in " \t"):
        slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
        at += slashes
        if line[at : at + 1] != '"':
            kept.append("\\" * slashes)
            if slashes == 0:
                kept.append(line[at])
                at += 1
            continue
        kept.append("\\" * (slashes // 2))
        if slashes % 2:
            kept.append('"')
        elif is_quoted and line[at + 1 : at + 2] == '"':
            kept.append('"')
            at += 1
        else:
            is_quoted = not is_quoted
        at += 1
    return "".join(kept), at
