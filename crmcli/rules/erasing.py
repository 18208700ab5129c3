"""Which words of a text are somebody's who is to be forgotten, and the text without them (HANDBOOK §10).

Texts are compared without width, case, accents and invisible signs, so that `ＪＡＮＥ doe` is Jane Doe's. A name in
letters must stand as words of its own (`Jane` is not in `Janet`); Chinese has no such bounds: `张伟` is taken out of
`张伟业`, too, for erasure wins. A phone is found however its digits are grouped, with and without its country.
"""

import re
import shlex
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from crmcli.rules.identity import compiled, email_addresses, email_key, phone_key, phone_numbers

MARK = "[erased]"
"""What stands in place of what was erased, in every language."""

NAME, PHONE, EMAIL = "name", "phone", "email"


class Trace(NamedTuple):
    """Something that a text may hold of somebody: a name (a WeChat name is one, too), a phone or an e-mail.

    `text` is its normal form: two traces are the same when these are. `written` is how a name is spelled.
    """

    kind: str
    text: str
    written: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What makes two of them the same, however they are written."""
        return self.kind, self.text


def traces_of(kind: str, value: str | None) -> Iterator[Trace]:
    """The traces that a stored `value` leaves: of a name, a phone, an e-mail or a wechat; none for an empty one."""
    if not value or not value.strip():
        return
    found: list[Trace] = []
    if kind == EMAIL or (kind == "wechat" and "@" in value):
        keys = map(email_key, email_addresses(value))
        found = [Trace(EMAIL, _folded(key)) for key in keys if key]
    elif kind == PHONE or (kind == "wechat" and _is_number(value)):
        keys = map(phone_key, phone_numbers(value))
        found = [Trace(PHONE, key) for key in keys if key]
    yield from found
    if kind == NAME or not found or (kind == "wechat" and "@" not in value):
        # However odd a phone or an e-mail is, as it was written it must not stay.
        yield Trace(NAME, " ".join(_folded(value).split()), value.strip())


def bare_name(name: str | None) -> str | None:
    """A person's name as texts have it: `张伟` of `张伟（采购）` and of `张伟先生`; None when there is no more of it."""
    if not name:
        return None
    bare = compiled(r"\s*[(（\[【].*\Z", re.DOTALL).sub("", name)
    bare = compiled(r"(?<=..)(?:先生|女士|小姐|老师)\s*\Z").sub("", bare).strip()
    return bare if bare != name.strip() else None


def _is_number(text: str) -> bool:
    return bool(phone_key(text)) and not any(map(str.isalpha, text))


# --- comparing ---


class _Folding(dict[int, str]):
    """What each character is compared as: looked up once, then remembered (for `str.translate`)."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKD", chr(code)).casefold()
        plain = unicodedata.normalize("NFKD", plain)
        kept = [sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Cf")]
        self[code] = "".join(kept)
        return self[code]


_FOLDING = _Folding()


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDING)


# --- what is looked for ---

# Scripts written without spaces between words: no letter beside a word there says that it goes on.
_DENSE = "\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTER = rf"[^\W_{_DENSE}]"
_FEWEST_INSIDE = 2  # signs of a name that is looked for inside a longer text
_SHORT = 2
_GAP = r"[\s().·/‐-―−-]{0,2}"
_OTHER_AREA = r"(?<!\d)[(]?0\d{2,3}[)]?[\s.·-]{0,2}\Z"
_TAKEN = "\ue000"  # neither a letter nor a digit, nor anything that is looked for
_BETWEEN_WORDS = r"[\W_]{0,4}"
# Names that are words, too: only as a name is written, with a capital.
_COMMON = frozenset(
    """
    amber angel april art ash august autumn bay beau bill black blue bob brook brown buck bud carol chance chase chip chuck
    clay cliff cook cream crystal dale dawn day dean destiny dick dollar don drew duke earl earnest faith fay field fish flora
    forest fox frank gay gene ginger glen grace grant gray green grey guy hall harmony harry heather heath hill holly hope hunter
    iris ivy jack jade jasmine jay jean jewel jim joe john josh joy june king lance lane lee lily long love major mark marsh mason
    may melody mercy miles miller myrtle nick noble north olive page pat patience paul pearl penny perry price ray red reed
    rich rob rock rod rose ruby sandy scott sky smith stone storm summer sue taylor ted terry tom tony trinity van victor violet
    wade walker ward west white will win winter wood woods worth young
    test apple orange target shell gap sun oracle visa company customer
    """.split()  # noqa: SIM905 - as many quoted words would fill a screen
)


class _Wanted(NamedTuple):
    """One pattern as the pieces it consists of, and whose it is."""

    pieces: tuple[str, ...]
    trace: Trace


class _Node:
    """Patterns that begin alike, so that a text is not tried against each of them."""

    def __init__(self) -> None:
        self.following: dict[str, _Node] = {}
        self.ends = False

    def add(self, pieces: Iterable[str]) -> None:
        node = self
        for piece in pieces:
            node = node.following.setdefault(piece, _Node())
        node.ends = True

    def pattern(self) -> str:
        """The longest first."""
        parts = [piece + node.pattern() for piece, node in self.following.items()]
        if self.ends:
            parts.append("")
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


class Piece(NamedTuple):
    """A stretch of a text, and whether it is somebody's trace."""

    text: str
    is_trace: bool


class Redactor:
    """Takes the traces of somebody out of texts; `redactor(text)` is the same text where there are none."""

    def __init__(self, traces: Iterable[Trace]) -> None:
        self._whole: set[str] = set()
        self._numbers: dict[str, list[tuple[frozenset[str], str, str]]] = {}
        self._capital: dict[str, set[str]] = {}
        self.too_short: list[str] = []
        self._stands_alone = False  # something is looked for only where it is a whole text
        root = _Node()
        # Numbers and addresses before the names that they may begin with, and of names the longest.
        for trace in sorted(dict.fromkeys(traces), key=lambda one: (one.kind == NAME, -len(one.text))):  # fmt: skip
            if trace.kind == PHONE:
                self._add_phone(root, trace.text)
            elif trace.kind == EMAIL:
                root.add(_address(trace.text))
            else:
                self._add_name(root, trace)
        self._pattern = compiled(root.pattern()) if root.following else None

    def _add_name(self, root: _Node, trace: Trace) -> None:
        self._whole.add(trace.text)
        words = compiled(r"[^\W_]+").findall(trace.text)
        signs = "".join(words)
        if signs and len(signs) < _FEWEST_INSIDE:
            self.too_short.append(trace.written)
            self._stands_alone = True
            return
        if not words:
            if len(trace.text) >= _FEWEST_INSIDE:
                root.add(map(_literal, trace.text))
            else:
                self._stands_alone = True
            return
        if len(words) == 1 and signs.isascii() and (len(signs) <= _SHORT or signs in _COMMON):
            spelled = unicodedata.normalize("NFKC", trace.written)
            self._capital.setdefault(signs, set()).update((spelled, signs.capitalize(), signs.upper()))  # fmt: skip
        root.add(_words(words))
        if len(words) == 2 and all(map(str.isascii, words)):
            root.add(_words(words[::-1]))  # Doe, Jane

    def _add_phone(self, root: _Node, key: str) -> None:
        number, _, extension = key.partition("x")
        local = _local(number)
        forms = _forms(number.lstrip("+"), number.startswith("+")) | ({local} if local else set())
        core = min(forms, key=len)[-8:]
        root.add((core[0], *(_GAP + digit for digit in core[1:-1]), f"{_GAP}{core[-1]}(?!\\d)"))
        self._numbers.setdefault(core, []).append((forms, local, extension))

    def may_touch(self, text: str) -> bool:
        """False where there is surely nothing of them: quick, for there may be very many texts."""
        folded = _folded(text)
        if self._pattern is not None and self._pattern.search(folded) is not None:
            return True
        return self._stands_alone and folded.strip() in self._whole

    def may_touch_command(self, command: str) -> bool:
        """The same of a command line, in which names may be quoted."""
        return self._stands_alone or self.may_touch(command.replace("'\"'\"'", "'"))

    def __call__(self, text: str) -> str:
        return "".join(MARK if piece.is_trace else piece.text for piece in self.pieces(text))

    def pieces(self, text: str) -> Iterator[Piece]:
        """The text in pieces that are traces of theirs and pieces that are not, in order."""
        folded, end = _folded(text), 0
        if self._pattern is not None and self._pattern.search(folded) is not None:
            for start, stop in self._spans(text, folded):
                yield Piece(text[end:start], False)
                yield Piece(text[start:stop], True)
                end = stop
        yield Piece(text[end:], end == 0 and folded.strip() in self._whole)

    def __bool__(self) -> bool:
        return bool(self._whole) or self._pattern is not None

    def _spans(self, text: str, folded: str) -> list[tuple[int, int]]:
        """Where something is to be taken out, as places of the text itself, in order, none overlapping."""
        folded = folded.replace(MARK, _TAKEN * len(MARK))
        found: list[tuple[int, int]] = []
        while some := list(self._found(text, folded)):
            found += some
            for start, end in some:  # a number may have stood right behind a name: now nothing does
                folded = folded[:start] + _TAKEN * (end - start) + folded[end:]
        places = _places(text) if found else []
        spans: list[tuple[int, int]] = []
        for start, end in sorted(
            (places[start], _after(text, places, end)) for start, end in found
        ):
            if spans and start < spans[-1][1]:
                start, end = spans[-1][0], max(end, spans.pop()[1])
            spans.append((start, end))
        return spans

    def _found(self, text: str, folded: str) -> Iterator[tuple[int, int]]:
        assert self._pattern is not None
        at = 0
        while match := self._pattern.search(folded, at):
            span = self._accepted(text, folded, match.start(), match.end(), at)
            if span is not None:
                yield span
            at = span[1] if span is not None else match.start() + 1

    def _accepted(
        self, text: str, folded: str, start: int, end: int, least: int
    ) -> tuple[int, int] | None:
        found = folded[start:end]
        digits = compiled(r"\D+").sub("", found)
        if digits in self._numbers and compiled(r"[\d\s().·/‐-―−-]+").fullmatch(found):
            return self._number(folded, digits, start, end, least)
        if (allowed := self._capital.get(found)) is not None:
            places = _places(text)
            as_written = text[places[start] : _after(text, places, end)]
            if unicodedata.normalize("NFKC", as_written) not in allowed:
                return None
        return start, end

    def _number(
        self, folded: str, core: str, start: int, end: int, least: int
    ) -> tuple[int, int] | None:
        """The whole number around its last digits, with its extension; None when it is another number."""
        before = compiled(r"\+?[\d\s().·/‐-―−-]*\Z").search(folded, max(least, start - 24), start)
        head = before[0] if before else ""
        for forms, local, extension in self._numbers[core]:
            for cut in range(len(head) + 1):
                rest = head[cut:]
                if rest[:1] not in "+(0123456789" or (rest[:1] == "(" and ")" not in rest):
                    continue
                begin = start - len(rest)
                digits = "".join(filter(str.isdigit, rest)) + core
                if digits not in forms or folded[max(0, begin - 1) : begin].isdigit():
                    continue
                if digits == local and compiled(_OTHER_AREA).search(folded, 0, begin):
                    continue
                return begin, _with_extension(folded, end, extension)
        return None


def _with_extension(folded: str, end: int, extension: str) -> int:
    if extension:
        words = r"\s{0,2}(?:转|分机号?|ext(?:ension|n)?\.?|x|#|,|-)[:：\s]{0,3}"
        if match := compiled(f"{words}{extension}(?!\\d)").match(folded, end):
            return match.end()
    return end


def _forms(digits: str, is_foreign: bool) -> frozenset[str]:
    """The digits that a number may be dialled by, but for the local ones."""
    forms = {digits}
    if is_foreign:
        forms |= {"00" + digits}
        for length in (1, 2, 3):  # of the country's own part, which is not known here
            rest = digits[length:].lstrip("0")
            if len(rest) >= 8:
                forms |= {rest, "0" + rest, digits[:length] + "0" + rest}
        return frozenset(forms)
    national = digits.removeprefix("0")
    forms |= {"0" + national, *(country + national for country in ("86", "0086", "860", "00860"))}
    if _local(digits):
        forms.add(national)
    return frozenset(forms)


def _local(number: str) -> str:
    """A Chinese landline as it is dialled in its own city; '' for others."""
    if number[:1] != "0" or len(number) < 10:
        return ""
    return number[3 if number[1] in "12" else 4 :]


def _literal(sign: str) -> str:
    return r"\s+" if sign.isspace() else compiled(r"([^\w\s])").sub(r"\\\1", sign)


def _words(words: list[str]) -> Iterator[str]:
    """A name's words, one after the other whatever stands between them; bounded where they are letters."""
    gap = ""
    for place, word in enumerate(words):
        for number, sign in enumerate(word):
            piece = _literal(sign)
            is_letter = compiled(_LETTER).fullmatch(sign) is not None
            if place == number == 0 and is_letter:
                piece += f"(?<!{_LETTER}{piece})"
            if place == len(words) - 1 and number == len(word) - 1 and is_letter:
                piece += f"(?!{_LETTER})"
            dense = number and not is_letter
            yield (gap or (r"\s?" if dense else "")) + piece
            gap = ""
        gap = _BETWEEN_WORDS


def _address(address: str) -> Iterator[str]:
    for number, sign in enumerate(address):
        piece = _literal(sign)
        if number == 0:
            piece += f"(?<![a-z0-9._+-]{piece})"
        yield piece + ("(?![a-z0-9_-])" if number == len(address) - 1 else "")


def _places(text: str) -> list[int]:
    """For each sign of the folded text the place that it has in the text, and its end."""
    if text.isascii():
        return list(range(len(text) + 1))
    places = []
    for place, sign in enumerate(text):
        places += [place] * len(_FOLDING[ord(sign)] if ord(sign) > 127 else sign)
    return [*places, len(text)]


def _after(text: str, places: list[int], end: int) -> int:
    """The end in the text of what ends at `end` in the folded one: accents and invisible signs go along."""
    place = places[end - 1] + 1
    while place < len(text) and ord(text[place]) > 127 and not _FOLDING[ord(text[place])]:
        place += 1
    return place


# --- texts of a certain make ---


def redacted_values(
    values: Mapping[str, Any], columns: Collection[str], redact: Redactor
) -> dict[str, str]:
    """The texts of a row that change, by column; nothing else of it."""
    found = {}
    for name in columns:
        value = values.get(name)
        if isinstance(value, str) and value and (made := redact(value)) != value:
            found[name] = made
    return found


def redacted_command(command: str, redact: Redactor, values: Collection[str] = ()) -> str:
    """A command line of the change log; `values` are what was stored by it and is erased, whole arguments each."""
    try:
        words = shlex.split(command)
    except ValueError:  # cut short, or written by another program
        return redact(command)
    made, own = [], _own_words(words)
    for place, word in enumerate(words):
        option, equals, value = word.partition("=")
        if place in own:
            made.append(word)
        elif word in values:
            made.append(MARK)
        elif equals and value in values:
            made.append(f"{option}={MARK}")
        else:
            made.append(redact(word))
    line = command
    if made != words:
        line = " ".join(word if MARK in word else shlex.quote(word) for word in made)
    said = " ".join(word for place, word in enumerate(made) if place not in own)
    return line if redact(said) == said else redact(line)  # what runs over several words


def _own_words(words: list[str]) -> set[int]:
    """The places of what is the program's own, whoever is called so: its name, the command's, and those of options."""
    if words[:1] != ["crm"]:
        return set()
    own = {place for place, word in enumerate(words) if compiled("--[a-z][a-z-]*").fullmatch(word)}
    places = iter(range(1, len(words)))
    for place in places:
        if words[place] in ("--db", "--lang"):
            next(places, None)
        elif not words[place].startswith("-"):
            return {0, *own, place} if compiled("[a-z][a-z-]*").fullmatch(words[place]) else {0, *own}  # fmt: skip
    return {0, *own}


def command_without_arguments(command: str) -> str:
    """What was done, without what was said: `crm log-contact [erased]`."""
    try:
        program, *rest = shlex.split(command)
    except ValueError:
        return MARK
    words = iter(rest if program == "crm" else ())
    for word in words:
        if word in ("--db", "--lang"):
            next(words, None)
        elif not word.startswith("-"):
            return f"crm {word} {MARK}" if compiled("[a-z][a-z-]*").fullmatch(word) else MARK
    return MARK
