"""Numbers as people read them."""

import math

_BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_COUNT_UNITS = ("", "k", "M", "G", "T", "P", "E")
_HUGE = 1e7
_AGES = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"))


def bytes_text(value: float) -> str:
    """Bytes with a binary unit, three digits: `1.50 GiB`."""
    return _scaled(value, 1024.0, _BYTE_UNITS)


def count_text(value: float) -> str:
    """A count with a decimal unit, three digits: `12.3 k`."""
    return _scaled(value, 1000.0, _COUNT_UNITS).rstrip()


def age_text(seconds: float | None) -> str:
    """A time span in its largest unit, rounded down: `4 s`, `12 min`, `3 h`, `5 d`; `-` for None."""
    if seconds is None:
        return "-"
    for size, unit in _AGES:
        if seconds >= size:
            return f"{number_text(seconds // size, 0)} {unit}"
    return f"{max(0.0, seconds) // 1:.0f} s"


def number_text(value: float, digits: int = 2) -> str:
    """A number with so many digits after the point; one that no machine has gets an exponent."""
    if abs(value) < _HUGE:
        return f"{value:.{digits}f}"
    return f"{value:.2e}" if math.isfinite(value) else str(value)


def value_text(value: float | None, unit: str) -> str:
    """A value of the catalogue in its unit; `-` for None."""
    if value is None:
        return "-"
    match unit:
        case "percent":
            return f"{number_text(value, 1)} %"
        case "bytes":
            return bytes_text(value)
        case "bytes_per_second":
            return f"{bytes_text(value)}/s"
        case "per_second":
            return f"{count_text(value)}/s"
        case "celsius":
            return f"{number_text(value, 1)} °C"
        case "seconds":
            return _span_text(value)
        case "milliseconds":
            return f"{value:.4g} ms" if abs(value) < 1000 else _span_text(value / 1000)
        case "load":
            return number_text(value)
    return count_text(value)


def _span_text(seconds: float) -> str:
    if abs(seconds) < _AGES[-1][0]:
        return f"{seconds:.4g} s"
    return f"{'-' if seconds < 0 else ''}{age_text(abs(seconds))}"


def _scaled(value: float, base: float, units: tuple[str, ...]) -> str:
    size = float(value)
    for unit in units:
        if abs(size) < base - 0.5 or unit == units[-1]:  # what would be rounded to the base is a unit more
            break
        size /= base
    digits = 0 if abs(size) >= 100 or float(size).is_integer() else 1 if abs(size) >= 10 else 2
    return f"{number_text(size, digits)} {unit}"
