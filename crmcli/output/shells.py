"""How shells ask what may be typed next, and how each is told: the other end of the scripts that Typer installs.

Typer's own answers lose quotes and spaces in names, and leave out what does not begin exactly as it was typed.
"""

import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from crmcli.output.text import visible


class Asked(NamedTuple):
    """A command line as far as it is typed: the words before the cursor's, without the program, and that word.

    `standing` is what the shell leaves of it as it is, so that suggestions go on from there; `quote` is the quotation
    mark that is open then.
    """

    words: Sequence[str]
    word: str
    standing: str = ""
    quote: str = ""


class Offer(NamedTuple):
    """A word that may stand here whole, and what it is; `goes_on` when more is to be typed right after it."""

    word: str
    about: str = ""
    goes_on: bool = False


def asked(shell: str) -> Asked | None:
    """What `shell` asks, as its script puts it into the environment; None for a shell that is not known."""
    return _SHELLS[shell].ask(os.environ) if shell in _SHELLS else None


def tell(shell: str, question: Asked, offers: Sequence[Offer]) -> int:
    """Give the shell its suggestions in the form that its script takes; returns the exit code."""
    text = written(shell, question, offers)
    if shell == "fish" and os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return 0 if text else 1  # it only wants to know whether there is anything
    sys.stdout.write(text + "\n" if text else "")
    sys.stdout.flush()
    return 0


def written(shell: str, question: Asked, offers: Sequence[Offer]) -> str:
    """The same as text; words that a terminal would obey are left out."""
    safe = [offer._replace(about=visible(offer.about)) for offer in offers if offer.word.isprintable()]  # fmt: skip
    return _SHELLS[shell].tell(question, safe)


def shows_help(shell: str) -> bool:
    """Whether the shell shows what a suggestion is beside it."""
    return shell != "bash"


# --- words as shells write them ---


def read_word(raw: str) -> tuple[str, str, str]:
    """A word as the program gets it, what of it stands before a quotation mark that is still open, and that mark."""
    text, standing, quote, escaped = "", "", "", False
    for sign in raw:
        if escaped:
            text += sign if not quote or sign in '"\\$`' else "\\" + sign
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif sign == quote:
            quote = ""
        elif not quote and sign in "'\"":
            quote, standing = sign, text
        else:
            text += sign
    return text, standing if quote else "", quote


def _words(line: str) -> list[str]:
    """The words of a line as they are written; the last is empty after a space."""
    found, quote, escaped = [""], "", False
    for sign in line:
        if not (quote or escaped) and sign.isspace():
            if found[-1]:
                found.append("")
            continue
        if escaped:
            escaped = False
        elif sign == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        found[-1] += sign
    return found


def _ask_in_one_line(environment: Mapping[str, str]) -> Asked:
    *before, last = _words(environment["_TYPER_COMPLETE_ARGS"])
    return Asked([read_word(word)[0] for word in before[1:]], read_word(last)[0])


# --- bash ---

_BREAKS = ":=@"
"""Where bash divides a word, and goes on from, though it stands in one piece."""

_SEVERAL = "…"
"""Keeps bash from putting in what several suggestions have in common, and from a space after a single one."""


def _ask_bash(environment: Mapping[str, str]) -> Asked:
    line, place = environment["COMP_WORDS"], int(environment["COMP_CWORD"])
    pieces = _pieces(line, place) if "\n" in line else _words(line)
    words = [""]
    standing = ""
    divided = False
    for piece in [*pieces, ""][1 : place + 1]:
        is_break = bool(piece) and not piece.strip(_BREAKS)
        if (divided or is_break) and len(words) > 1:
            standing = words[-1] + (piece if is_break else "")
            words[-1] += piece
        else:
            standing = ""
            words.append(piece)
        divided = is_break
    word, before_quote, quote = read_word(words[-1])
    return Asked([read_word(one)[0] for one in words[1:-1]], word, before_quote or read_word(standing)[0], quote)  # fmt: skip


def _pieces(line: str, place: int) -> list[str]:
    """A word a line; those before the cursor's may hold line breaks between quotation marks."""
    found: list[str] = []
    for piece in line.split("\n"):
        if found and len(found) <= place and read_word(found[-1])[2]:
            found[-1] += "\n" + piece
        else:
            found.append(piece)
    return found


def _tell_bash(question: Asked, offers: Sequence[Offer]) -> str:
    start = question.standing
    fitting = [offer for offer in offers if offer.word.startswith(start)]
    told = [_in_bash(offer.word[len(start) :], question.quote) for offer in fitting]
    if len(fitting) == 1 and fitting[0].goes_on:
        told.append(told[0] + _SEVERAL)
    elif len(fitting) > 1 and _loses(question, fitting, _common(told)):
        told.append(_SEVERAL)
    return "\n".join(told)


def _loses(question: Asked, offers: Sequence[Offer], common: str) -> bool:
    """Whether bash, putting in what the words have in common, would take away something typed, or half a sign."""
    is_half = (len(common) - len(common.rstrip("\\"))) % 2 == 1
    return is_half or (common != "" and not _keeps(question, offers))


def _keeps(question: Asked, offers: Sequence[Offer]) -> bool:
    """Whether what the words have in common begins with what was typed, in whatever case and width."""
    common = _common([offer.word for offer in offers])
    return _folded(common).startswith(_folded(question.word))


def _common(words: Sequence[str]) -> str:
    """What all of them begin with."""
    first, last = min(words), max(words)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(sign for sign, _ in same)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


_HARMLESS = frozenset("_./,:=@%+-")


def _in_bash(text: str, quote: str) -> str:
    """`text` as bash reads it back, after the open quotation mark; neither `!` nor `*` may be obeyed."""
    if not quote:
        return "".join(
            f"\\{sign}" if sign.isascii() and not sign.isalnum() and sign not in _HARMLESS else sign
            for sign in text
        )
    if quote == "'":
        told = "".join(f"'\\{sign}'" if sign in "'!*?[" else sign for sign in text)
    else:
        told = "".join(
            f'"\\{sign}"' if sign in "!*?[" else f"\\{sign}" if sign in '"\\$`' else sign
            for sign in text
        )
    # bash closes the mark itself, unless it takes the last sign for one that does.
    return told + quote if told.endswith(quote) else told


# --- zsh, fish, PowerShell ---


def _tell_zsh(question: Asked, offers: Sequence[Offer]) -> str:
    """Code for the script's `eval`: zsh takes the words as they are, and quotes what it puts in."""
    if not offers:
        return "_files"
    # Or what they have in common would be put in place of what was typed.
    menu = "" if _keeps(question, offers) else "compstate[insert]=menu; "
    items = " ".join(_in_zsh(offer) for offer in offers)
    without_space = " -S ''" if any(offer.goes_on for offer in offers) else ""
    return f"{menu}local -a crm_offers; crm_offers=({items}); _describe -V crm crm_offers -U{without_space}"


def _in_zsh(offer: Offer) -> str:
    item = offer.word.replace("\\", "\\\\").replace(":", "\\:")
    if offer.about:
        item += ":" + offer.about.replace("\\", "\\\\")
    return "'" + item.replace("'", "'\\''") + "'"


def _tell_fish(question: Asked, offers: Sequence[Offer]) -> str:
    return "\n".join(f"{offer.word}\t{offer.about}".rstrip("\t") for offer in offers)


def _ask_powershell(environment: Mapping[str, str]) -> Asked:
    words = _words(environment["_TYPER_COMPLETE_ARGS"])
    raw = environment.get("_TYPER_COMPLETE_WORD_TO_COMPLETE", "")
    before = words[1:-1] if raw or not words[-1] else words[1:]
    return Asked([read_word(word)[0] for word in before], read_word(raw)[0])


def _tell_powershell(question: Asked, offers: Sequence[Offer]) -> str:
    return "\n".join(
        f"{_in_powershell(offer.word)}:::{offer.about.replace(':::', ':') or ' '}"
        for offer in offers
    )


def _in_powershell(text: str) -> str:
    plain = all(sign.isalnum() or sign in "-_.:=/" for sign in text)
    return text if plain else "'" + text.replace("'", "''") + "'"


class _Shell(NamedTuple):
    ask: Callable[[Mapping[str, str]], Asked]
    tell: Callable[[Asked, Sequence[Offer]], str]


_SHELLS = {
    "bash": _Shell(_ask_bash, _tell_bash),
    "zsh": _Shell(_ask_in_one_line, _tell_zsh),
    "fish": _Shell(_ask_in_one_line, _tell_fish),
    "powershell": _Shell(_ask_powershell, _tell_powershell),
    "pwsh": _Shell(_ask_powershell, _tell_powershell),
}
