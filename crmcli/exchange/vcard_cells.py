"""What one vCard says of a contact, as the cells of a row: names, numbers, addresses, as people in China write them too."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import NamedTuple
from urllib.parse import unquote

from crmcli.errors import BadValue
from crmcli.exchange.vcard_lines import Header
from crmcli.exchange.vcard_out import LUNAR_BIRTHDAY, OWN_UID, PRODUCT, eastern
from crmcli.rules import lunar_days

CUSTOMERS = [
    "name", "person", "title", "person_phone", "person_email", "wechat", "phone", "email", "address", "city", "tags", "note",
    "external_id",
]  # fmt: skip
PEOPLE = [
    "customer", "name", "title", "phone", "email", "wechat", "birthday", "note", "external_id",
]  # fmt: skip
"""The headers of the rows, in the contract's words."""

WANTED = frozenset({
    "BEGIN", "END", "VERSION", "AGENT", "KIND", "X-ADDRESSBOOKSERVER-KIND", "X-ABSHOWAS", "X-ABLABEL", "N", "FN",
    "NICKNAME", "ORG", "TITLE", "ROLE", "TEL", "EMAIL", "ADR", "BDAY", "NOTE", "CATEGORIES", "UID", "IMPP",
    "X-SOCIALPROFILE", "X-WECHAT", "X-WEIXIN", "PRODID", LUNAR_BIRTHDAY,
})  # fmt: skip
"""The properties that say something of a contact, or of where a card begins and ends."""

Found = Mapping[str, Sequence[tuple[Header, str]]]
"""The properties of a card by name, in its order, their values as text that is still escaped."""


class Contact(NamedTuple):
    """What a card says; `is_company` is true for one that is a company's own, which then is no person's."""

    company: str
    is_company: bool
    name: str
    title: str
    phones: str
    emails: str
    wechat: str
    address: str
    city: str
    birthday: str
    tags: str
    note: str
    uid: str
    is_group: bool
    """A list of other cards, such as iCloud and Google hold them."""
    is_ours: bool
    """Made by an export of ours, in which a company has one card, and its people have theirs."""

    @property
    def has_own_note(self) -> bool:
        """True when the note is not on the company, too, which has a card of its own for that."""
        return bool(self.is_ours and self.note and self.company and not self.is_company)


def contact(found: Found, leave_out: Callable[[], object]) -> Contact:
    """What the properties say; `leave_out` is called for each value that cannot be used."""
    company, department = _organisation(found)
    name = _name(found)
    kinds = {_first(found, kind).upper() for kind in ("KIND", "X-ADDRESSBOOKSERVER-KIND")}
    is_company = (
        "ORG" in kinds
        or _first(found, "X-ABSHOWAS").upper() == "COMPANY"
        or (bool(company) and _plain(name) in ("", _plain(company)))
    )
    is_ours = _first(found, "PRODID") == PRODUCT
    labels = {header.group: text(value) for header, value in found.get("X-ABLABEL", ())}
    address, city = _address(found)
    return Contact(
        company=company or (name if is_company else ""),
        is_company=is_company,
        name="" if is_company else name,
        title=_first(found, "TITLE") or _first(found, "ROLE") or department,
        phones=_phones(found, labels, leave_out),
        emails=_emails(found),
        wechat=_wechat(found, labels),
        address=address,
        city=city,
        birthday=_birthday(found, leave_out),
        tags=_tags(found),
        note="\n".join(filter(None, (text(value) for _, value in found.get("NOTE", ())))),
        uid=_uid(found, is_company, is_ours or "ORG" in kinds),
        is_group="GROUP" in kinds,
        is_ours=is_ours,
    )


def of_customers(who: Contact) -> list[str]:
    """The cells under `CUSTOMERS`: the company and who is there, or the person as the customer.

    The number of a card is that of its own customer only: two people of a company must not make two of it.
    """
    numbers, none = [who.phones, who.emails], ["", ""]
    of_person, of_company = (none, numbers) if who.is_company else (numbers, none)
    return [
        who.company, who.name, "" if who.is_company else who.title, *of_person, who.wechat, *of_company, who.address, who.city,
        who.tags, "" if who.has_own_note else who.note, who.uid if who.is_company or not who.company else "",
    ]  # fmt: skip


def of_people(who: Contact) -> list[str]:
    """The cells under `PEOPLE`."""
    return [
        who.company, who.name, who.title, who.phones, who.emails, who.wechat, who.birthday, who.note, who.uid,
    ]  # fmt: skip


# --- texts ---

_ESCAPE = re.compile(r"\\([nN\\,;:])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def text(value: str) -> str:
    """A value without its escapes and the white space around it."""
    if "\\" in value:
        value = _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
    if not value.isprintable():
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        value = _CONTROL.sub("", value)
    return value.strip()


def _parts(value: str, mark: str) -> list[str]:
    """The parts of a value between marks that are not escaped, each as text."""
    if "\\" not in value:
        return [text(part) for part in value.split(mark)]
    parts: list[list[str]] = [[]]
    for piece in value.split(mark):
        parts[-1].append(piece)
        if (len(piece) - len(piece.rstrip("\\"))) % 2 == 0:
            parts.append([])
    return [text(mark.join(pieces)) for pieces in parts if pieces]


def _first(found: Found, name: str) -> str:
    """The first value that is not empty."""
    for _header, value in found.get(name, ()):
        if first := text(value):
            return first
    return ""


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


# --- names ---


def _organisation(found: Found) -> tuple[str, str]:
    """The company and the department in it."""
    for _header, value in found.get("ORG", ()):
        company, *departments = _parts(value, ";")
        if company:
            return company, next(filter(None, departments), "")
    return "", ""


def _name(found: Found) -> str:
    whole = _one_line(_first(found, "FN"))
    family, given, more = "", "", ""
    for _header, value in found.get("N", ()):
        parts = [_one_line(part) for part in _parts(value, ";")]
        family, given, more = [*parts, "", "", ""][:3]
        if family or given:
            break
    if eastern(family + given):
        ordered = f"{family}{given}{more}"
        # 伟 张, as programs for other languages put it together, is 张伟.
        is_turned = family and given and _plain(whole) in (given + family, family + given)
        return ordered if is_turned or not whole else whole
    return whole or " ".join(filter(None, (given, more, family))) or _first(found, "NICKNAME")


def _one_line(name: str) -> str:
    return " ".join(name.split())


# --- numbers and addresses of all kinds ---

_FEWEST_DIGITS = 7
_MOBILE = frozenset({"CELL", "IPHONE", "MOBILE"})
_NO_PHONE = frozenset({"FAX", "PAGER", "MODEM", "BBS", "TELEX", "TTY-TDD", "TEXTPHONE"})
_SPOKEN = _MOBILE | {"VOICE"}
_of_fax = re.compile("传真|傳真|(HOME|WORK|OTHER)FAX|^X-FAX").search


def _phones(found: Found, labels: Mapping[str, str], leave_out: Callable[[], object]) -> str:
    """The numbers to call, a mobile first; what the fax answers is none."""
    ranked = []
    for header, value in found.get("TEL", ()):
        number = _number(text(value))
        label = labels.get(header.group, "").upper() if header.group else ""
        is_fax = header.types & _NO_PHONE and not header.types & _SPOKEN
        if number and not (is_fax or label == "FAX" or any(map(_of_fax, (label, *header.types)))):
            ranked.append((not header.types & _MOBILE, "PREF" not in header.types, number))
    ranked.sort(key=lambda each: each[:2])
    numbers = list(dict.fromkeys(number for *_, number in ranked))
    full = [each for each in numbers if sum(map(str.isdigit, each)) >= _FEWEST_DIGITS]
    if full and len(full) < len(numbers):  # beside others, a short one cannot be told apart again
        leave_out()
    return "; ".join(full or numbers)


def _number(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    if colon and scheme.lower() == "tel":
        number, *parameters = rest.split(";")
        for parameter in parameters:
            if parameter.lower().startswith("ext="):
                number += f" ext {parameter[4:]}"
        return unquote(number).strip()
    return "" if colon and scheme.lower() in ("sip", "sips", "facetime") else _one_line(value)


def _emails(found: Found) -> str:
    """The addresses, the preferred one first; X.400 and Exchange's own are none."""
    ranked = []
    for header, value in found.get("EMAIL", ()):
        address = _one_line(text(value))
        if address[:7].lower() == "mailto:":
            address = address[7:]
        if address and "X400" not in header.types and not address.lower().startswith("/o="):
            ranked.append(("PREF" not in header.types, address))
    ranked.sort(key=lambda each: each[0])
    return "; ".join(dict.fromkeys(address for _, address in ranked))


_WECHAT_WORDS = ("wechat", "weixin", "微信")
_SCHEME = re.compile(r"(?:x-apple|wechat|weixin|im|xmpp):(?://)?", re.IGNORECASE).match
_USER_NAME = re.compile(r"[?&](?:username|user|id)=([^&]+)").search


def _wechat(found: Found, labels: Mapping[str, str]) -> str:
    """The WeChat account, wherever a phone keeps it."""
    for name in ("X-WECHAT", "X-WEIXIN"):
        if account := _first(found, name):
            return account
    for name in ("IMPP", "X-SOCIALPROFILE"):
        for header, value in found.get(name, ()):
            address = text(value)
            label = labels.get(header.group, "") if header.group else ""
            about = " ".join((*header.types, header.service, label, address[:8])).lower()
            account = text(header.user) or _account(address)
            if account and any(word in about for word in _WECHAT_WORDS):
                return account
    return ""


def _account(address: str) -> str:
    """The account in an address such as `wechat:zw88`, `x-apple:zw88` or one with `?username=zw88`."""
    if name := _USER_NAME(address):
        return unquote(name[1]).strip()
    if address.lower().startswith(("http:", "https:")):
        return ""
    scheme = _SCHEME(address)
    return unquote(address[scheme.end() :]).strip() if scheme else address


_OUR_COUNTRY = frozenset({"中国", "中华人民共和国", "中國", "china", "cn", "p.r.china", "prchina"})
_CITIES = frozenset({"北京", "北京市", "上海", "上海市", "天津", "天津市", "重庆", "重庆市"})


def _address(found: Found) -> tuple[str, str]:
    """The address at work, or the preferred, or the first, in one line; and its city."""
    best: list[str] = []
    rank = (-1, -1)
    for header, value in found.get("ADR", ()):
        parts = list(map(_in_one_line, _parts(value, ";")))
        own = ("WORK" in header.types, "PREF" in header.types)
        if any(parts) and own > rank:
            best, rank = parts, own
    if not best:
        return "", ""
    box, more, street, city, region, code, country = [*best, *[""] * 7][:7]
    city_or_region = city or (region if region in _CITIES else "")
    if not (box or more or region or code or country):
        return street, city
    if not eastern("".join(best)):
        place = " ".join(filter(None, (region, code)))
        return ", ".join(filter(None, (street, more, box, city, place, country))), city_or_region
    line = ""
    for part in reversed((region, city, street, more, box)):
        # 上海市 before 上海市浦东新区 says nothing more.
        if not (part and line.startswith(part)):
            line = part + line
    if _plain(country) not in _OUR_COUNTRY:
        line = country + line
    return f"{line} {code}".strip(), city_or_region


def _in_one_line(part: str) -> str:
    if "\n" not in part:
        return _one_line(part)
    return ("" if eastern(part) else ", ").join(filter(None, map(_one_line, part.split("\n"))))


# --- the rest ---

_DAY = re.compile(
    r"(?:(\d{4})[-/.年]?|--)(\d\d)-?(\d\d)|(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII
).fullmatch
_NO_YEAR = 1604  # a leap year in which nobody was born: how Apple leaves the year out


def _birthday(found: Found, leave_out: Callable[[], object]) -> str:
    """The birthday as it is stored; '' when no day can be made of it."""
    for _header, value in (*found.get("BDAY", ()), *found.get(LUNAR_BIRTHDAY, ())):
        written = text(value)
        if not written:
            continue
        with suppress(BadValue):
            if lunar := lunar_days.read(written):
                return lunar.stored
        match = _DAY(re.split(r"[T\s]", written, maxsplit=1)[0])
        try:
            if match is None:
                raise ValueError
            year, month, day = (match[place] or match[place + 3] for place in (1, 2, 3))
            found_day = date(int(year or _NO_YEAR), int(month), int(day))
        except ValueError:
            leave_out()
            continue
        whole = found_day.isoformat()
        return whole[5:] if found_day.year == _NO_YEAR else whole
    return ""


_NO_TAGS = frozenset({"mycontacts", "my contacts", "starred", "starred in android"})


def _tags(found: Found) -> str:
    """The categories, but for those that every contact of Google has."""
    if "CATEGORIES" not in found:
        return ""
    tags: dict[str, None] = {}
    for _header, value in found.get("CATEGORIES", ()):
        for part in _parts(value, ","):
            if part.casefold() not in _NO_TAGS:
                tags[_one_line(part)] = None
    return "; ".join(filter(None, tags))


def _uid(found: Found, is_company: bool, is_said: bool) -> str:
    """The number of the card in its own system; a reference of ours holds in its own file only.

    A company's card has one only where it says that it is one (KIND:org) or is ours: phones hold a company several
    times.
    """
    uid = _first(found, "UID")
    return "" if uid.startswith(OWN_UID) or (is_company and not is_said) else uid
