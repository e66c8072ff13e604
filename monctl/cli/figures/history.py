"""`monctl history`: one metric of one host over time."""

import csv
import re
import shutil
import sys
import time
from typing import Annotated, Any

import typer

from foundation.display.numbers import age_text, value_text
from foundation.documents.durations import parse_duration
from foundation.documents.errors import ValueInvalid
from foundation.times import rfc3339_seconds
from metrics.catalog import LABELS, Metric, find_metric
from metrics.results import Labels
from metrics.store import Aggregate, History, HistoryQuery
from monctl import event_loop as aio
from monctl.cli.installed import installed
from monctl.cli.moments import LONGEST_SECONDS, is_span, seconds_since
from monctl.cli.options import ConfigOption, DataDirOption, InventoryOption, JsonOption
from monctl.installation import Installation, chosen_hosts
from monctl.render.exit_status import EXIT_BAD
from monctl.render.plot import history_plot, series_name
from monctl.render.printing import err, fail, out, print_json

_PLOT_HEIGHT = 20
_PLOT_SERIES = 6
_SHORTEST_STEP_SECONDS = 1.0
_LABEL = re.compile(r"([^:=]+)[:=](.*)", re.DOTALL)


def history(
    host: Annotated[str, typer.Argument(help="A host's name, a pattern or a tag.")],
    metric: Annotated[str, typer.Argument(help="measurement.field, such as cpu.usage_active.")],
    since: Annotated[
        str, typer.Option("--since", help="How far back, or from when: 15m, 24h, 1w, 2026-01-31, 18:00.")
    ] = "24h",
    step: Annotated[str, typer.Option("--step", help="A bucket's width, or auto.")] = "auto",
    aggregate: Annotated[
        Aggregate, typer.Option("--aggregate", help="How a bucket's values become one.")
    ] = Aggregate.MEAN,
    label: Annotated[
        list[str] | None, typer.Option("--label", help="Only series with this label, NAME=VALUE; repeatable.")
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")] = False,
    inventory: InventoryOption = None,
    config: ConfigOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Plot a metric's history in the terminal, or print it as JSON or CSV; exit 1 if there is none."""
    if as_json and as_csv:
        fail("--json and --csv: choose one")
    with installed(inventory, config, data_dir, reads=True) as installation:
        hosts = chosen_hosts(installation.hosts(is_to_be_shown=True), [host])
        known_metric = find_metric(metric)
        is_plot = not (as_json or as_csv)
        labels = label or (["cpu:cpu-total"] if is_plot and known_metric.measurement == "cpu" else [])
        query = _query(tuple(hosts), known_metric, since=since, step=step, aggregate=aggregate, labels=labels)
        answer = aio.run(_ask(installation, query))
    if as_json:
        print_json(history_document(known_metric, answer))
    elif as_csv:
        _print_csv(known_metric, answer)
    else:
        _print_plot(known_metric, answer, since)
    if not any(value is not None for line in answer.series for _, value in line.points):
        raise typer.Exit(EXIT_BAD)


def history_document(metric: Metric, answer: History) -> dict[str, Any]:
    """The document of `GET /metrics/history`."""
    return {
        "metric": metric.name,
        "unit": metric.unit,
        "step_seconds": answer.step,
        "series": [
            {"host": line.host, "labels": dict(line.labels), "points": [list(point) for point in line.points]}
            for line in answer.series
        ],
    }


def _query(
    hosts: tuple[str, ...], metric: Metric, *, since: str, step: str, aggregate: Aggregate, labels: list[str]
) -> HistoryQuery:
    end = time.time()
    return HistoryQuery(
        hosts=hosts,
        metric=metric.name,
        start=end - _seconds_since(since, end),
        end=end,
        step=None if step == "auto" else _duration(step, "--step", least=_SHORTEST_STEP_SECONDS),
        aggregate=aggregate,
        labels=_labels(labels, metric),
    )


async def _ask(installation: Installation, query: HistoryQuery) -> History:
    store = await installation.open_store(read_only=True)
    try:
        return await store.history(query)
    finally:
        await store.close()


def _seconds_since(text: str, now: float) -> float:
    try:
        return seconds_since(text, now=now)
    except ValueInvalid as error:
        fail(f"--since: {error.message}")


def _duration(text: str, option: str, *, least: float = 0.0) -> float:
    try:
        seconds = parse_duration(text)
    except ValueInvalid as error:
        fail(f"{option}: {error.message}")
    if seconds <= 0:
        fail(f"{option}: must be more than nothing")
    if not least <= seconds <= LONGEST_SECONDS:
        fail(f"{option}: must be at least {least:g} s" if seconds < least else f"{option}: at most 100 years")
    return seconds


def _labels(texts: list[str], metric: Metric) -> Labels:
    pairs = []
    for text in texts:
        # Of both ways to write it the first sign counts: a value may hold either.
        match = _LABEL.fullmatch(text)
        if match is None:
            fail(f"--label {text}: write NAME=VALUE, such as cpu=cpu-total")
        name, value = match.groups()
        if name not in LABELS[metric.measurement]:
            label_names = ", ".join(LABELS[metric.measurement]) or "none"
            fail(f"--label {text}: {metric.name} has no label {name} (it has: {label_names})")
        pairs.append((name, value))
    return tuple(sorted(pairs))


def _print_csv(metric: Metric, answer: History) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = sorted({name for line in answer.series for name, _ in line.labels})
    writer.writerow(["time", "host", *names, metric.name])
    for line in answer.series:
        labels = dict(line.labels)
        for moment, value in line.points:
            writer.writerow(
                [rfc3339_seconds(moment), line.host, *(labels.get(name, "") for name in names), value]
            )


def _print_plot(metric: Metric, answer: History, since: str) -> None:
    series = [line for line in answer.series if any(value is not None for _, value in line.points)]
    if not series:
        err.print(f"No values of {metric.name} {_when(since)}.", style="yellow")
        return
    title = f"{metric.name} ({metric.unit}), a value every {age_text(answer.step)}"
    size = shutil.get_terminal_size()
    height = min(_PLOT_HEIGHT, max(8, size.lines - 4))
    plot = history_plot(
        series[:_PLOT_SERIES], title=title, width=size.columns, height=height, colour=_is_coloured()
    )
    sys.stdout.write(plot + "\n")
    for line in series[:_PLOT_SERIES]:
        values = [value for _, value in line.points if value is not None]
        out.print(_summary(metric, values, series_name(line, series)), markup=False, soft_wrap=True)
    if len(series) > _PLOT_SERIES:
        err.print(
            f"{len(series) - _PLOT_SERIES} more series: choose with --label, or see --json.", style="yellow"
        )


def _when(since: str) -> str:
    """`in the last 24h`, `since 2026-01-31`."""
    return f"in the last {since}" if is_span(since) else f"since {since}"


def _is_coloured() -> bool:
    return out.is_terminal and not out.no_color


def _summary(metric: Metric, values: list[int | float], name: str) -> str:
    figures = (
        ("min", min(values)),
        ("mean", sum(values) / len(values)),
        ("max", max(values)),
        ("last", values[-1]),
    )
    text = " · ".join(f"{title} {value_text(value, metric.unit)}" for title, value in figures)
    return f"{name}: {text}" if name else text
