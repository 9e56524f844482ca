"""What `smolcell eval` prints for a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.doors.cli.output import answer, answer_table
from agent.evaluation.compare import Comparison
from agent.evaluation.report import EvalReport, tally_of
from policy.evaluation.statistics import Tally


def print_report(report: EvalReport) -> None:
    rows = [
        (word, value, *_cells(tally_of(trials)))
        for word, values in report.by_word().items()
        for value, trials in values.items()
    ]
    answer_table(("word", "value", "n", "successes", "95 % interval"), [("all", "", *_cells(report.tally)), *rows])
    if report.right_part:
        answer(f"right part aimed at: {report.right_part.describe()}")
    answer(f"scenes with nothing to ask for, of all drawn: {report.skipped.describe()}")
    if report.reliability:
        answer(f"expected calibration error of the confidence: {report.reliability.error:.3f}")
    answer(_counted({str(cause): count for cause, count in report.causes.items()}))
    if report.refusals:
        answer(f"stopped by the gate's rules: {_counted(report.refusals)}")


def print_verifier(told: Mapping[str, Any], report: EvalReport) -> None:
    rows = [
        (name.replace("_", " "), told[name]["n"], told[name]["count"], _interval(told[name]["wilson95"]))
        for name in ("false_accept", "false_reject", "uncertain", "believed_blind")
        if name in told
    ]
    answer_table(("", "n", "count", "95 % interval"), rows)
    by = report.by_word()
    told_rightly = [
        (word, value, *_cells(tally_of(trials)))
        for word in ("skill", "drawn", "happened")
        for value, trials in by.get(word, {}).items()
    ]
    answer_table(("word", "value", "n", "told rightly", "95 % interval"), told_rightly)
    if report.reliability:
        answer(f"expected calibration error of the confidence: {report.reliability.error:.3f}")
    answer(f"scenes with nothing to verify, of all drawn: {report.skipped.describe()}")


def print_comparison(comparison: Comparison) -> None:
    answer(f"A: {comparison.a.actor}, {comparison.a.split}")
    answer(f"B: {comparison.b.actor}, {comparison.b.split}")
    groups = [("all", "", comparison.all)]
    groups += [(word, value, paired) for word, values in comparison.by.items() for value, paired in values.items()]
    answer_table(
        ("word", "value", "n", "A", "B", "only A", "only B", "p"),
        [(word, value, one.n, one.a, one.b, one.only_a, one.only_b, f"{one.p:.3f}") for word, value, one in groups],
    )
    if comparison.different:
        rows = [(one.number, one.meant, one.a, one.b) for one in comparison.different]
        answer_table(("scene", "asked for", "A", "B"), rows)
    if comparison.unpaired:
        answer(f"{comparison.unpaired} scenes have no pair, or something else was asked for there")
    answer(f"all: {comparison.verdict}; the p of the single words is not corrected for their number")


def print_open_loop(found: Mapping[str, Mapping[str, Any]]) -> None:
    for name, one in found.items():
        counts = [count for count in ("examples", "pictures", "frames", "episodes") if count in one]
        answer(f"{name} {one['weights_hash'][:12]}, {', '.join(f'{one[count]} {count}' for count in counts)}")
        if "shares" in one:
            _print_aims(one)
        if "columns" in one:
            _print_chunks(one)
        if "shifted_light" in one:
            answer("under shifted light:")
            _print_chunks(one["shifted_light"])
        if one.get("untrained_phrases"):
            answer(f"phrases that its contract does not hold: {', '.join(map(repr, one['untrained_phrases']))}")


def _print_aims(one: Mapping[str, Any]) -> None:
    answer_table(("", "share", "95 % interval"), [(label, *_shared(share)) for label, share in one["shares"].items()])
    answer_table(("", "value"), [(label, f"{q['value']} {q['unit']}") for label, q in one["quantities"].items()])


def _print_chunks(one: Mapping[str, Any]) -> None:
    columns = ("column", "within 5 %", "95 % interval", "MAE", "MSE", "greatest step", "in the data", "steps beyond")
    rows = [
        (
            name,
            _percent(errors["close"]),
            _interval(errors["close"]["wilson95"]),
            *(f"{errors[figure]:.4g}" for figure in ("mae", "mse", "jump", "data_jump")),
            _percent(errors["beyond"]),
        )
        for name, errors in one["columns"].items()
    ]
    answer_table(columns, rows)
    closed = one["closed"]
    answer(f"gripper closed: {_percent(closed['policy'])} of the rows, {_percent(closed['data'])} in the data")
    if "bleu" in one:
        answer(f"BLEU of the action text, to the centimetre and 0.01 rad: {one['bleu']:.3f}")


def _cells(tally: Tally) -> tuple[object, ...]:
    return tally.trials, tally.hits, _interval(tally.wilson95)


def _shared(share: Mapping[str, Any]) -> tuple[str, str]:
    return f"{share['hits']}/{share['trials']}", _interval(share["wilson95"])


def _interval(ends: Sequence[float]) -> str:
    low, high = ends
    return f"{low:.3f}–{high:.3f}"


def _percent(share: Mapping[str, Any]) -> str:
    return f"{100 * share['hits'] / share['trials']:.1f} %" if share["trials"] else "–"


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in counts.items())
