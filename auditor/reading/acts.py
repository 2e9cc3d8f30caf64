"""What a text does: asks, complains, agrees, refuses, apologises, puts off … (rules/words/<lang>/acts/).

question            anything asked; open_question (what, how long, which) or yes_no_question where that can be told
complaint, request  of a buyer; accuses_attitude: the buyer finds the tone bad; re_asks: asks again
assent, refusal, apology, greeting, thanks, closing
asks_evidence       a photo, a video or other proof is asked for; asks_order_no
escalates           the matter is passed on or looked into; follow_up_promise: more will follow; gives_time: a concrete time
holds               "one moment"; denies_responsibility; offers_solution
"""

from __future__ import annotations

from auditor.model import Lang
from auditor.reading.lexicon import lexicon
from auditor.reading.normal import Normal


def acts(normal: Normal, lang: Lang) -> frozenset[str]:
    """Names of the acts that the text performs."""
    found = set(lexicon("acts", lang).find(normal))
    if "open_question" in found or "yes_no_question" in found:
        found.add("question")
    if "?" in normal.text:
        found.add("question")
        if "open_question" not in found and normal.text.strip(" ?!.~") != "":
            found.add("yes_no_question")
    return frozenset(found)
