"""An evaluation as one HTML page with everything in it: figures, tables by word, pictures of failures by cause."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

from agent import pages
from agent.evaluation.figures import curve, forest
from agent.evaluation.report import EvalReport, tally_of
from agent.evaluation.trial import MEANING, Trial
from policy.evaluation.calibration import Reliability
from policy.evaluation.statistics import Tally

SHOWN: Final = 24
"""Failures of one cause that are shown with pictures: a page has to open."""


def write_page(report: EvalReport, path: Path, claim: str = "at the first attempt") -> None:
    """`claim` is what success means here."""
    heading = report.heading
    title = f"{heading.skill} · {heading.split} · {heading.actor}"
    groups = {
        word: {value: tally_of(trials) for value, trials in values.items()} for word, values in report.by_word().items()
    }
    phrases = report.by_phrase()
    body = (
        f"<h1>{escape(report.tally.describe())} {escape(claim)}</h1>\n",
        f"<p>{escape(title)} · scenes 0 to {len(report.trials) - 1} of seed {heading.seed} · cell {heading.cell}. ",
        "Intervals are Wilson's, 95 %.</p>\n",
        pages.table((), _facts(report)),
        f"<h2>Causes</h2>\n{_causes(report)}\n",
        f"<h2>By word</h2>\n{forest(groups, report.tally)}\n{_reliability(report.reliability)}",
        f"<h2>Failures</h2>\n{_failures(report)}\n<h2>By phrase</h2>\n",
        f"<details><summary>{len(phrases)} phrases</summary>{_phrases(phrases)}</details>\n",
    )
    path.write_text(pages.page(f"smolcell eval: {title}", pages.RESULTS, body), encoding="utf-8")


def _facts(report: EvalReport) -> Iterable[Sequence[str]]:
    yield "success", report.tally.describe()
    if report.right_part:
        yield "right part aimed at", report.right_part.describe()
    yield "scenes with nothing to ask for, of all drawn", report.skipped.describe()


def _causes(report: EvalReport) -> str:
    total = len(report.trials)
    rows = [
        (cause, str(count), f"{100 * count / total:.1f} %", MEANING[cause]) for cause, count in report.causes.items()
    ]
    rules = ", ".join(f"{count} × {rule}" for rule, count in report.refusals.items())
    stopped = f"<p>Stopped by the gate's rules: {escape(rules)}.</p>" if rules else ""
    return pages.table(("cause", "trials", "share", ""), rows) + stopped


def _reliability(reliable: Reliability | None) -> str:
    if reliable is None:
        return ""
    rows = [
        (f"{one.low:.1f}–{one.high:.1f}", f"{one.confidence:.3f}", one.success.describe(), f"{one.gap:+.3f}")
        for one in reliable.bins
        if one.success.trials
    ]
    return (
        f"<h2>Is the confidence true?</h2>\n<p>Expected calibration error {reliable.error:.3f}; Brier score "
        f"{reliable.brier:.4f}, and {reliable.brier_constant:.4f} for always saying the share of successes "
        f"(n = {reliable.trials}).</p>\n{curve(reliable)}\n"
        + pages.table(("confidence", "mean", "succeeded", "too sure by"), rows)
    )


def _failures(report: EvalReport) -> str:
    if report.successes == len(report.trials):
        return "<p>None.</p>"
    legend = (
        "<p>Left what the policy saw: the ring is around the part that was meant, the cross is where the fingers were "
        "to close. Right the cell afterwards.</p>"
    )
    by_cause = {cause: [trial for trial in report.trials if trial.cause == cause] for cause in report.causes}
    return legend + "\n".join(_of_cause(cause, trials) for cause, trials in by_cause.items() if cause != "success")


def _of_cause(cause: str, trials: Sequence[Trial]) -> str:
    rest = len(trials) - SHOWN
    more = f"<p>{rest} more are in the results' file and in --json.</p>" if rest > 0 else ""
    shown = "\n".join(_failure(trial) for trial in trials[:SHOWN])
    return f"<h3>{escape(cause)}: {len(trials)}</h3>\n{shown}{more}"


def _failure(trial: Trial) -> str:
    pictures = "".join(
        f"<img loading='lazy' alt='{when}' height='300' src='data:image/jpeg;base64,{picture}'> "
        for when, picture in (("before", trial.before), ("after", trial.after))
        if picture
    )
    words = ", ".join(f"{word} {value}" for word, value in trial.words.items())
    return (
        f"<details open><summary><span class='failed'>{escape(trial.phrase)}</span> <span class='tags'>scene "
        f"{trial.number}</span></summary><p>{escape(trial.detail)}</p>{pictures}"
        f"<p class='tags'>{escape(words)}</p></details>"
    )


def _phrases(phrases: Mapping[str, tuple[int, int]]) -> str:
    counts = {phrase: Tally(hits=hits, trials=trials) for phrase, (hits, trials) in phrases.items()}
    worst = sorted(counts.items(), key=lambda entry: (entry[1].hits - entry[1].trials, entry[0]))
    return pages.table(("phrase", "succeeded"), [(phrase, tally.describe()) for phrase, tally in worst])
