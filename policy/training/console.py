"""Progress of a training run for a person, on stderr."""

from rich.console import Console

from policy.training.loop import StageProgress


class ConsoleReport:
    """One line an event: stage, steps, time so far and to go, figures."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def __call__(self, progress: StageProgress) -> None:
        self._console.print(describe(progress), soft_wrap=True)


def describe(progress: StageProgress) -> str:
    """'flow 500/5000 · 4 min, 36 min to go · loss 0.4801 flow 0.1431'."""
    left = progress.seconds / progress.step * (progress.steps - progress.step)
    figures = " ".join(f"{name} {value:.4f}" for name, value in progress.figures.items())
    times = f"{progress.seconds / 60:.0f} min, {left / 60:.0f} min to go"
    return f"{progress.stage} {progress.step}/{progress.steps} · {times} · {figures}"
