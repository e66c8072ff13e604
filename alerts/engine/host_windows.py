"""The windows of one host: what its rules' functions over time remember of each series."""

from alerts.engine.windows import PredictWindow, RateWindow, SpanWindow, Window
from alerts.expression.compiled import WindowCall
from inventory.host import HostSpec
from metrics.results import Labels

_MANY = 4096
"""So many windows of one host, and all are forgotten: its label sets come and go."""

_Kind = tuple[str, str, float]


class HostWindows:
    """Windows by call and label set, made when they are first asked for.

    Calls that remember the same (avg and max of one metric over one span) share a window.
    """

    def __init__(self, host: HostSpec) -> None:
        self._host = host
        self._windows: dict[tuple[_Kind, Labels], Window] = {}

    def window(self, call: WindowCall, labels: Labels) -> Window:
        """The window of a call on one series."""
        key = (kind_of(call), labels)
        window = self._windows.get(key)
        if window is None:
            if len(self._windows) >= _MANY:
                self._windows.clear()
            window = self._windows[key] = _new_window(call, self._interval(call))
        return window

    def _interval(self, call: WindowCall) -> float:
        """Seconds between samples of the call's metric."""
        collector, _, _ = call.metric.partition(".")
        return max(self._host.interval, self._host.collectors.get(collector) or 0.0)


def kind_of(call: WindowCall) -> _Kind:
    """What the call remembers: equal for calls that can share a window."""
    function = call.function if call.function in ("rate", "predict") else "span"
    return function, call.metric, call.seconds


def lookback_seconds(call: WindowCall) -> float:
    """How far back a call looks."""
    return _new_window(call, 0.0).span_seconds


def _new_window(call: WindowCall, interval: float) -> Window:
    match call.function:
        case "rate":
            return RateWindow(call.metric, interval)
        case "predict":
            return PredictWindow(call.seconds)
    return SpanWindow(call.seconds, interval)
