"""The files in examples/ are what the README says they are: every row a customer of its own."""

import io
from pathlib import Path

import pytest

from crmcli.exchange.headers import recognise
from crmcli.exchange.opening import open_source
from crmcli.exchange.source import How
from crmcli.exchange.tools import tool_of
from crmcli.exchange.workbook import open_workbook
from crmcli.rules.identity import email_key, name_key, phone_is_odd, phone_key, uscc_is_valid
from tools.example_workbook import write

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "count", "encoding", "delimiter"),
    [
        ("customers.csv", 40, "utf-8", ","),
        ("customers-gb18030.csv", 300, "gb18030", ","),
        ("contacts-english.csv", 15, "utf-8", ";"),
    ],
)
def test_examples(name: str, count: int, encoding: str, delimiter: str) -> None:
    with open_source(str(EXAMPLES / name), How()) as source:
        rows = [cells for _, cells in source.rows()]
    assert (len(rows), source.encoding, source.delimiter) == (count, encoding, delimiter)
    columns = recognise("customers", source.headers)
    assert not columns.unknown and not source.damaged
    assert {len(cells) for cells in rows} == {len(source.headers)}
    for field, key in [
        ("name", name_key),
        ("phone", phone_key),
        ("person_phone", phone_key),
        ("email", email_key),
        ("uscc", str),
    ]:
        for place in columns.places(field):
            values = [cells[place] for cells in rows if cells[place]]
            assert len({key(value) for value in values}) == len(values), field
            assert not any(map(phone_is_odd, values)) or "phone" not in field
            assert all(map(uscc_is_valid, values)) or field != "uscc"


@pytest.mark.parametrize(
    ("name", "tool", "count", "encoding", "skipped"),
    [
        ("linkedin.csv", "LinkedIn connections", 8, "utf-8", 1),
        ("google-contacts.csv", "Google Contacts", 5, "utf-8", 0),
        ("hubspot-contacts.csv", "HubSpot contacts", 4, "utf-8", 0),
        ("companies-gb18030.csv", "a company register (企查查, 天眼查)", 4, "gb18030", 1),
    ],
)
def test_examples_of_other_tools(
    name: str, tool: str, count: int, encoding: str, skipped: int
) -> None:
    with open_source(str(EXAMPLES / name), How()) as source:
        found = tool_of("customers", source.headers)
        assert found and found.name == tool
        assert (source.encoding, len(source.notes), source.damaged) == (encoding, skipped, {})
        assert [len(cells) for _, cells in source.rows()] == [len(source.headers)] * count


def test_the_workbook_is_as_it_is_made() -> None:
    made = io.BytesIO()
    write(made)
    with open_source(str(EXAMPLES / "customers.xlsx"), How()) as source:
        with open_workbook(made, "", How()) as again:
            assert [source.headers, *source.rows()] == [again.headers, *again.rows()]
        rows = [cells for _, cells in source.rows()]
        assert (len(rows), len(source.notes)) == (12, 4)
        columns = recognise("customers", source.headers)
        assert not columns.unknown
        (phone,), (mobile,), (code,) = map(columns.places, ("phone", "person_phone", "uscc"))
    assert all(cells[phone][0] == "0" and not phone_is_odd(cells[phone]) for cells in rows)
    assert not any(phone_is_odd(cells[mobile]) for cells in rows)
    assert all(uscc_is_valid(cells[code]) for cells in rows)


def test_the_excel_file_is_as_excel_writes_it() -> None:
    data = (EXAMPLES / "customers-gb18030.csv").read_bytes()
    assert data.count(b"\r\n") == 301
    assert data.decode("gbk").startswith("客户名称,客户状态,客户等级,")


def test_the_phones_contacts_are_people_at_companies_and_people_alone() -> None:
    with open_source(str(EXAMPLES / "contacts.vcf"), How()) as source:
        name, person = source.headers.index("name"), source.headers.index("person")
        found = [(cells[name], cells[person]) for _, cells in source.rows()]
        assert not recognise("customers", source.headers).unknown
    assert found == [
        ("杭州启明机电有限公司", "陈志强"),
        ("杭州启明机电有限公司", "林晓燕"),
        ("", "王师傅"),
        ("苏州晨光电子有限公司", "欧阳静"),
        ("苏州晨光电子有限公司", ""),
        ("Northwind Traders", "Ann Lee"),
        ("", "周杰"),
    ]
