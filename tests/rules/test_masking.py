"""What those see who may not see it (HANDBOOK §10)."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.rules.identity import looks_masked
from crmcli.rules.masking import mask_email, mask_numbers, mask_person, mask_phone, mask_wechat


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("010-62345678", "010-****5678"),
        ("01062345678", "010-****5678"),
        ("+86 10 6234 5678", "010-****5678"),
        ("0571-87654321转801", "0571-****4321"),
        ("0571-8765432", "0571-****5432"),
        ("400-650-0311", "400****0311"),
        ("62345678", "****5678"),
        ("6234567", "***67"),
        ("8001", "***"),
        ("+1 415 555 2671", "+1****2671"),
        ("+44 20 7946 0958", "+44****0958"),
        ("13812345678/010-62345678", "138****5678 / 010-****5678"),
        ("无", "***"),
        ("", ""),
    ],
)
def test_phone(text: str, masked: str) -> None:
    assert mask_phone(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("zhang@example.com", "z***@example.com"),
        ("z@example.com", "***@example.com"),
        ("Zhang <zhang@example.com>", "z***@example.com"),
        ("ab@x.cn; cd@x.cn", "a***@x.cn, c***@x.cn"),
        ("无", "***"),
        ("", ""),
    ],
)
def test_email(text: str, masked: str) -> None:
    assert mask_email(text) == masked


@pytest.mark.parametrize(
    ("name", "title", "masked"),
    [
        ("张伟", "采购经理", "张*（采购经理）"),
        ("张伟", "", "张*"),
        ("张", "", "张*"),
        ("张伟", "CTO", "张*（CTO）"),
        ("John Smith", "Buyer", "J* (Buyer)"),
        ("", "采购经理", "*（采购经理）"),
        ("", "", ""),
    ],
)
def test_person(name: str, title: str, masked: str) -> None:
    assert mask_person(name, title) == masked


def test_wechat() -> None:
    assert mask_wechat("wxid_zhang") == "w***"
    assert mask_wechat("a") == "***"
    assert mask_wechat("13812345678") == "138****5678"
    assert mask_wechat("zhang@qq.com") == "z***@qq.com"
    assert mask_wechat(" ") == ""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678，邮箱zhang@x.com", "电话138****5678，邮箱z***@x.com"),
        ("身份证110101199001011237。", "身份证110****1237。"),
        ("身份证11010119900101123X", "身份证110****123X"),
        ("身份证 110101 19900101 1237", "身份证 110****1237"),
        ("老证110101900101123", "老证110****1123"),
        ("卡 6222 0212 3456 7890 123", "卡 622****0123"),
        ("6222021234567890123", "622****0123"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("+86-138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("座机 010-62345678", "座机 010-****5678"),
        ("座机(0571)87654321", "座机0571-****4321"),
        ("tel: 62345678", "tel: ****5678"),
        ("call (415) 555-2671", "call 415****2671"),
        ("+1 415 555 2671", "+1****2671"),
        ("张三@例子.中国", "张***@例子.中国"),
        ("2026-11-21 09:00 金额 1,000,000.00", "2026-11-21 09:00 金额 1,000,000.00"),
        ("单号 2026112101，共 12345678 元", "单号 2026112101，共 12345678 元"),
        ("合同 20260101 至 20261231", "合同 20260101 至 20261231"),
        ("没有号码", "没有号码"),
        ("", ""),
    ],
)
def test_numbers_in_free_text(text: str, masked: str) -> None:
    assert mask_numbers(text) == masked


digits = st.text(alphabet="0123456789", min_size=8, max_size=8)
phones = st.one_of(
    st.builds(
        "1{}{}".format, st.sampled_from("3456789"), st.text("0123456789", min_size=9, max_size=9)
    ),
    st.builds("0{}-{}".format, st.sampled_from(["10", "21", "571", "755"]), digits),
    st.builds("+44 20{}".format, digits),
)


@given(phones)
def test_no_phone_is_given_back(phone: str) -> None:
    masked = mask_phone(phone)
    hidden = phone.replace("-", "").replace(" ", "")
    assert "*" in masked and hidden not in masked and looks_masked(masked)
    assert sum(map(str.isdigit, masked)) <= len(hidden) - 4
    assert phone not in mask_numbers(f"请打{phone}找张工")


@given(st.text(min_size=1).filter(lambda text: bool(text.strip()) and "*" not in text))
def test_nothing_is_given_back(text: str) -> None:
    for mask in (mask_phone, mask_email, mask_person, mask_wechat):
        assert mask(text) not in ("", text.strip())


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}@[a-z]{1,9}\.(com|cn)", fullmatch=True))
def test_no_address_is_given_back(address: str) -> None:
    assert mask_email(address) != address and looks_masked(mask_email(address))
    assert address not in mask_numbers(f"写给{address}。")


@given(
    st.text(alphabet="张王李欧阳伟娜敏ABCxyz", min_size=1, max_size=6),
    st.sampled_from(["", "经理", "Buyer"]),
)
def test_what_was_masked_looks_masked(name: str, title: str) -> None:
    assert looks_masked(mask_person(name, title)) and looks_masked(mask_wechat(name))


@pytest.mark.parametrize("unit", ["1", "a", "张", "1 ", "tel", "@", " ", "+1 ", "0-", "1234 "])
def test_a_huge_note_costs_no_more_than_its_length(unit: str) -> None:
    text = "tel@1 " + unit * 50_000 + "!"
    start = time.process_time()
    mask_numbers(text)
    assert time.process_time() - start < 2


@given(name=st.text(max_size=6), title=st.text(max_size=6))
@example("10086", "")
@example(";a", "(b")
@example("½ 店", "")
@example("*", "")
@settings(max_examples=200, derandomize=True, deadline=None)
def test_what_is_masked_of_a_name_is_known_to_be(name: str, title: str) -> None:
    masked = mask_person(name, title)
    assert looks_masked(masked) is (masked != "")
    assert looks_masked(f" {masked} ") is (masked != "")
