"""Amounts of money and their currencies (HANDBOOK §7, CLI.md): integers in the smallest unit that a currency has."""

from collections.abc import Sequence

from crmcli.errors import BadValue, near
from crmcli.rules.currencies import CODES, DECIMALS
from crmcli.rules.identity import compiled

MOST = 10**15
"""In minor units; every amount up to it is exact as a number of JSON, and so are sums of thousands of them."""

_CALLED = {
    "RMB": "CNY", "人民币": "CNY", "元": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR", "日元": "JPY", "日圆": "JPY",
    "港元": "HKD", "港币": "HKD", "英镑": "GBP", "韩元": "KRW", "新台币": "TWD", "台币": "TWD", "澳门元": "MOP",
    "澳门币": "MOP", "澳元": "AUD", "加元": "CAD", "新加坡元": "SGD", "新元": "SGD", "瑞士法郎": "CHF", "泰铢": "THB",
    "越南盾": "VND", "卢布": "RUB",
}  # fmt: skip
# Metals, units of account, funds and codes for testing are known, but hardly ever meant.
_NOT_IN_HAND = frozenset(
    {"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"}
    | {code for code in CODES if code.startswith("X")}
)
_TIMES = {"万": 10**4, "亿": 10**8}
_DOLLARS = frozenset({
    "ARS", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "CLP", "COP", "CUP", "DOP", "FJD", "GYD", "HKD", "JMD", "KYD",
    "LRD", "MXN", "NAD", "NZD", "SBD", "SGD", "SRD", "TTD", "TWD", "USD", "UYU", "XCD",
})  # fmt: skip
_YUAN_OR_YEN = frozenset({"CNY", "JPY"})
_SIGNS = {
    "$": _DOLLARS, "＄": _DOLLARS, "¥": _YUAN_OR_YEN, "￥": _YUAN_OR_YEN,
    **{
        sign: frozenset({code})
        for sign, code in {
            "€": "EUR", "£": "GBP", "￡": "GBP", "₩": "KRW", "￦": "KRW", "₹": "INR", "₽": "RUB", "฿": "THB", "₫": "VND",
            "US$": "USD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "A$": "AUD", "C$": "CAD", "CN¥": "CNY", "JP¥": "JPY",
        }.items()
    },
}  # fmt: skip
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，＋－萬億", "0123456789.,+-万亿")
_ANY = ("", "元")  # what the unit of many is called
_MARK = r"[^\d\s.,+\-万亿]*"
_GROUPED = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?"


def read_currency(text: str) -> str:
    """A currency's code by ISO 4217, or by its Chinese name; BadValue names what was meant, when that is near."""
    code = _called(text.strip())
    if code in CODES:
        return code
    if likely := near(code, sorted(CODES - _NOT_IN_HAND)):
        raise BadValue("currency {code!r} is unknown; did you mean {near}?", code=text, near=likely)
    raise BadValue(
        "currency {code!r} is unknown; write its three letters by ISO 4217, like CNY or USD",
        code=text,
    )


def _called(text: str) -> str:
    """The code of a currency called so; a code, a sign and anything else as it is, in capitals."""
    code = text.upper()
    if code.isascii() or code in _CALLED or code in _SIGNS:
        return _CALLED.get(code, code)
    from crmcli.rules.writings import simplified  # its table is large

    return _CALLED.get(simplified(code), code)


def decimals(currency: str | None) -> int:
    """How many decimals amounts of a currency have: of most, and where none is known, two."""
    return DECIMALS.get(currency or "", 2)


def currency_of(text: str, given: str | None, base: str) -> str | None:
    """The currency that an amount is written with: `€50`, `50 USD`, `3000美元`; None when it is written with none.

    `$` and `¥` are signs of several: of what is given besides, or else of the base currency, when it is one of them.
    BadValue when it is none, and when an amount is written with another currency than is given.
    """
    _, *marks = _parted(text)
    likely = _likely(marks)
    if not likely:
        return None
    if given and given not in likely:
        raise BadValue(
            "the amount {text} is not in {currency}, as it is to be; correct it, or the currency",
            text=text,
            currency=given,
        )
    if given or len(likely) == 1:
        return given or next(iter(likely))
    if base not in likely:
        raise BadValue(
            "the amount {text} may be in several currencies; write which with --currency, or with it, like 3000 USD",
            text=text,
        )
    return base


def _parted(text: str) -> tuple[str, str, str]:
    """The number of an amount, and what stands before and after it."""
    number = text.translate(_HALF_WIDTH).strip()
    before = _mark(number)
    number = number[len(before) :]
    after = _mark(number[::-1])[::-1]
    return number[: len(number) - len(after)].strip(), before, after


def _mark(text: str) -> str:
    found = compiled(_MARK).match(text)
    return found.group() if found else ""


def _likely(marks: Sequence[str]) -> frozenset[str] | None:
    """The currencies that all signs, codes and names of an amount may mean; None where it has none that says any."""
    meant = [_meant(mark) for mark in marks if mark not in _ANY]
    return frozenset.intersection(*meant) if meant else None


def _meant(mark: str) -> frozenset[str]:
    code = _called(mark)
    return _SIGNS.get(code) or CODES & {code}


def read_amount(text: str, currency: str | None = None) -> int:
    """An amount in minor units of its currency, written in major ones: `1,200.50`, `¥99`, `12万`, `50 USD`.

    What it is written with is no check of its currency: `currency_of` is.
    BadValue says whether it is no number, negative, finer than the currency's smallest coin, or too large.
    """
    from decimal import Decimal, InvalidOperation

    (plain, *marks), times = _parted(text), 1
    if _likely(marks) == frozenset():
        plain = ""
    if plain[-1:] in _TIMES:
        plain, times = plain[:-1].strip(), _TIMES[plain[-1]]
    if "," in plain and compiled(_GROUPED).fullmatch(plain.lstrip("-")):
        plain = plain.replace(",", "")
    try:
        major = Decimal(plain)
    except InvalidOperation:
        major = Decimal("NaN")
    if not major.is_finite():
        raise BadValue("{text!r} is no amount; write it like 1200 or 1200.50", text=text)
    if major < 0:
        raise BadValue(
            "the amount {text} is negative; write 0 or more, and take a refund off the amount of its order",
            text=text,
        )
    places = decimals(currency)
    if major.adjusted() > 20 or major * times * 10**places >= MOST:
        raise BadValue(
            "the amount {text} is too large; write less than {most}",
            text=text,
            most=f"{MOST // 10**places:,}",
        )
    minor = major.scaleb(places) * times
    if minor != minor.to_integral_value():
        if not places:
            raise BadValue(
                "the amount {text} has decimals, and {currency} has none; write a whole number",
                text=text,
                currency=currency,
            )
        raise BadValue(
            "the amount {text} has too many decimals; write at most {places}",
            text=text,
            places=places,
        )
    return int(minor)


def to_text(minor: int, currency: str | None = None) -> str:
    """An amount as `read_amount` reads it, with all the decimals that its currency has: `1200.50`."""
    from decimal import Decimal

    return format(Decimal(minor).scaleb(-decimals(currency)), "f")


def to_major(minor: int, currency: str | None = None) -> float:
    """An amount in major units, as JSON gives it."""
    return minor / 10.0 ** decimals(currency)
