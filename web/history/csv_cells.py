"""Text from outside in cells of a CSV file."""

from metrics.results import Labels

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", "=": "\\="})


def text_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: where it could, it is preceded by `'`."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def labels_cell(labels: Labels) -> str:
    r"""`name=value;name=value`, with `\` before a backslash, `;` or `=` within a value."""
    return text_cell(";".join(f"{name}={value.translate(_ESCAPES)}" for name, value in labels))
