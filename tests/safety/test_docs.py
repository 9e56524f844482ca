"""The page about the gate says what the table says."""

from pathlib import Path

from safety.rules import RULES, Rule


def rows() -> str:
    """The table of docs/safety.md, from the rules."""
    head = ["| rule | number | asked about | requires | limit from | follows |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *(row(rule) for rule in RULES)])


def row(rule: Rule) -> str:
    said = (rule.check.__doc__ or "").strip().splitlines()[0].rstrip(".")
    follows = f"{rule.then}, latched" if rule.latches else rule.then
    return f"| `{rule.name}` | {rule.number} | {rule.stage.value} | {said} | {rule.source} | {follows} |"


def test_every_rule_stands_in_the_table(root: Path) -> None:
    page = (root / "docs" / "safety.md").read_text(encoding="utf-8")
    table = page.split("tests/safety/test_docs.py -->\n")[1].split("\n<!-- /rules -->")[0]

    assert table == rows()


def test_names_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.number for rule in RULES} == {1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13, 15, 16, 19, 20}
