"""Politeness: what is said for nothing, and what sentences open with. Data only."""

from collections.abc import Iterator
from itertools import product
from typing import Final


def each(*choices: str) -> Iterator[str]:
    """All runs of words with one of the alternatives of each of `choices`: "could|can", "you|" gives four."""
    for run in product(*(choice.split("|") for choice in choices)):
        yield " ".join(words for words in run if words)


FILLERS: Final = (
    *each("please|pretty please|kindly|pls|plz|thanks|thank you|many thanks|cheers|thx|ty|tks|tnx|much appreciated"),
    *each("thanks|thank you", "a lot|very much|so much|in advance|a million|a bunch|a ton|heaps"),
    *each("|best|kind", "regards"),
    *each("um|uh|uhm|er|erm|hm|hmm|ah|oh|sorry|excuse me"),
    *each("sorry", "but|to bother you|to bother you but|to disturb you|to disturb you but"),
    *each("very|terribly|awfully|kind of|sort of|quick favour|quick favor|hope you are well"),
    *each("as follows|like this|like so"),
    *each("simply|just|only|carefully|gently|quickly|immediately|asap|urgent|urgently|it is urgent|straight|directly"),
    *each("actually|still|really|right now|right away|at once|straight away|now|for me|for us|qty"),
    *each("if", "possible|it is possible|you like|you want|you please|you do not mind|you can|you could|you would"),
    *each("if you", "would|could", "be so", "kind|good"),
    *each("if", "it is|that is", "ok|okay|no trouble|no bother|no problem|not too much trouble|all right"),
    *each("when|whenever|as soon as", "you can|you could|possible|it suits you|you are ready|you are free"),
    *each(
        "when|whenever|once|if|as soon as",
        "you",
        "have|get|find",
        "time|a moment|a minute|a second|a sec|a chance|some time|the time|the chance",
    ),
    *each("be a dear and|do the needful and|do the following|the following|would you kindly"),
    *each("do me", "a|the", "favour|favor", "and"),
    *each("one", "by one|at a time|after the other|after another"),
    *each("robot|mate|buddy|smolcell"),
    *each("that would be", "great|nice|good|lovely|helpful|perfect|all"),
    *each("no", "rush|hurry", "but|"),
    *each("there is", "no", "rush|hurry", "but|"),
    *each("take your time|at your convenience|basically|literally|lol|haha|ta|honestly|of course|obviously"),
    *each("you are", "the best|great|awesome|a star|a legend"),
    *each("thanks|thank you", "again|for your help|for the help|in advance", "|again"),
    *each("sorry to", "bother|disturb", "you again", "|but"),
    *each("i think|i guess|i suppose|i believe|i would say|if i may|with sugar on top"),
    *each("as", "usual|always|discussed|agreed|said|mentioned"),
    *each("then please|now please|please then|folks|lads|dude|bro|man|pal|my friend"),
)
"""Said for politeness or for nothing; dropped wherever they stand."""

OPENERS: Final = (
    *each("do you mind|any chance|is there any chance|is there a chance", "|you could|you can|you would"),
    *each("my dear|maybe|perhaps|possibly"),
    *each("help", "me|us", "|to|and|by"),
    *each("could|can|would|will|might|may", "you|someone", "|possibly|mind|manage to|be able to|be willing to"),
    *each("would you|could you|", "be", "so", "kind|good|nice", "as to|and|to"),
    *each("could|can|may|might", "i|we", "get|have|ask you to|trouble you to|bother you to"),
    *each("could|can|shall", "we", "|maybe|perhaps|just|please", "|get|have"),
    *each(
        "you know what|listen|listen up|look|attention|note|note that|be aware that|heads up|quick one|hmm let me think"
    ),
    *each("let us|let me", "see|think"),
    *each("for|go|let"),
    *each("it is", "important|essential|necessary|crucial|time", "that|"),
    *each("here is what", "i|we", "need|want|would like"),
    *each("here is what", "i|we", "need|want|would like", "you to do"),
    *each("what", "i|we", "need|want|would like", "you to do is", "|to"),
    *each("what|all", "i|we", "need|want|would like", "is", "|for"),
    *each("all", "you", "have to do|need to do|must do", "is", "|to"),
    *each("as for|regarding|concerning|with regard to|when it comes to"),
    *each("how about|what about", "|you|we"),
    *each("why do not", "you|we"),
    *each("is it|would it be", "ok|okay|all right|alright|fine|possible", "if", "you|we"),
    *each("is it|would it be", "ok|okay|all right|alright|fine", "to"),
    *each(
        "it would be|it is",
        "great|nice|good|helpful|lovely|kind|best|better|perfect",
        "if",
        "|you|you could|you would|we could",
    ),
    *each("would be", "great|nice|good|helpful|lovely|kind|cool", "if", "|you|you could|you would"),
    *each("you would", "do me a", "favour|favor", "by|if you would"),
    *each("do me", "a|the", "favour|favor", "|:|and"),
    *each("make it so that|like|i say|say"),
    *each("looks like|it looks like|seems like|it seems", "i|we", "need|want", "|to"),
    *each("i|we", "want|need|would like|would love|wish", "|to|you to|to have|to see|to ask you to"),
    *each("i|we", "have to|should|must|ask you to|am asking you to|hope you can|was hoping you could"),
    *each("i|we", "was wondering|wonder", "|whether you could"),
    *each("i|we", "am going to need|are going to need|will need|gotta have|got to have|could use|could do with"),
    *each(
        "i|we",
        "would",
        "appreciate|appreciate it|be grateful|be happy|be glad|be obliged|be thankful|be delighted|be pleased",
        "|if you|if you would|if you could|if you can",
    ),
    *each("it would be", "great|nice|good|helpful|lovely|kind", "|if you would"),
    *each("would it be|is it", "possible to|possible for you to"),
    *each("what|all", "i|we", "need|want|would like", "is|are"),
    *each("you", "should|must|need to|have to|are to|may|can|are asked to"),
    *each("your|the|my", "|next|first|new", "task|job|order|instruction", "is", "|to"),
    *each("go ahead and|go on and|go and|are you able to|remember to|do not forget to|feel free to|time to"),
    *each("it is time to|try to|let us|see to it that|next up"),
    *each("make sure|be sure|ensure", "|to|that|you"),
    *each("start|begin|finish|finish up|finish off|end|continue|proceed|carry on|go on|conclude", "by|with"),
    *each("hey|hi|hello|dear|morning|evening|afternoon|greetings|howdy|yo|sir|team|guys|friend|my friend"),
    *each("good", "morning|afternoon|evening|day"),
    *each("ok|okay|alright|all right|right|well|so|great|good|yes|there|to|have|do"),
)
"""What may stand before a command; those of AMBIGUOUS_OPENERS count only before a comma or a verb."""

AMBIGUOUS_OPENERS: Final = frozenset(
    {
        "ok",
        "okay",
        "right",
        "good",
        "there",
        "to",
        "have",
        "do",
        "all right",
        "help me",
        "help us",
        "go",
        "for",
        "like",
        "look",
    }
    | {"how about", "what about", "say", "let me see", "let us see", "shall we", "can we", "could we"}
)
