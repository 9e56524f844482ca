"""The results of a suite for others: JUnit for a build server, one HTML page for people."""

from html import escape
from pathlib import Path
from xml.etree import ElementTree

from agent import pages
from agent.regress.one import ScenarioResult
from agent.regress.suite import SuiteReport


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
    tags = pages.table((), ((tag, tally.describe()) for tag, tally in report.by_tag().items()))
    wrong = ", ".join(report.false_done) or "none"
    head = (
        f"<h1>{escape(report.tally.describe())} scenarios passed</h1>\n<p>Said done and were not: {escape(wrong)}. "
        f"Exact accounts: {escape(report.accounts.describe())}.</p>\n"
    )
    body = (head, tags, *(f"{_section(result)}\n" for result in ordered))
    path.write_text(pages.page("smolcell regress", pages.RESULTS, body), encoding="utf-8")


def _section(result: ScenarioResult) -> str:
    mark = "passed" if result.passed else "failed"
    calls = pages.items(f"{said.phrase} · {said.judgement}" for said in result.phrases)
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
