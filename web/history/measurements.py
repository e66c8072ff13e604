"""Names of measurements, metrics and labels in questions."""

from collections.abc import Iterable, Sequence

from foundation.documents.report import shown
from metrics.catalog import LABELS, METRICS, Metric, find_metric, nearest
from metrics.errors import UnknownMetric
from metrics.results import Labels
from web.http.problems import HttpProblem

_MAX_NAME_CHARACTERS = 100


def check_measurements(names: Iterable[str]) -> frozenset[str]:
    """The names, each of a measurement; raises HttpProblem (422)."""
    for name in names:
        if name not in LABELS:
            suggestion = nearest(name, LABELS) if len(name) <= _MAX_NAME_CHARACTERS else None
            hint = f", did you mean {suggestion}?" if suggestion else f": there are {', '.join(LABELS)}"
            raise HttpProblem(
                422,
                "measurement-unknown",
                f"measurement: there is no {shown(name)}{hint}",
                more={"suggestion": suggestion},
            )
    return frozenset(names)


def find_metrics(names: Sequence[str]) -> list[Metric]:
    """The metrics of these names, in their order; raises UnknownMetric."""
    for name in names:
        if len(name) > _MAX_NAME_CHARACTERS:
            raise UnknownMetric(shown(name), None)
    return [METRICS[name] if name in METRICS else find_metric(name) for name in names]


def parse_labels(texts: Sequence[str], metrics: Sequence[Metric]) -> Labels:
    """The labels of `name:value` texts, sorted; raises HttpProblem (422) for one that no metric here has."""
    label_names = sorted({name for metric in metrics for name in LABELS[metric.measurement]})
    labels: dict[str, str] = {}
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon:
            raise _label_problem(
                f"write `name:value`, such as `cpu:cpu-total`, not {shown(text)}", label_names
            )
        if name not in label_names:
            label_text = f"has: {', '.join(label_names)}" if label_names else "has no labels"
            raise _label_problem(f"there is no {shown(name)}; what is asked for {label_text}", label_names)
        if labels.setdefault(name, value) != value:
            raise _label_problem(
                f"{name} is given twice, with different values: no series has both", label_names
            )
    return tuple(sorted(labels.items()))


def labels_for(metric: Metric, labels: Labels) -> Labels:
    """Those of the labels that a metric's series have."""
    return tuple(label for label in labels if label[0] in LABELS[metric.measurement])


def _label_problem(text: str, label_names: list[str]) -> HttpProblem:
    return HttpProblem(422, "label-unknown", f"label: {text}", more={"labels": label_names})
