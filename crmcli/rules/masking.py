"""How private values look to those who may not see them, and how to tell that one was masked (HANDBOOK §10).

No mask here gives back a value it was handed; `''` stays `''`. What a mask makes `looks_masked` in a column of its kind.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from crmcli.rules.identity import compiled, email_addresses, phone_key, phone_numbers

HIDDEN = "***"


def mask_phone(text: str) -> str:
    """`138****5678`, `010-****5678`, `+44****0958`; a short number keeps two digits; of several, each."""
    return " / ".join(map(_mask_number, phone_numbers(unicodedata.normalize("NFKC", text))))


_AREA = r"0(?:10|2\d|[3-9]\d\d)(?=\d{7,8}$)"


def _mask_number(number: str) -> str:
    """One number, masked: its network, area or country in front and four digits at the end are left."""
    key = phone_key(number).partition("x")[0]
    if area := compiled(_AREA).match(key):
        return f"{area[0]}-****{key[-4:]}"
    if key.startswith("+"):
        return f"{key[:2] if key[1] in '17' else key[:3]}****{key[-4:]}"
    if len(key) >= 10:
        return f"{key[:3]}****{key[-4:]}"
    if len(key) >= 8:
        return f"****{key[-4:]}"
    digits = "".join(filter(str.isdigit, number))
    return HIDDEN + (digits[-2:] if len(digits) > 4 else "")


def mask_email(text: str) -> str:
    """`z***@example.com`; a local part of one letter shows nothing; of several, each."""
    return ", ".join(map(_mask_address, email_addresses(text)))


def _mask_address(address: str) -> str:
    local, at, domain = address.strip().rpartition("@")
    if not at:
        return HIDDEN
    return f"{local[0] if len(local) > 1 else ''}{HIDDEN}@{domain}"


def mask_person(name: str, title: str = "") -> str:
    """`张*（采购经理）`, `张*` without a title, `J* (Buyer)` in Latin letters; '' when both are empty."""
    name, title = name.strip(), title.strip()
    if not name and not title:
        return ""
    masked = name[:1] + "*"
    if not title:
        return masked
    return f"{masked} ({title})" if (name + title).isascii() else f"{masked}（{title}）"


def mask_wechat(text: str) -> str:
    """`w***`; a WeChat name that is a phone number or an address is masked as one."""
    text = text.strip()
    if not text:
        return ""
    if "@" in text:
        return mask_email(text)
    if text.lstrip("+").isdigit():
        return mask_phone(text)
    return (text[0] if len(text) > 1 else "") + HIDDEN


_HALF_WIDTH = {
    ord(wide): narrow
    for wide, narrow in zip("０１２３４５６７８９＋－", "0123456789+-", strict=True)
}
# Word processors and messengers divide numbers by dashes of their own, and by signs that nobody sees.
_HALF_WIDTH |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2015\u2212\ufe63"), "-")
_HALF_WIDTH |= dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"), " ")
# Runs of digits that are somebody's: the longest forms first. `-` here is any of the usual separators.
_GAP = r"\s{0,3}[.·－–/-]?\s{0,3}"
_NUMBERS = rf"""(?<![\d])(?:
      (?P<identity> \d{{6}}[ -]?(?:19|20)\d{{2}}[ -]?\d{{4}}[ -]?\d{{3}}[\dXxＸｘ]  # 18 digits, in groups or not
                  | (?:\d{{4}}[ -]){{3,4}}\d{{1,4}}                # a bank card
                  | \d{{15,}}[XxＸｘ]? | \d{{14}}[XxＸｘ] )
    | (?P<phone>
        (?:(?:\+|00)?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}    # a Chinese mobile
      | (?:(?:\+|00)86{_GAP})?[(（]?0\d{{2,3}}[)）]?{_GAP}\d{{3,4}}{_GAP}\d{{4}}
      | \+\d[\d\s()（）.·-]{{5,18}}\d                                 # with a country
      | [48]00{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}
      | [(（]?[2-9]\d{{2}}[)）]?[\s.-]{{1,2}}\d{{3}}[\s.-]\d{{4}}
      )
    )(?!\d)"""
_PHONE_WORD = (
    r"(?:电话|座机|手机号?|传真|(?<![a-z])(?:tel|phone|mobile|fax))\.?\s{0,2}[:：]?\s{0,2}"
)
_AFTER_WORD = rf"({_PHONE_WORD})(\d[\d -]{{4,18}}\d)"
_ADDRESS = r"[A-Za-z0-9._%+'-]{1,64}[@＠][\w-]+(?:[.．][\w-]+)*"
_WIDE_ADDRESS = r"\w{1,64}[@＠][\w-]+(?:[.．][\w-]+)*"


def mask_numbers(text: str) -> str:
    """Free text with the phones, e-mails and ID-like numbers (15–18 digits, bank cards) in it masked.

    Dates, amounts and order numbers stay: a run of 7 to 14 digits is masked only when it reads as a phone.
    """
    for masked in _MASKED_IN_TURN:
        if found := masked(text):
            text = _with(text, found)
    return text


def traced(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The same, with from where to where in `text` what each of its characters stands for is: all of a mask for all that it hides."""
    origins = [(place, place + 1) for place in range(len(text))]
    for masked in _MASKED_IN_TURN:
        found, shown, end = masked(text), [], 0
        for start, after, mask in found:
            shown += origins[end:start]
            shown += [(origins[start][0], origins[after - 1][1])] * len(mask)
            end = after
        text, origins = _with(text, found), shown + origins[end:]
    return text, origins


_Masks = list[tuple[int, int, str]]
"""From where to where in a text, and what stands there instead."""


def _addresses(text: str) -> _Masks:
    return _found(compiled(_ADDRESS), text, _address) if "@" in text or "＠" in text else []


def _wide_addresses(text: str) -> _Masks:
    return _found(compiled(_WIDE_ADDRESS), text, _address) if "@" in text or "＠" in text else []


def _address(match: re.Match[str]) -> str:
    return mask_email(match[0])


def _numbers(text: str) -> _Masks:
    """What is found in half width; everything else stays as wide as it was written."""
    if not any(map(str.isdigit, text)):
        return []
    return _found(compiled(_NUMBERS, re.VERBOSE), text.translate(_HALF_WIDTH), _mask_found)


def _after_words(text: str) -> _Masks:
    if not any(map(str.isdigit, text)):
        return []
    pattern = compiled(_AFTER_WORD, re.IGNORECASE)
    return [
        (*match.span(2), mask_phone(match[2]))
        for match in pattern.finditer(text.translate(_HALF_WIDTH))
    ]


_MASKED_IN_TURN = (_addresses, _wide_addresses, _numbers, _after_words)


def _found(pattern: re.Pattern[str], text: str, mask: Callable[[re.Match[str]], str]) -> _Masks:
    return [(*match.span(), mask(match)) for match in pattern.finditer(text)]


def _with(text: str, masks: _Masks) -> str:
    parts, end = [], 0
    for start, after, mask in masks:
        parts += [text[end:start], mask]
        end = after
    return "".join(parts) + text[end:]


def _mask_found(match: re.Match[str]) -> str:
    if match["phone"]:
        return mask_phone(match["phone"])
    digits = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", match["identity"])))
    return f"{digits[:3]}****{digits[-4:]}"


_POINT = r"""
      (?P<said> --(?:phone|email|wechat)(?:=|\s+) | \b(?:phones?|emails?|wechat)= ) (?P<value> '[^']*' | "[^"]*" | [^\s'"]+ )
    | (?P<quoted> '(?:phones?|emails?|wechat)= ) (?P<rest> [^']+ )"""
_OWN_MARKS = ("**", "[erased]")


def mask_points(command: str) -> str:
    """A command line whose texts are masked, with what stays of phones, e-mails and WeChat in its options hidden, too.

    There anything is one, and need not look like one: `--wechat z***`, `--phone ***78`.
    """

    def masked(match: re.Match[str]) -> str:
        said = match["said"] or match["quoted"]
        value = match["rest"] or match["value"].strip("'\"")
        mask = {"p": mask_phone, "e": mask_email, "w": mask_wechat}[said.strip("-'")[0]]
        parts = compiled(r"([,;，；、]\s*)").split(value)  # a list, and what stands between
        made = "".join(
            part if n % 2 or any(mark in part for mark in _OWN_MARKS) else mask(part)
            for n, part in enumerate(parts)
        )
        return match[0] if made == value else said + made

    return compiled(_POINT, re.VERBOSE).sub(masked, command)


_WORD = r"""(?:'[^']*'|"[^"]*"|[^\s'"]|['"])+"""
"""One argument as a shell writes it; a quote without its other one is a sign like any."""
_AMOUNT = r"--(?:cost|budget|amount)"
_SET_AMOUNT = r"((?:--set=)?\s*(?:cost|budget|amount)\s*=)\s*\S"
ORDER_FLAGS = ("--json", "--reveal", "--dry-run", "--plain")
"""The options of `crm add-order` that have no value."""


def mask_amounts(command: str) -> str:
    """A command line with the amounts of money in it hidden, however they are written and quoted.

    Those in options, `--cost ***`, `--set budget=***`, and the one that `crm add-order` takes as an argument.
    """
    ordering = compiled(r"\badd-order\b").search(command)
    if not ordering and not compiled(r"cost|budget|amount").search(command):
        return command
    option, arguments, is_order, only_arguments = "", 0, False, False

    def masked(match: re.Match[str]) -> str:
        nonlocal option, arguments, is_order, only_arguments
        word, before, option = match[0], option, ""
        plain = compiled("['\"]").sub("", word)
        if compiled(_AMOUNT).fullmatch(before):
            return HIDDEN if plain else word
        is_set = before == "--set" or plain.startswith("--set=")
        if is_set and (found := compiled(_SET_AMOUNT).match(plain)):
            return found[1] + HIDDEN
        name, equals, value = plain.partition("=")
        is_amount = compiled(_AMOUNT).fullmatch(name) is not None
        if equals and is_amount:
            return f"{name}={HIDDEN}" if value else word
        if is_amount or plain == "--set":  # whatever stands before it: not all options have a value
            option = plain
            return word
        if before:
            return word
        if plain.startswith("--") and not only_arguments:
            only_arguments = plain == "--"
            option = "" if only_arguments or equals or plain in ORDER_FLAGS else plain
            return word
        arguments += 1
        if arguments == 2:  # of `crm` itself, then its command, then whose order it is
            is_order = plain == "add-order"
        return HIDDEN if is_order and arguments > 3 else word

    return compiled(_WORD).sub(masked, command)


def mask_names(names: Iterable[str]) -> Callable[[str], str]:
    """What masks these people's names within texts: `[张*]`. A name of one sign would be found in any text, and is left.

    Of names one of which begins another, the longest that stands there is meant; Latin ones are whole words.
    """
    by_beginning: dict[str, list[str]] = {}
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            by_beginning.setdefault(name[:2], []).append(name)
    if not by_beginning:
        return lambda text: text
    first = "".join(sorted({re.escape(two[0]) for two in by_beginning}))
    may_begin = re.compile(f"[{first}]")

    def masked(text: str) -> str:
        parts, end = [], 0
        for match in may_begin.finditer(text):
            start = match.start()
            if start < end:
                continue
            for name in by_beginning.get(text[start : start + 2], ()):
                if text.startswith(name, start) and _is_whole(text, start, start + len(name)):
                    parts += [text[end:start], f"[{name[0]}*]"]
                    end = start + len(name)
                    break
        return "".join(parts) + text[end:] if parts else text

    return masked


def _is_whole(text: str, start: int, end: int) -> bool:
    """True when what stands there is no piece of a Latin word."""

    def joins(one: str, other: str) -> bool:
        return one.isascii() and one.isalnum() and other.isascii() and other.isalnum()

    return not (start and joins(text[start - 1], text[start])) and not (
        end < len(text) and joins(text[end - 1], text[end])
    )


# --- what was masked ---

NAMES = frozenset({
    "name", "short_name", "person", "given_name", "middle_name", "family_name", "customer", "referred_by", "with", "ours",
    "owner", "tech_owner", "acceptor", "by", "to_name", "next_owner",
})  # fmt: skip
_KINDS = {"phones": "phone", "person_phone": "phone", "emails": "email", "person_email": "email"}


def mask_kind(field: str) -> str:
    """What masks the values of a field, by its name in lists and in the file: name, phone, email, wechat or text."""
    if field in NAMES:
        return "name"
    return _KINDS.get(field, field if field in ("phone", "email", "wechat") else "text")


SIGNS = "*＊●•"
"""What stands in masked values for what is hidden; others than ours use the last ones."""

_TITLE = r"(?:\s?[(（].*[)）])?"
# As mask_person makes them: the first sign, whatever it is, and a title: 1*, _* (Buyer), *（采购经理）.
_OWN_NAME = rf"\S\*{_TITLE}|\*\s?[(（].*[)）]"
_CJK = "[\u3400-\u9fff]"
_ANY_NAME = rf"(?:{_CJK}\*{{1,3}}{_CJK}|{_CJK}{{1,2}}\*{{1,3}}|\*{{1,2}}{_CJK}|\S\*{{2,3}}|\*{{2,}}){_TITLE}"
_PHONE_SIGNS = "0123456789+() x/,;-*"
# Counted repeats only: a note of a hundred thousand stars must cost no more than its length.
_WITHIN = rf"""
      (?<![\d*]) (?: \+\d{{1,3}} | 0\d{{2,3}}- | \d{{3,7}}[ -]? )? \*{{4}} [ -]? \d{{3}}[\dXx] (?![\d*])  # 138****5678, 110****123X
    | (?<!\d) 1[3-9]\d{{1,5}} [ -]? \*{{4,8}} (?!\*)                              # 1381234****
    | (?<!\*) \*{{3}} \d\d (?![\d*])                                             # ***67
    | \*{{3}} @[\w-]                                                             # z***@example.com
    | \[\S\*\]                                                                  # a name within a text: [张*]
    | {_PHONE_WORD.replace(" ", "[ ]")} \*{{3}}(?!\*)"""
_HIDDEN = r"\*{3,}"


def looks_masked(text: str, kind: str = "text") -> bool:
    """True when `text` in a column of this kind is masked: `138****5678`, `z***@example.com`, `张*`, `w***`, `***`.

    In a text what is masked within it counts: such a note must not overwrite the whole one; of several names, phones
    or addresses all must be. `5*`, `A*` and `**重要**` are texts like any other, but as a name `5*` is how 5678 is masked.
    """
    if not any(sign in text for sign in SIGNS):
        return False
    plain = unicodedata.normalize("NFKC", text).replace("●", "*").replace("•", "*").strip()
    if kind == "name":
        # As it is first: of signs that a normal form would make two of.
        if compiled(_OWN_NAME, re.DOTALL).fullmatch(text.strip()):
            return True
        is_masked = compiled(f"{_OWN_NAME}|{_ANY_NAME}", re.DOTALL).fullmatch
        return all(is_masked(part.strip()) for part in plain.split(";"))
    if compiled(_HIDDEN).fullmatch(plain):
        return True
    if kind == "phone":
        return "**" in plain and not plain.strip(_PHONE_SIGNS)
    if kind == "email":
        parts = [part.strip() for part in plain.replace(";", ",").split(",")]
        return all("**" in part and ("@" in part or not part.strip("*")) for part in parts)
    if kind == "wechat":
        if compiled(r"\S\*{3}").fullmatch(text.strip()) or compiled(r"\S\*{2,}").fullmatch(plain):
            return True
        return looks_masked(text, "email" if "@" in plain else "phone")
    return compiled(_WITHIN, re.VERBOSE | re.IGNORECASE).search(plain) is not None
