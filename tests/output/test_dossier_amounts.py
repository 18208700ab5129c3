"""A dossier's page spells amounts as every other place does, with their currency."""

import re

from crmcli.output.page_dossier import _entry

ORDER = {
    "ref": "o1",
    "customer": "c1",
    "ordered_on": "2026-09-01",
    "amount": 48100.0,
    "currency": "CNY",
    "pay_by": None,
}
DEAL = {
    "ref": "d1",
    "customer": "c1",
    "stage": "open",
    "text": "press",
    "amount": 1200000.5,
    "currency": "JPY",
    "weighted": 600000.0,
}
NEED = {
    "ref": "n1",
    "customer": "c1",
    "received_at": "2026-09-01T10:00:00+08:00",
    "text": "slow",
    "budget": 5000.0,
    "cost": 3,
}


def test_an_order_is_headed_by_its_day_and_amount() -> None:
    entry = _entry("customer_order", ORDER)
    assert (entry.heading, list(entry.facts)) == ("o1  2026-09-01  48,100.00 CNY", [])
    masked = _entry("customer_order", ORDER | {"amount": None})
    assert (masked.heading, list(masked.facts)) == ("o1  2026-09-01", [])


def test_the_currency_is_said_with_the_amount_and_a_rating_is_no_amount() -> None:
    assert [text for _label, text in _entry("deal", DEAL).facts] == ["1,200,000 JPY", "600,000 JPY"]
    assert dict(_entry("need", NEED).facts) == {"budget": "5,000.00", "cost": "3"}
    assert not re.search(r"\d\.0\b", str(_entry("deal", DEAL)))
