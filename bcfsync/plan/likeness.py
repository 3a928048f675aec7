"""Which value of a server a word of the files most likely means: a guess for people, never acted on by itself.

Owns: how alike two words are, and what the usual words of four languages have in common. Sees: wording. Sources: the
lists of Solibri, BIMcollab, Catenda, Desite and OpenProject in German, French and Dutch.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_LEAST = 0.5
_SAME, _MEANT, _NEAR = 1.0, 0.95, 0.6

_STATUS = (
    ("open", "offen", "ouvert", "ouverte", "new", "neu", "nouveau", "nieuw", "active", "aktiv", "actif", "actief",
     "reopened", "wieder geöffnet", "rouvert", "heropend", "to do", "erstellt", "created"),
    ("in progress", "in bearbeitung", "in arbeit", "en cours", "en traitement", "in behandeling", "in uitvoering",
     "ongoing", "started", "begonnen", "zugewiesen", "assigned", "assigné", "toegewezen", "laufend", "lopend"),
    ("resolved", "erledigt", "gelöst", "behoben", "résolu", "résolue", "traité", "opgelost", "afgehandeld", "fixed",
     "done", "gereed", "fertig", "terminé", "bearbeitet"),
    ("closed", "geschlossen", "abgeschlossen", "fermé", "fermée", "clos", "clôturé", "gesloten", "afgesloten",
     "verified", "geprüft", "vérifié", "gecontroleerd"),
    ("rejected", "abgelehnt", "zurückgewiesen", "refusé", "rejeté", "afgewezen", "verworpen", "invalid", "ungültig"),
    ("on hold", "waiting", "pending", "wartend", "zurückgestellt", "en attente", "in de wacht", "deferred"),
    ("approved", "freigegeben", "genehmigt", "approuvé", "validé", "goedgekeurd", "accepted", "akzeptiert", "accepté"),
)  # fmt: skip
_NEAREST = {
    "resolved": ("closed",),
    "closed": ("resolved",),
    "in progress": ("open",),
    "on hold": ("in progress", "open"),
    "approved": ("closed", "resolved"),
    "rejected": ("closed",),
}
_TYPE = (
    ("issue", "problem", "problème", "probleem", "thema", "mangel", "défaut", "gebrek", "task", "aufgabe", "tâche",
     "taak"),
    ("clash", "kollision", "konflikt", "collision", "conflit", "botsing", "conflict"),
    ("request", "anfrage", "demande", "verzoek", "rfi", "question", "frage", "vraag", "inquiry"),
    ("remark", "hinweis", "bemerkung", "anmerkung", "remarque", "opmerking", "comment", "kommentar", "commentaire",
     "info", "information"),
    ("error", "fehler", "erreur", "fout", "fault"),
    ("solution", "lösung", "oplossing"),
)  # fmt: skip
_PRIORITY = (
    ("low", "niedrig", "gering", "basse", "faible", "laag", "minor", "tief"),
    ("normal", "mittel", "medium", "normale", "moyenne", "normaal", "gemiddeld", "average"),
    ("high", "hoch", "haute", "élevée", "hoog", "major", "wichtig", "important", "belangrijk"),
    ("critical", "kritisch", "critique", "kritiek", "urgent", "dringend", "sehr hoch", "immediate", "sofort"),
)  # fmt: skip
_STAGE = (
    ("concept", "konzept", "vorentwurf", "esquisse", "schetsontwerp", "vorplanung", "conceptual design"),
    ("design", "entwurf", "planung", "projet", "ontwerp", "entwurfsplanung", "detailed design", "ausführungsplanung"),
    ("tender", "ausschreibung", "appel d'offres", "aanbesteding", "vergabe"),
    ("construction", "ausführung", "bau", "bauausführung", "exécution", "chantier", "uitvoering", "bouw"),
    ("operation", "betrieb", "exploitation", "beheer", "gebruik"),
)  # fmt: skip
_LABEL = (
    ("architecture", "architektur", "architectuur", "architekt", "architectural", "bouwkundig"),
    ("structure", "tragwerk", "statik", "structural", "structuur", "constructie", "tragwerksplanung"),
    ("mep", "tga", "haustechnik", "installaties", "gebäudetechnik", "cvc", "installations", "hvac", "fluides"),
    ("coordination", "koordination", "coördinatie"),
)  # fmt: skip
_WORDS: Mapping[str, Sequence[Sequence[str]]] = {
    "topic_status": _STATUS,
    "topic_type": _TYPE,
    "priority": _PRIORITY,
    "stage": _STAGE,
    "labels": _LABEL,
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A value a word may mean, and how likely, from 0 to 1."""

    value: str
    score: float


def likeliest(member: str, word: str, values: Sequence[str]) -> Guess | None:
    """The value that a word most likely means; None where none is like it."""
    score = _user_score if member == "assigned_to" else _score
    guesses = [Guess(value, round(score(member, word, value), 2)) for value in values]
    best = max(guesses, key=lambda guess: guess.score, default=None)
    return best if best is not None and best.score >= _LEAST else None


def _score(member: str, word: str, value: str) -> float:
    one, other = _folded(word), _folded(value)
    if one == other:
        return _SAME
    meanings = _meaning(member, one), _meaning(member, other)
    if meanings[0] and meanings[1]:
        if meanings[0] == meanings[1]:
            return _MEANT
        near = _NEAREST.get(meanings[0], ()) if member == "topic_status" else ()
        return _NEAR - near.index(meanings[1]) / 20 if meanings[1] in near else 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio() * 0.9


def _meaning(member: str, folded: str) -> str:
    """The English word for what a word means, or ""."""
    return next((group[0] for group in _WORDS.get(member, ()) if folded in map(_folded, group)), "")


def _user_score(_member: str, word: str, value: str) -> float:
    """People: by the part of their address before the @, and by the parts of their names."""
    if _folded(word) == _folded(value):
        return _SAME
    ours, theirs = _names(word), _names(value)
    if not ours or not theirs:
        return 0.0
    if set(ours) == set(theirs) or "".join(ours) == "".join(theirs):
        return _MEANT
    if ours[-1] == theirs[-1] and ours[0][0] == theirs[0][0]:
        return 0.85  # a.meier and anna.meier
    if _initialled(ours) & _initialled(theirs):
        return 0.8  # ameier and anna.meier
    return SequenceMatcher(None, "".join(ours), "".join(theirs), autojunk=False).ratio() * 0.85


def _names(user: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", _folded(user.partition("@")[0]))


def _initialled(names: Sequence[str]) -> set[str]:
    """A name as logins have it: all in one, or the first one's letter and the last one."""
    return {"".join(names)} | ({names[0][0] + names[-1], names[-1] + names[0][0]} if len(names) > 1 else set())


def _folded(word: str) -> str:
    """A word without case, accents and the marks between its parts."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.split(r"[\s_-]+", bare)).strip()
