"""Amounts of money and their currencies (HANDBOOK §7, CLI.md): integers in the smallest unit that a currency has."""

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
_TIMES = {"万": 10**4, "亿": 10**8}
_GROUPED = r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?"


def read_currency(text: str) -> str:
    """A currency's code by ISO 4217, or by its Chinese name; BadValue names what was meant, when that is near."""
    code = text.strip().upper()
    code = _CALLED.get(code, code)
    if code in CODES:
        return code
    if likely := near(code, sorted(CODES)):
        raise BadValue("currency {code!r} is unknown; did you mean {near}?", code=text, near=likely)
    raise BadValue(
        "currency {code!r} is unknown; write its three letters by ISO 4217, like CNY or USD",
        code=text,
    )


def decimals(currency: str | None) -> int:
    """How many decimals amounts of a currency have: of most, and where none is known, two."""
    return DECIMALS.get(currency or "", 2)


def read_amount(text: str, currency: str | None = None) -> int:
    """An amount in minor units of its currency, written in major ones: `1,200.50`, `¥99`, `12万`.

    BadValue says whether it is no number, negative, finer than the currency's smallest coin, or too large.
    """
    from decimal import Decimal, InvalidOperation

    plain, times = text.replace("，", ",").strip().strip("¥￥$€£ ").removesuffix("元").strip(), 1
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
        raise BadValue("the amount {text} is negative; write it without the minus sign", text=text)
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
