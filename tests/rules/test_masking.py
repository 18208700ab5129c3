"""What those see who may not see it (HANDBOOK §10)."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.app import build
from crmcli.rules.masking import (
    ORDER_FLAGS,
    looks_masked,
    mask_amounts,
    mask_email,
    mask_kind,
    mask_names,
    mask_numbers,
    mask_person,
    mask_phone,
    mask_points,
    mask_wechat,
)


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


@pytest.mark.parametrize(
    "sign", ["\u2010", "\u2011", "\u2212", "\u200b", "\u2060", "\ufeff", "\u00ad", "/", " / "]
)
def test_however_a_number_is_divided(sign: str) -> None:
    """As word processors, messengers and people divide them."""
    assert (
        mask_numbers(f"请打{sign.join(('138', '1234', '5678'))}找张工") == "请打138****5678找张工"
    )
    assert mask_numbers(f"座机{sign.join(('010', '6234', '5678'))}。") == "座机010-****5678。"


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
    assert "*" in masked and hidden not in masked and looks_masked(masked, "phone")
    assert sum(map(str.isdigit, masked)) <= len(hidden) - 4
    assert phone not in mask_numbers(f"请打{phone}找张工")


@given(st.text(min_size=1).filter(lambda text: bool(text.strip()) and "*" not in text))
def test_nothing_is_given_back(text: str) -> None:
    for mask in (mask_phone, mask_email, mask_person, mask_wechat):
        assert mask(text) not in ("", text.strip())


@given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}@[a-z]{1,9}\.(com|cn)", fullmatch=True))
def test_no_address_is_given_back(address: str) -> None:
    assert mask_email(address) != address and looks_masked(mask_email(address), "email")
    assert address not in mask_numbers(f"写给{address}。")


@given(
    st.text(alphabet="张王李欧阳伟娜敏ABCxyz", min_size=1, max_size=6),
    st.sampled_from(["", "经理", "Buyer"]),
)
def test_what_was_masked_looks_masked(name: str, title: str) -> None:
    assert looks_masked(mask_person(name, title), "name")
    assert looks_masked(mask_wechat(name), "wechat")


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
    assert looks_masked(masked, "name") is (masked != "")
    assert looks_masked(f" {masked} ", "name") is (masked != "")


# --- what is taken for masked ---

KINDS = ("name", "phone", "email", "wechat", "text")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("138****5678", "phone wechat text"),
        ("138●●●●5678", "phone wechat text"),
        ("138＊＊＊＊5678", "phone wechat text"),
        ("010-****5678", "phone wechat text"),
        ("****5678", "phone wechat text"),
        ("138****5678 / 010-****5678", "phone wechat text"),
        ("1381234****", "phone wechat text"),
        ("z***@example.com", "email wechat text"),
        ("***@example.com", "email wechat text"),
        ("a***@x.cn, c***@x.cn", "email wechat text"),
        ("z***@example.com, zhang@x.cn", "text"),
        ("110****123X", "text"),
        ("张*", "name"),
        ("张**", "name wechat"),
        ("*伟", "name"),
        ("张*伟", "name"),
        ("欧阳*", "name"),
        ("张*（采购经理）", "name"),
        ("张＊", "name"),
        ("J* (Buyer)", "name"),
        ("*（采购经理）", "name"),
        ("张*; 李*（采购经理）", "name"),
        ("张*; 李伟", ""),
        ("w***", "name wechat"),
        ("_***", "name wechat"),
        ("***", "name phone email wechat text"),
        ("＊＊＊", "name phone email wechat text"),
        ("请打138****5678，找张工", "text"),
        ("电话 ***67，转张工", "text"),
        ("写信到 z***@x.cn", "email wechat text"),
        ("找[张*]要合同", "text"),
        ("1*; 张*", "name"),
        # what people write
        ("5*", "name"), ("A*", "name"), ("5*8", ""), ("5*8 小时服务", ""), ("M8*20 螺丝", ""), ("A*STAR", ""), ("E*TRADE", ""),
        ("重要**事项**", ""), ("**重要**", ""), ("***重要***", ""), ("C*-algebra", ""), ("• 第一点\n• 第二点", ""), ("●合格", ""),
        ("10*", ""), ("A*; ok", ""), ("*", ""), ("五星 *****", ""), ("5***酒店", ""), ("a ** b", ""),
        ("尺寸 5＊8＊10", ""), ("f(x)*g(x)", ""), ("x**2 + y**2", ""), ("SELECT * FROM t", ""), ("价格*必填", ""), ("", ""),
        ("张伟", ""), ("13812345678", ""), ("zhang@example.com", ""),
    ],
)  # fmt: skip
def test_what_looks_masked(text: str, kinds: str) -> None:
    assert [kind for kind in KINDS if looks_masked(text, kind)] == kinds.split()


@given(st.text(max_size=12).map(str.strip))
@example("½")
@example("*@*")
@example("138 1234 5678;a")
@settings(max_examples=200, derandomize=True, deadline=None)
def test_what_any_mask_makes_is_recognised_in_its_column(text: str) -> None:
    for mask, kind in ((mask_phone, "phone"), (mask_email, "email"), (mask_wechat, "wechat")):
        masked = mask(text)
        assert looks_masked(masked, kind) is (masked != ""), (kind, masked)


@given(
    st.lists(
        st.sampled_from(
            ["13812345678", "138 1234 5678", "0571-87654321转801", "+44 20 7946 0958", "400-650-0311", "tel: 62345678", "电话 95588 1", "zhang@example.com", "z@x.cn", "110101199001011237", "6222 0212 3456 7890", "5*8", "**重要**", "，", " ", "找张工", "\n"]
        ),
        max_size=6,
    ).map("，".join)
)  # fmt: skip
@settings(max_examples=200, derandomize=True, deadline=None)
def test_what_is_masked_within_a_text_is_recognised_and_stays_as_it_is(text: str) -> None:
    masked = mask_numbers(text)
    assert looks_masked(masked) is (masked != text)
    assert mask_numbers(masked) == masked
    # Cut or joined into one line later, nothing comes to light that could not be seen before.
    assert mask_numbers(" ".join(text.split())) == " ".join(masked.split())


ORDINARY = st.text(alphabet=st.sampled_from("*＊ab张重要58 ()（）-+.,;\n"), max_size=10).filter(
    lambda text: "**" not in text and "＊＊" not in text and "*＊" not in text and "＊*" not in text
)


@given(ORDINARY)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_no_text_with_single_stars_is_taken_for_masked(text: str) -> None:
    assert not looks_masked(text) and not looks_masked(text, "phone")
    assert not looks_masked(text, "email") and not looks_masked(text, "wechat")


def test_each_field_has_the_kind_of_its_mask() -> None:
    assert [mask_kind(name) for name in ("person", "owner", "person_phone", "phones", "email", "wechat")] == [
        "name", "name", "phone", "phone", "email", "wechat",
    ]  # fmt: skip
    assert {mask_kind(name) for name in ("note", "overall", "tier", "field.stars", "")} == {"text"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "unit", ["*", " ", "x", "1", "a.", "@", "(", "a*", "1*", "***", "* @", ";*", "电话", "138****"]
)
def test_a_huge_cell_is_judged_at_no_more_than_its_length(unit: str, kind: str) -> None:
    text = "1" + unit * 50_000 + "!"
    start = time.process_time()
    looks_masked(text, kind)
    assert time.process_time() - start < 2


# --- names within texts ---


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话联系张伟，张伟同意", "电话联系[张*]，[张*]同意"),
        ("欧阳娜娜和欧阳娜", "[欧*]和[欧*]"),
        ("call John Smith or Ann", "call [J*] or [A*]"),
        ("Annual report, Joanna", "Annual report, Joanna"),
        ("ANN said", "ANN said"),
        ("李", "李"),
        ("", ""),
    ],
)
def test_names_within_a_text(text: str, masked: str) -> None:
    names = ["张伟", "欧阳娜", "欧阳娜娜", "John Smith", "Ann", "李", ""]
    assert mask_names(names)(text) == masked
    assert mask_names(names)(masked) == masked


def test_without_names_a_text_is_as_it_was() -> None:
    assert mask_names([])("张伟") == "张伟"


@pytest.mark.parametrize(
    ("command", "masked"),
    [
        ("crm log-contact c1 hi --cost 120.50", "crm log-contact c1 hi --cost ***"),
        ("crm edit n1 --set budget=4,321", "crm edit n1 --set budget=***"),
        ("crm add-order c1 --amount=7 --on 2026-11-20", "crm add-order c1 --amount=*** --on 2026-11-20"),
        ("crm edit c1 --set note=cost", "crm edit c1 --set note=cost"),
        ("crm edit-deal d1 --amount '¥777888'", "crm edit-deal d1 --amount ***"),
        ("crm edit-deal d1 --amount '12万' --note 'a b'", "crm edit-deal d1 --amount *** --note 'a b'"),
        ("crm edit-deal d1 '--amount=€ 12' --text amount", "crm edit-deal d1 --amount=*** --text amount"),
        ("crm renew k1 --amount '１２００．５０' --until 2028-12-31", "crm renew k1 --amount *** --until 2028-12-31"),
        ("crm edit d1 --set 'amount=12 万' --set currency=USD '--set=amount=$5'", "crm edit d1 --set amount=*** --set currency=USD --set=amount=***"),
        ("crm edit d1 --set amount= --amount ''", "crm edit d1 --set amount= --amount ''"),
        ("crm log-contact c1 hi --signed --cost 5 --json --set amount=7", "crm log-contact c1 hi --signed --cost *** --json --set amount=***"),
        ("crm log-contact c1 'the amount=5 of --cost 7' --signed", "crm log-contact c1 'the amount=5 of --cost 7' --signed"),
        ("crm add-order c1 987656", "crm add-order c1 ***"),
        ("crm add-order '华东 精工' '¥9.8万' --on 2026-11-20", "crm add-order '华东 精工' *** --on 2026-11-20"),
        ("crm --db '/a b/crm.db' --lang=zh add-order --note '5 it'\"'\"'s' --json c1 --currency=USD -- 987656",
         "crm --db '/a b/crm.db' --lang=zh add-order --note '5 it'\"'\"'s' --json c1 --currency=USD -- ***"),
        ("crm add-order [erased] Works 1200 --note x", "crm add-order [erased] *** *** --note x"),
        ("crm add-order 'cut short 1200", "crm add-order 'cut *** ***"),
        ("crm add-customer add-order 12 34", "crm add-customer add-order 12 34"),
    ],
)  # fmt: skip
def test_amounts_in_a_command_line(command: str, masked: str) -> None:
    assert mask_amounts(command) == masked


def test_the_options_of_an_order_without_a_value_are_known() -> None:
    """Else what follows one is taken for its value, and the amount for whose order it is."""
    flags = {
        name
        for one in build("add-order").params
        if getattr(one, "is_flag", False)
        for name in one.opts
    }
    assert flags - {"--help", "--version"} == set(ORDER_FLAGS)


@pytest.mark.parametrize(
    ("command", "masked"),
    [
        ("crm add-person c1 Ann --wechat ann_lee", "crm add-person c1 Ann --wechat a***"),
        ("crm add-person c1 Ann --wechat='ann lee' --phone 62345678", "crm add-person c1 Ann --wechat=a*** --phone ****5678"),
        ("crm edit h1 --set wechat=ann_lee --set 'phones=8001, 62345678'", "crm edit h1 --set wechat=a*** --set 'phones=***, ****5678'"),
        ("crm add-person c1 Ann --phone 138****5678 --email a***@b.cn", "crm add-person c1 Ann --phone 138****5678 --email a***@b.cn"),
        ("crm edit h1 --set 'phones=138****5678; 62345678' --email [erased]", "crm edit h1 --set 'phones=138****5678; ****5678' --email [erased]"),
        ("crm log-contact c1 --channel wechat hi", "crm log-contact c1 --channel wechat hi"),
        ("crm add-customer A --prefer wechat --tag vip", "crm add-customer A --prefer wechat --tag vip"),
    ],
)  # fmt: skip
def test_what_somebody_is_reached_by_in_a_command_line(command: str, masked: str) -> None:
    assert mask_points(command) == masked
