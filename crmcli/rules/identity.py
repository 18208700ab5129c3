"""When are two names, phones, e-mails or credit codes the same? (HANDBOOK §1, CLI.md import)

A key is the normal form that is compared; `''` means that the value identifies nobody.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from operator import mul


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`pattern` compiled on first use: all of them at once are 4 ms, on commands that need none or one."""
    return re.compile(pattern, flags)


# Words that say only what kind of company it is, dots removed ("S.A." is "sa").
_LEGAL_WORDS = frozenset(
    """
    ab ag as aps asa bhd bv co coltd company corp corporation cv eurl ev gmbh inc incorporated jsc kg
    kgaa kk limited limitada llc llp lp ltd ltda mbh nv ohg oy oyj plc pllc pte pty pvt sa sab sarl sas
    sdn se sl slu spa srl ug
    """.split()  # noqa: SIM905 - fifty quoted words would fill a screen
)
_LEGAL_ENDINGS = (
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "有限公司",
    "株式会社",
    "个体工商户",
    "特殊普通合伙",
    "普通合伙",
    "有限合伙",
    "公司",
)
_LAST_SIGNS = frozenset(ending[-1] for ending in _LEGAL_ENDINGS)
# 分公司 and the like are other addressees than the company: 北京分公司 is not 北京分.
_NOT_LEGAL = ("分公司", "子公司", "总公司", "母公司")


_CHINESE = "[\u4e00-\u9fff]+"
_LEGAL_ENDING = rf"(?:{'|'.join(_LEGAL_ENDINGS[:-1])}|(?<![分子总母])公司)$"


class _Characters(dict[int, str | None]):
    """What becomes of each character in a key: looked up once, then remembered (for `str.translate`)."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        # Marks (M) carry meaning in many scripts, "+" and "$" in brands; P, Z and C carry none.
        kept = unicodedata.category(character)[0] not in "PZC" and character not in "®©|~^`"
        self[code] = character if kept else None
        return self[code]


_PLAIN = _Characters()


def name_key(name: str) -> str:
    """The normal form of a customer's name: no case, width, space, punctuation, legal suffix (HANDBOOK §1).

    Never empty for a name with anything in it: 有限公司 alone stays as it is, and so does 集团, which tells
    a group from its daughter (星辰集团有限公司 is 星辰集团, not 星辰).
    """
    if name.isalpha() and min(name) >= "\u4e00" and max(name) <= "\u9fff":  # their own normal form
        return _without_legal_ending(name)
    key = unicodedata.normalize("NFKC", name).casefold()
    if not key.isalnum():
        plain = _without_legal_words(key) if key[-1:].isascii() else key.translate(_PLAIN)
        key = plain or "".join(key.split())
    return _without_legal_ending(key)


def name_keys(names: Sequence[str]) -> list[str]:
    """The normal forms of many names, none of which goes over lines; those of Chinese alone are made at once."""
    are_chinese: Sequence[object] = (True,) * len(names)
    if not all(names) or not compiled(_CHINESE).fullmatch("".join(names)):
        are_chinese = list(map(compiled(_CHINESE).fullmatch, names))
    chinese = [name for name, is_chinese in zip(names, are_chinese, strict=True) if is_chinese]
    cut = iter(compiled(_LEGAL_ENDING, re.MULTILINE).sub("", "\n".join(chinese)).split("\n"))
    return [
        (next(cut) or name) if is_chinese else name_key(name)
        for name, is_chinese in zip(names, are_chinese, strict=True)
    ]


def _without_legal_words(name: str) -> str:
    """`name` without "Co., Ltd." and its kind at the end, punctuation and spaces."""
    words = name.replace(".", "").replace(",", " ").replace("(", " ").replace(")", " ").split()
    if not "".join(words).isalnum():
        words = [word for word in (word.translate(_PLAIN) for word in words) if word]
    while len(words) > 1 and words[-1] in _LEGAL_WORDS:
        words.pop()
    return "".join(words)


def _without_legal_ending(key: str) -> str:
    """`key` without 有限公司 and its kind at the end; never empty."""
    if key[-1:] not in _LAST_SIGNS or not key.endswith(_LEGAL_ENDINGS) or key.endswith(_NOT_LEGAL):
        return key
    ending = next(each for each in _LEGAL_ENDINGS if key.endswith(each))
    return key.removesuffix(ending) or key


# The form most landlines are written in, taken on a short way: area code, number, at most a dash between.
_LANDLINE = r"(0[1-9]\d{1,2})-?([2-9]\d{6,7})"
_SEVERAL = r"[/;；、|\n]|[,，](?=\s?[+\d(（][-+\d()（）\s]{5})"
_EXTENSION = r"(?:转|分机号?|ext(?:ension|n)?\.?=?|x|#|,)[:：\s]{0,3}(\d{1,6})\D*$"
_AFTER_DASH = r"(0\d{2,3}-?\d{7,8})-(\d{1,6})"
_WHOLE_FLOAT = r"(\d+)\.0+"
_SCIENTIFIC = r"(\d)(?:\.(\d+))?e\+?(\d+)"
_MOBILE_LENGTH = 11
_FEWEST_DIGITS = 7  # 95588 or an extension is nobody's own number


def phone_numbers(text: str) -> list[str]:
    """The numbers in one cell, as written: `'138…/139…'` holds two, `'62345678/79'` is left as one."""
    if text.isdigit():
        return [text]
    parts = [part.strip() for part in compiled(_SEVERAL).split(text)]
    numbers = [part for part in parts if sum(map(str.isdigit, part)) >= _FEWEST_DIGITS]
    return numbers if len(numbers) > 1 else [text.strip()] if text.strip() else []


def phone_key(text: str) -> str:
    """The normal form of a phone number: digits, `x` and the extension; of several numbers, the first.

    A Chinese number has no country prefix (`13812345678`, `01062345678x801`), a foreign one keeps its `+`.
    `''` for what is no one's number: fewer than 7 digits, one digit repeated, masked or rounded by a sheet.
    """
    if len(text) == _MOBILE_LENGTH and text[0] == "1" and text.isascii() and text.isdigit():
        return "" if text.count(text[0]) == _MOBILE_LENGTH else text
    if landline := compiled(_LANDLINE, re.ASCII).fullmatch(text):
        return landline[1] + landline[2]
    text = unicodedata.normalize("NFKC", text).strip().lower()
    numbers = phone_numbers(_from_sheet(text))
    if not numbers or "*" in numbers[0] or "xx" in numbers[0]:
        return ""
    number, extension = _split_extension(numbers[0])
    key = _national(number.replace("(0)", ""))
    digits = key.lstrip("+")
    if len(digits) < _FEWEST_DIGITS or digits.count(digits[0]) == len(digits):
        return ""
    return f"{key}x{extension}" if extension else key


def _from_sheet(text: str) -> str:
    """A number as a spreadsheet gives it, made whole: `13812345678.0`, `1.3812345678e+10`; a rounded one is ''."""
    if match := compiled(_WHOLE_FLOAT).fullmatch(text):
        return match[1]
    if match := compiled(_SCIENTIFIC).fullmatch(text):
        digits = match[1] + (match[2] or "")
        return digits if len(digits) == int(match[3]) + 1 else ""
    return text


def _split_extension(number: str) -> tuple[str, str]:
    """The number itself and its extension (''), when what stands before it is a number."""
    if match := compiled(_AFTER_DASH).fullmatch(number):
        return match[1], match[2]
    match = compiled(_EXTENSION).search(number)
    if match and sum(map(str.isdigit, number[: match.start()])) >= _FEWEST_DIGITS:
        return number[: match.start()], match[1]
    return number, ""


def _national(number: str) -> str:
    """The digits of `number`, less the prefix of China; a foreign one as `+` and digits."""
    digits = "".join(filter(str.isdigit, number))
    if "+" in number:
        return _less_china(digits) or "+" + digits
    if digits.startswith("00"):
        return _less_china(digits[2:]) or "+" + digits[2:]
    if digits.startswith("86") and len(digits) in (12, 13):
        return _less_china(digits) or digits
    if len(digits) == 12 and digits[0] == "0" and _is_mobile(digits[1:]):
        return digits[1:]  # dialled from another city in the old days
    return digits


def _less_china(digits: str) -> str:
    """The number as dialled within China when `digits` start with 86, else ''."""
    if not digits.startswith("86"):
        return ""
    rest = digits[2:]
    if _is_mobile(rest) or rest.startswith(("0", "400", "800")):
        return rest
    return "0" + rest


def _is_mobile(digits: str) -> bool:
    return len(digits) == _MOBILE_LENGTH and digits[0] == "1" and digits[1] in "3456789"


# A landline of China without its 0: the area codes in use (two digits are followed by eight), and the local number.
_AREA_AND_NUMBER = (
    r"(?:10|2[0-57-9])[2-8]\d{7}|(?:"
    r"3(?:1[0-9]|35|49|5[0-9]|7[0-9]|9[1-68])"
    r"|4(?:1[125-9]|2[179]|3[1-9]|5[1-9]|6[47-9]|7[0-9]|8[23])"
    r"|5(?:1[0-9]|2[37]|3[0-9]|4[36]|5[0-9]|6[1-46]|7[0-9]|80|9[1-9])"
    r"|6(?:3[1-5]|6[0238]|9[12])"
    r"|7(?:01|1[0-9]|2[248]|3[014-9]|4[3-6]|5[0-9]|6[023689]|7[0-9]|9[0-9])"
    r"|8(?:1[236-8]|2[5-7]|3[0-9]|5[1-9]|7[0-9]|8[36-8]|9[1-8])"
    r"|9(?:0[1-3689]|1[1-79]|3[0-9]|4[13]|5[1-5]|7[0-79]|9[0-9])"
    r")[2-8]\d{6,7}"
)


def with_lost_zero(number: str) -> str:
    """`number` with the 0 that a spreadsheet took from a Chinese landline by making a number of it (CLI.md, Import).

    Only where what is left is a real area code and a local number, 10 or 11 digits: `1062345678` is `01062345678`.
    A mobile number, a 400 or an 800 number and anything else stays as it is.
    """
    return "0" + number if compiled(_AREA_AND_NUMBER, re.ASCII).fullmatch(number) else number


# A mobile; an area code and number; a local, 400 or 800 number; a number with its country.
_USUAL_PHONE = r"(?:1[3-9]\d{9}|0[1-9]\d{8,10}|[2-9]\d{6,9}|\+[1-9]\d{7,14})(?:x\d+)?"
_PHONE_WORDS = r"ext(?:ension|n)?|tel|phone|mobile|fax|[xtmfp]"


def phone_is_odd(text: str) -> bool:
    """True when `text` is worth a warning: not empty, and not a number one could dial (HANDBOOK §1)."""
    if len(text) == _MOBILE_LENGTH and text.isascii() and text.isdigit() and _is_mobile(text):
        return text.count(text[-1]) > 9
    if compiled(_LANDLINE, re.ASCII).fullmatch(text):
        return False
    text = _from_sheet(unicodedata.normalize("NFKC", text).strip().lower()) or text.strip()
    return any(
        not compiled(_USUAL_PHONE, re.ASCII).fullmatch(phone_key(number))
        or re.search("[a-z]", compiled(_PHONE_WORDS).sub("", number)) is not None
        for number in phone_numbers(text)
    )


_BETWEEN_ADDRESSES = "[;,、/\\n]"
_IN_BRACKETS = r"<([^<>\s@]+@[^<>\s]+)>"
_USUAL_EMAIL = r"[^@\s.,;<>()\"]+(?:\.[^@\s.,;<>()\"]+)*@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}"


def email_addresses(text: str) -> list[str]:
    """The addresses in one cell, without names and `mailto:`: `'Zhang <z@x.cn>; a@x.cn'` holds two."""
    text = unicodedata.normalize("NFKC", text).strip().replace("mailto:", "")
    addresses = []
    for part in compiled(_BETWEEN_ADDRESSES).split(text):
        addresses += compiled(_IN_BRACKETS).findall(part) or [
            each for each in part.split() if "@" in each
        ]
    if len(addresses) > 1 or ("<" in text and addresses):
        return addresses
    return [text] if text else []


def email_key(text: str) -> str:
    """The normal form of an e-mail address: width and case dropped; the first of several; '' when there is no @."""
    if not text.isascii() or not text.replace("@", "", 1).replace(".", "").isalnum():
        text = next(iter(email_addresses(text)), "")
    key = text.strip().lower()
    return key if "@" in key and "*" not in key else ""


def email_is_odd(text: str) -> bool:
    """True when `text` is worth a warning: not empty, and not an address one could write to (HANDBOOK §1)."""
    if compiled(_USUAL_EMAIL).fullmatch(text):
        return False
    return any(not compiled(_USUAL_EMAIL).fullmatch(address) for address in email_addresses(text))


# GB 32100-2015: no I, O, S, V, Z; the value of a character is its place, the weights are powers of 3.
_USCC_SIGNS = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = bytes(max(_USCC_SIGNS.find(sign), 0) for sign in range(256))
_USCC_WEIGHTS = [pow(3, place, 31) for place in range(17)] + [1]
_SHORTEST_CODE = 8


def uscc_key(text: str) -> str:
    """The normal form of a credit code: upper case, half width, letters and digits only.

    '' for what identifies nobody: fewer than 8 characters (无, -, N/A) or one character repeated.
    """
    key = text.upper()
    if not (key.isascii() and key.isalnum()):
        key = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", key))).upper()
    return (
        key if len(key) >= _SHORTEST_CODE and key.count(key[0]) < len(key) and key.isascii() else ""
    )


def uscc_is_valid(text: str) -> bool:
    """True for a unified social credit code of 18 characters with the right check digit (GB 32100-2015)."""
    key = uscc_key(text).encode()
    if len(key) != 18 or not key[2:8].isdigit() or key.translate(None, _USCC_SIGNS):
        return False
    total: int = sum(map(mul, key.translate(_USCC_VALUES), _USCC_WEIGHTS))
    return total % 31 == 0
