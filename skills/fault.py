"""Why a call must not start: the value that every preflight check answers with."""

from skills.base import Value


class Fault(Value):
    """One reason not to start; `remedy` says what to change."""

    check: str
    text: str
    remedy: str

    def describe(self) -> str:
        return f"{self.text}: {self.remedy}"
