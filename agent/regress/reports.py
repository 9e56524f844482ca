"""The results of a suite for others: JUnit for a build server, one HTML page for people."""

from html import escape
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from agent.regress.one import ScenarioResult
from agent.regress.suite import SuiteReport

STYLE: Final = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222 }
h1 { font-size: 1.5rem } table { border-collapse: collapse } td, th { padding: .2rem .8rem .2rem 0; text-align: left }
details { border-top: 1px solid #ddd; padding: .5rem 0 } summary { cursor: pointer }
.failed { color: #b00020; font-weight: 600 } .passed { color: #1b7f3b } .tags { color: #777; font-size: .85em }
img { max-width: 100%; height: auto; margin: .3rem 0 } ol { margin: .3rem 0 }
"""


def write_junit(report: SuiteReport, path: Path) -> None:
    """One test case for each scenario; its tags are properties."""
    seconds = sum(result.seconds for result in report.results)
    failures = str(report.n - report.passed)
    attributes = {"name": "smolcell regress", "tests": str(report.n), "failures": failures, "time": f"{seconds:.2f}"}
    suite = ElementTree.Element("testsuite", attributes)
    for result in report.results:
        case = ElementTree.SubElement(
            suite, "testcase", {"classname": "regress", "name": result.name, "time": f"{result.seconds:.2f}"}
        )
        listed = ElementTree.SubElement(case, "properties")
        for tag in result.tags:
            ElementTree.SubElement(listed, "property", {"name": "tag", "value": tag})
        if not result.passed:
            ElementTree.SubElement(case, "failure", {"message": result.why}).text = _calls(result)
    ElementTree.indent(suite)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def write_html(report: SuiteReport, path: Path) -> None:
    """One file with everything in it, the failed scenarios first."""
    ordered = sorted(report.results, key=lambda result: (result.passed, result.name))
    groups = report.by_tag().items()
    rows = "".join(f"<tr><td>{escape(tag)}</td><td>{escape(tally.describe())}</td></tr>" for tag, tally in groups)
    wrong = ", ".join(report.false_done) or "none"
    path.write_text(
        "<!doctype html>\n<html lang='en'><meta charset='utf-8'><title>smolcell regress</title>"
        f"<style>{STYLE}</style>\n<h1>{escape(report.tally.describe())} scenarios passed</h1>\n"
        f"<p>Said done and were not: {escape(wrong)}. "
        f"Exact accounts: {escape(report.accounts.describe())}.</p>\n<table>{rows}</table>\n"
        + "\n".join(_section(result) for result in ordered)
        + "\n</html>\n",
        encoding="utf-8",
    )


def _section(result: ScenarioResult) -> str:
    mark = "passed" if result.passed else "failed"
    calls = "".join(f"<li>{escape(said.phrase)} · {said.judgement}</li>" for said in result.phrases)
    wrong = (*result.judged.get("faults", ()), *(f"wrong account: {fault}" for fault in result.account_faults))
    faults = "".join(f"<p class='failed'>{escape(fault)}</p>" for fault in wrong)
    pictures = "".join(
        f"<p>{when}<br><img loading='lazy' alt='{when}' src='data:image/jpeg;base64,{picture}'></p>"
        for when, picture in (("before", result.before), ("after", result.after))
        if picture
    )
    return (
        f"<details{'' if result.passed else ' open'}><summary><span class='{mark}'>{mark}</span> "
        f"{escape(result.name)} <span class='tags'>{escape(', '.join(result.tags))} · {result.seconds:.1f} s</span>"
        f"</summary><p>{escape(result.outcome)}: {escape(result.reason)}</p>{faults}<ol>{calls}</ol>{pictures}"
        "</details>"
    )


def _calls(result: ScenarioResult) -> str:
    return "\n".join(f"{said.judgement}: {said.phrase}" for said in result.phrases)
