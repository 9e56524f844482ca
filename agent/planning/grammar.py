"""The deterministic planner: every word is understood, or a question is asked."""

from textwrap import shorten
from typing import Final

from agent.planning.between import take_openers
from agent.planning.checks import check_definite, check_order
from agent.planning.control import control_word
from agent.planning.corrections import corrected_at_once
from agent.planning.doubt import MOST_CHOICES, Doubt
from agent.planning.fixtures import check_fixtures
from agent.planning.guesses import Guess, guesses
from agent.planning.lexicon import Lexicon
from agent.planning.own_skills import phrasings
from agent.planning.parse import Move, Parse
from agent.planning.past import recalled_moves
from agent.planning.pointing_back import points_back, take_past
from agent.planning.questions import answer, is_question
from agent.planning.reading import Reading, read
from agent.planning.records import record_words
from agent.planning.refusals import refuse
from agent.planning.run_questions import answer_of_run
from agent.planning.statements import emptied_place, freed_holes, holes_words
from agent.planning.steps import take_clauses
from agent.planning.tokens import END
from agent.planning.unknowns import stand_ins
from agent.planning.wording import listed, plan_words
from agent.planning.wordlist import words
from agent.planning.written_plan import written_plan
from prompts.loader import render
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.errors import BadInput
from skills.plan import Past, Plan, Step, Understanding
from skills.scene import Scene

LONGEST: Final = 1000
"""Characters of an instruction; nobody types more, and an attack often does."""
QUOTED: Final = 60
"""Characters of an instruction that a question repeats, where it is about the whole of it."""
_OF_PLACES: Final = frozenset({"unknown-place", "ask-which-place"})
"""Questions that offer every place; a word that is near to one of them says more."""

_GREETINGS: Final = words("hello hi hey morning evening afternoon good day there greetings howdy how are you")
_POINTING: Final = frozenset({"them", "they", "those", "these", "it"})
"""Words for the parts that were named last, in an order or in a question."""


class GrammarPlanner:
    """Understands instructions by a grammar over the words of the skill cards and of the cell's places."""

    def __init__(self, cell: Cell, catalogue: Catalogue) -> None:
        self._lexicon = Lexicon(cell, catalogue)
        self._own = phrasings(self._lexicon, catalogue)

    def understand(self, instruction: str, scene: Scene | None, past: Past | None = None) -> Understanding:
        """What `instruction` asks for; `scene` answers questions and shows whether "the gear" is one gear.

        `past` is asked only where there would be a question without it, so that it changes nothing else.
        """
        alone = self._understood(instruction, scene)
        if alone.outcome == "question" and (meant := self._rephrased(instruction, scene)):
            return meant
        if past is None or alone.outcome in {"planned", "control"}:
            return alone
        plain = read(instruction[:LONGEST], self._lexicon).plain
        if told := answer_of_run(plain, past):
            return Understanding(outcome="answer", text=told)
        unclear = past.asked_since and not _POINTING.isdisjoint(plain) and "back" not in plain
        return self._understood(instruction, scene, past) if alone.outcome == "question" and not unclear else alone

    def _rephrased(self, instruction: str, scene: Scene | None) -> Understanding | None:
        """An order and its correction in one breath, understood as in two lines; None where it is anything else."""
        said, correction = corrected_at_once(instruction)
        first = self._understood(said, scene) if correction else None
        if first is None or first.plan is None or len(first.plan.steps) > 1:
            return None
        past = Past(plan=first.plan, moved=(0,))
        meant = self._understood(f"I meant {correction}", scene, past)
        return meant if meant.outcome == "planned" else None

    def open_point(self, instruction: str, scene: Scene | None) -> str | None:
        """The name of the prompt with which `understand` asks or refuses; None where it does neither."""
        try:
            self._understand(instruction, scene, None)
        except Doubt as doubt:
            return doubt.prompt
        return None

    def _understood(self, instruction: str, scene: Scene | None, past: Past | None = None) -> Understanding:
        try:
            return self._understand(instruction, scene, past)
        except Doubt as doubt:
            return doubt.understanding()

    def _understand(self, instruction: str, scene: Scene | None, past: Past | None) -> Understanding:
        """Raises: Doubt."""
        try:
            return self._taken(instruction, scene, past)
        except Doubt as doubt:
            if past is None and doubt.outcome == "question" and self._points_back(instruction):
                raise Doubt("ask-nothing-before", words=shorten(instruction, QUOTED, placeholder=" …")) from None
            if doubt.outcome == "question" and (not doubt.choices or doubt.prompt in _OF_PLACES):
                raise self._unknown_word(doubt, instruction, past) or doubt from None
            raise

    def _unknown_word(self, doubt: Doubt, instruction: str, past: Past | None) -> Doubt | None:
        """A question about the one word that is not known; None where `doubt` is about more or something else."""
        reading = read(instruction[:LONGEST], self._lexicon)
        if slip := self._slip(reading, past):
            return slip
        if doubt.prompt == "unknown-place":
            return None
        tried = stand_ins(reading, self._lexicon, place_open=doubt.prompt == "ask-which-place")
        return next((meant.doubt for meant in tried if self._planned(meant.instruction, past)), None)

    def _slip(self, reading: Reading, past: Past | None) -> Doubt | None:
        """A question that offers what a word may have been, where that would be planned: each plan once."""
        found: dict[Plan, Guess] = {}
        for guess in guesses(reading, self._lexicon):
            plan = self._planned(guess.instruction, past)
            if plan and all(guess.said == other.said for other in found.values()):
                found.setdefault(plan, guess)
        if not found:
            return None
        offered = list(found.values())[:MOST_CHOICES]
        known = " or ".join(f"“{guess.known}”" for guess in offered)
        return Doubt("ask-slip", choices=[guess.instruction for guess in offered], word=offered[0].said, known=known)

    def _planned(self, instruction: str, past: Past | None) -> Plan | None:
        """Without a look: which of the parts that are seen is meant is asked afterwards."""
        try:
            return self._taken(instruction, None, past).plan
        except Doubt:
            return None

    def _points_back(self, instruction: str) -> bool:
        return points_back(Parse(read(instruction[:LONGEST], self._lexicon).cursor(), self._lexicon))

    def _taken(self, instruction: str, scene: Scene | None, past: Past | None) -> Understanding:
        if len(instruction) > LONGEST:
            raise Doubt("too-long", length=str(len(instruction)), most=str(LONGEST))
        written = written_plan(instruction, self._lexicon)
        said = plan_words(written) if written else record_words(instruction) or instruction
        reading = read(said, self._lexicon)
        if command := control_word(reading.plain):
            return Understanding(outcome="control", command=command)
        refuse(reading.plain)
        _check_sense(reading, self._lexicon)
        if freed := freed_holes(Parse(reading.cursor(), self._lexicon)):
            named = listed(holes_words(freed, self._lexicon))
            return Understanding(outcome="answer", text=render("note-freed", holes=named), freed=freed)
        if emptied := emptied_place(Parse(reading.cursor(), self._lexicon)):
            text = render("note-emptied", place=f"the {emptied}")
            return Understanding(outcome="answer", text=text, emptied=(emptied,))
        if is_question(asked := Parse(reading.cursor(), self._lexicon)):
            return Understanding(outcome="answer", text=answer(asked, scene))
        parse = Parse(reading.cursor(), self._lexicon, own=self._own, past=past, recalled=recalled_moves(past))
        if past is None or not take_past(parse, scene):
            take_clauses(parse)
        moves = sorted(parse.moves, key=lambda move: move.order)
        for move in moves:
            check_definite(parse, move.phrase, scene)
        check_fixtures(parse, moves)
        steps = [_step(move) for move in moves]
        check_order(steps)
        if not steps:
            raise Doubt("nothing-understood")
        if written and written.steps != tuple(steps):
            raise Doubt("not-understood", words=said)
        text = " ".join((*_heard(reading), *parse.notes))
        return Understanding(outcome="planned", plan=Plan(steps=tuple(steps)), text=text)


def _check_sense(reading: Reading, lexicon: Lexicon) -> None:
    """Raises: Doubt for no words at all, a greeting, and words of which none is known."""
    words = [word for word in reading.plain if word.isalnum()]
    if not words:
        raise Doubt("ask-again")
    if set(words) <= _GREETINGS and words[0] not in {"how", "are", "you"}:
        raise Doubt("greet")
    parse = Parse(reading.cursor(), lexicon)
    take_openers(parse)
    if parse.cursor.word() == END or not any(word in lexicon.vocabulary for word in words):
        raise Doubt("nothing-understood")


def _step(move: Move) -> Step:
    phrase = move.phrase
    try:
        return Step(
            part=phrase.query,
            quantity=phrase.quantity,
            at_most=phrase.at_most,
            source=move.source,
            destination=move.place,
            skill=move.skill,
        )
    except BadInput as error:
        raise Doubt("not-understood", words=str(error.value)) from None


def _heard(reading: Reading) -> list[str]:
    """Says which words were taken for typing errors."""
    corrections = ", ".join(f"“{said}” as “{meant}”" for said, meant in reading.heard)
    return [render("note-heard", corrections=corrections)] if corrections else []
