"""How private values look to those who may not see them (HANDBOOK §10).

No function here gives back a value it was handed; `''` stays `''`.
"""

import re
import unicodedata
from collections.abc import Callable

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
# Runs of digits that are somebody's: the longest forms first. `-` here is any of the usual separators.
_GAP = r"[\s.·－–-]?"
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
_AFTER_WORD = r"((?:电话|座机|手机号?|传真|(?<![a-z])(?:tel|phone|mobile|fax))\.?\s{0,2}[:：]?\s{0,2})(\d[\d -]{4,18}\d)"
_ADDRESS = r"[A-Za-z0-9._%+'-]{1,64}[@＠][\w-]+(?:[.．][\w-]+)*"
_WIDE_ADDRESS = r"\w{1,64}[@＠][\w-]+(?:[.．][\w-]+)*"


def mask_numbers(text: str) -> str:
    """Free text with the phones, e-mails and ID-like numbers (15–18 digits, bank cards) in it masked.

    Dates, amounts and order numbers stay: a run of 7 to 14 digits is masked only when it reads as a phone.
    """
    if "@" in text or "＠" in text:
        text = compiled(_ADDRESS).sub(lambda match: mask_email(match[0]), text)
        text = compiled(_WIDE_ADDRESS).sub(lambda match: mask_email(match[0]), text)
    if not any(map(str.isdigit, text)):
        return text
    text = _substituted(compiled(_NUMBERS, re.VERBOSE), _mask_found, text)
    return _substituted(
        compiled(_AFTER_WORD, re.IGNORECASE), lambda match: match[1] + mask_phone(match[2]), text
    )


def _substituted(pattern: re.Pattern[str], mask: Callable[[re.Match[str]], str], text: str) -> str:
    """What the pattern finds in half width masked; everything else stays as wide as it was written."""
    parts, end = [], 0
    for match in pattern.finditer(text.translate(_HALF_WIDTH)):
        parts += [text[end : match.start()], mask(match)]
        end = match.end()
    return "".join(parts) + text[end:] if parts else text


def _mask_found(match: re.Match[str]) -> str:
    if match["phone"]:
        return mask_phone(match["phone"])
    digits = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", match["identity"])))
    return f"{digits[:3]}****{digits[-4:]}"
