"""Headers in English and Chinese, of the contract and of common tools, find their field."""

from pathlib import Path

import pytest

from crmcli.commands.shared.importing.kinds import KINDS
from crmcli.errors import BadValue
from crmcli.exchange.headers import MANY, TABLES, is_known, recognise
from crmcli.exchange.tools import TOOLS
from docs import import_reference
from tests.contract.program import patched_anew, run

# CLI.md, Import, to the letter.
CONTRACT = {
    "customers": "name 客户名称/公司名称/企业名称, stage 客户状态, tier 客户等级/级别, industry 行业, city 城市,"
    " uscc 统一社会信用代码, phone 电话, email 邮箱, person 联系人, title 职务, person_phone 手机, source 来源,"
    " tags 标签, since 成交日期, note 备注, last_contact 最近跟进时间, next_touch 下次跟进时间",
    "people": "name 姓名, title 职务/职位, phone 手机/电话, email 邮箱, wechat 微信, role 角色, birthday 生日",
    "interactions": "at 跟进时间, channel 跟进方式, direction 方向, summary 跟进内容, with 联系人, intent 意向度,"
    " next 下一步, next_on 下次跟进时间",
    "orders": "ordered_on 下单日期, amount 金额, currency 币种, pay_by 应收日期, paid_on 回款日期",
    "needs": "text 需求内容/问题描述, kind 类型, urgency 紧急程度, status 状态, received_at 提出时间,"
    " resolved_at 解决时间, solution 解决方案, owner 负责人",
    "tasks": "text 任务内容, due 截止日期, owner 负责人, done_on 完成日期, result 结果",
    "promises": "text 承诺内容, due 承诺日期, level 级别, by 承诺方, kept_on 兑现日期, broken_on 未兑现日期",
    "surveys": "need 工单编号, kind 类型, at 回访日期, overall 总体, solved 解决, speed 速度, attitude 态度,"
    " nps 推荐分, comment 意见",
    "deals": "",
}


def promised(kind: str) -> list[tuple[str, str]]:
    pairs = [("external_id", "external_id"), ("编号", "external_id")]
    if kind != "customers":
        pairs += [("customer", "customer"), ("客户名称", "customer")]
    for entry in filter(None, CONTRACT[kind].split(", ")):
        field, chinese = entry.strip().split(" ")
        pairs += [(name, field) for name in (field, *chinese.split("/"))]
    return pairs


@pytest.mark.parametrize("kind", TABLES)
def test_the_contract(kind: str) -> None:
    for header, field in promised(kind):
        assert recognise(kind, [header]).fields == [field], header
    english = list(dict(promised(kind)).values())
    fields = list(dict.fromkeys(english))
    assert recognise(kind, fields).fields == fields


@pytest.mark.parametrize("kind", TABLES)
def test_every_field_is_known_by_its_own_name(kind: str) -> None:
    fields = list(TABLES[kind])
    assert recognise(kind, fields).fields == fields
    assert recognise(kind, [field.upper().replace("_", " ") for field in fields]).fields == fields


@pytest.mark.parametrize("kind", TABLES)
def test_no_name_stands_for_two_fields(kind: str) -> None:
    owners: dict[str, str] = {}
    for field, names in TABLES[kind].items():
        for name in "|".join(names).split("|"):
            assert owners.setdefault(name, field) == field, name


@pytest.mark.parametrize(
    ("kind", "headers", "fields"),
    [
        # Salesforce accounts
        (
            "customers",
            "Account ID,Account Name,Industry,Employees,Phone,Billing Street,Billing City,Billing State/Province,Last Activity,Account Source,Description",
            "external_id,name,industry,size,phone,address,city,province,last_contact,source,note",
        ),
        # HubSpot companies
        (
            "customers",
            "Record ID,Company name,Phone Number,City,Industry,Number of Employees,Last Contacted,Next Activity Date",
            "external_id,name,phone,city,industry,size,last_contact,next_touch",
        ),
        # LinkedIn connections
        (
            "customers",
            "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
            "given_name,family_name,-,email,name,title,-",
        ),
        # Google Contacts
        (
            "customers",
            "Name,Given Name,Family Name,Organization 1 - Name,Organization 1 - Title,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Value,Notes,Group Membership",
            "person,given_name,family_name,name,title,-,email,email,-,phone,phone,note,tags",
        ),
        # Outlook
        (
            "customers",
            "First Name,Last Name,Company,Job Title,Business Street,Business City,Business Phone,Mobile Phone,E-mail Address,E-mail 2 Address,Categories,Notes",
            "given_name,family_name,name,title,address,city,phone,person_phone,email,email,tags,note",
        ),
        # 纷享销客, 销售易
        (
            "customers",
            "客户编号,客户名称（必填）,客户级别,客户来源,行业,省,市,详细地址,电话,最后跟进时间,备注,负责人",
            "external_id,name,tier,source,industry,province,city,address,phone,last_contact,note,-",
        ),
        ("customers", "姓名,手机号码,微信号,生日", "name,person_phone,wechat,-"),
        ("customers", "公司,姓名,职位,联系电话,手机", "name,person,title,phone,person_phone"),
        ("customers", "公司,姓名,联系人", "name,-,person"),
        ("customers", "客户名称,公司名称", "name,-"),
        ("customers", "Company,客户名称", "-,name"),
        ("customers", "电话,电话2,固定电话,Phone (work),电话", "phone,phone,phone,phone,phone"),
        (
            "customers",
            "* CUSTOMER NAME,Ｐｈｏｎｅ,E_mail,备注：,预算（万元）",
            "name,phone,email,note,-",
        ),
        ("customers", "name,,crm_line,crm_reason,foo", "name,-,-,-,-"),
        (
            "people",
            "所属客户,姓名,手机,座机,电子邮箱,职务",
            "customer,name,phone,phone,email,title",
        ),
        (
            "orders",
            "订单编号,客户,订单日期,订单金额（元）,币种,付款日期",
            "external_id,customer,ordered_on,amount,currency,paid_on",
        ),
        (
            "interactions",
            "客户名称,联系时间,沟通方式,跟进记录,我方人员",
            "customer,at,channel,summary,ours",
        ),
        (
            "deals",
            "Account Name,Opportunity Name,Amount,Close Date,Stage,Probability (%)",
            "customer,text,amount,close_on,stage,probability",
        ),
        (
            "needs",
            "Ticket ID,Company,Subject,Priority,Status,Created Date,Closed Date",
            "external_id,customer,text,urgency,status,received_at,resolved_at",
        ),
        # Jira
        (
            "needs",
            "Summary,Issue key,Issue Type,Status,Priority,Resolution,Assignee,Reporter,Created,Updated,Resolved,Due Date,Component/s,Customer",
            "text,external_id,kind,status,urgency,solution,owner,-,received_at,-,resolved_at,needed_by,category,customer",
        ),
        # HubSpot tickets
        (
            "needs",
            "Ticket ID,Ticket name,Pipeline,Ticket status,Create date,Close date,Priority,Ticket owner,Category,Ticket description,Associated Company",
            "external_id,text,-,status,received_at,resolved_at,urgency,owner,category,-,customer",
        ),
        # Salesforce cases
        (
            "needs",
            "Case Number,Account Name,Subject,Status,Priority,Type,Date/Time Opened,Date/Time Closed,Case Owner,Case Origin",
            "external_id,customer,text,status,urgency,kind,received_at,resolved_at,owner,-",
        ),
        # Freshdesk
        (
            "needs",
            "Ticket ID,Subject,Status,Priority,Source,Type,Agent,Group,Created time,Resolved time,Closed time,Company Name",
            "external_id,text,status,urgency,-,kind,owner,-,received_at,resolved_at,-,customer",
        ),
        (
            "needs",
            "工单编号,工单标题,工单类型,优先级,工单状态,客户名称,创建时间,完结时间,受理客服,工单分类,处理结果,期望完成时间,备注",
            "external_id,text,kind,urgency,status,customer,received_at,resolved_at,owner,category,solution,needed_by,-",
        ),
        (
            "promises",
            "客户,承诺事项,兑现期限,承诺等级,承诺人,实际兑现日期,违约日期,违约原因,补偿,结果",
            "customer,text,due,level,owner,kept_on,broken_on,break_reason,amends,result",
        ),
        ("surveys", "客户名称,工单号,满意度,推荐意愿,建议", "customer,need,overall,nps,comment"),
        (
            "surveys",
            "Response ID,Company,Ticket number,Submitted at,CSAT,NPS score,Comments,Respondent,Survey type,Status",
            "external_id,customer,need,at,overall,nps,comment,by,kind,status",
        ),
        (
            "surveys",
            "问卷编号,客户,调查时间,总体满意度,响应速度,服务态度,产品质量,优点,不足,填写人,回访人",
            "external_id,customer,at,overall,speed,attitude,product,good,bad,by,-",
        ),
    ],
)
def test_as_tools_export_them(kind: str, headers: str, fields: str) -> None:
    wanted = [None if field == "-" else field for field in fields.split(",")]
    assert recognise(kind, headers.split(",")).fields == wanted


@pytest.mark.parametrize(
    ("kind", "headers", "fields"),
    [
        (
            "customers",
            "客戶名稱,客戶編號,聯絡人,電話,電郵,地址,備註,統一編號,行動電話,客戶狀態,客戶等級,產業別,縣市,客戶來源,標籤,職稱,最後聯絡日期,下次跟進時間",
            "name,external_id,person,phone,email,address,note,-,person_phone,stage,tier,industry,city,source,tags,title,last_contact,next_touch",
        ),
        ("customers", "公司名稱,姓名,手提電話（必填）,電話1,電話2,統編", "name,person,person_phone,phone,phone,-"),
        ("customers", "单位,联络人,联络电话,信箱", "name,person,phone,email"),
        ("customers", "公司名稱,統一社會信用代碼", "name,uscc"),
        ("people", "客戶名稱,姓名,職稱,行動電話,電子信箱,角色,生日", "customer,name,title,phone,email,role,birthday"),
        ("interactions", "客戶名稱,聯絡日期,聯絡方式,拜訪內容,聯絡人,下次跟進時間", "customer,at,channel,summary,with,next_on"),
        ("orders", "客戶名稱,訂單編號,下單日期,金額,幣別,應收日期,備註,合約編號", "customer,external_id,ordered_on,amount,currency,pay_by,note,contract_external_id"),
        ("needs", "客戶名稱,需求內容,類型,緊急程度,狀態,提出時間", "customer,text,kind,urgency,status,received_at"),
        ("tasks", "客戶名稱,任務內容,截止日期,負責人,完成日期,結果", "customer,text,due,owner,done_on,result"),
    ],
)  # fmt: skip
def test_traditional_characters_and_the_words_beside_them(
    kind: str, headers: str, fields: str
) -> None:
    given = headers.split(",")
    wanted = [None if field == "-" else field for field in fields.split(",")]
    columns = recognise(kind, given)
    assert columns.fields == wanted
    assert set(columns.named) == {
        header for header, field in zip(given, wanted, strict=True) if field
    }
    assert [is_known(kind, header) for header in given] == [field is not None for field in wanted]


def test_a_list_whose_headers_are_known_does_without_the_table_of_characters(place: Path) -> None:
    lists = {
        "known": "客户名称,联系人,手机,邮箱\n甲公司,張三,13800000001,a@b.cn\n",
        "other": "客戶名稱,聯絡人,手機,電郵\n甲公司,張三,13800000001,a@b.cn\n",
    }
    report = place / "loaded"
    program = patched_anew(
        "import atexit, os, sys",
        "table = 'crmcli.rules.characters'",
        "report = os.environ['LOADED']",
        "atexit.register(lambda: open(report, 'w').write(str(table in sys.modules)))",
    )
    loaded = {}
    for name, text in lists.items():
        (place / f"{name}.csv").write_text(text, encoding="utf-8")
        ran = run(f"import {place}/{name}.csv", program=program, LOADED=str(report))
        assert ran.code == 0, ran
        assert "4 of 4 columns recognised." in ran.err
        loaded[name] = report.read_text()
    assert loaded == {"known": "False", "other": "True"}


def test_unknown_and_named() -> None:
    columns = recognise(
        "customers", ["客户名称", "电话", "电话2", "foo", "", "crm_line", "crm_reason", "公司"]
    )
    assert columns.unknown == ["foo", "公司"]
    assert columns.named == {"客户名称": "name", "电话": "phone", "电话2": "phone"}
    assert columns.places("phone") == [1, 2]
    assert columns.places("city") == []


def test_mapping_wins() -> None:
    headers = ["公司", "客户名称", "foo", "预算（万元）", "电话"]
    mapping = {"公司": "name", "FOO": "备注", "预算（万元）": "-", "电话": "person_phone"}
    columns = recognise("customers", headers, mapping)
    assert columns.fields == ["name", None, "note", None, "person_phone"]
    assert columns.unknown == ["客户名称"]


def test_mapping_a_plain_name_beside_a_company() -> None:
    headers = ["Name", "Company"]
    assert recognise("customers", headers, {"Name": "name"}).fields == ["name", None]
    assert recognise("customers", headers, {"Company": "name"}).fields == ["person", "name"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        *((header, "province") for header in ("地区", "所在地区", "所属地区", "区域", "所在区域", "所属区域")),
        *((header, "last_contact") for header in ("上次联系", "上次联系时间", "最后联系", "最近联系", "最后联系日期", "上次跟进")),
    ],
)  # fmt: skip
def test_further_names_of_places_and_of_the_last_contact(header: str, field: str) -> None:
    assert recognise("customers", ["客户名称", header]).fields == ["name", field]


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        (["ID", "Name", "Company"], [None, "person", "name"]),
        (["Record ID", "First Name", "Last Name", "Company"], [None, "given_name", "family_name", "name"]),
        (["ID", "Company", "Contact"], ["external_id", "name", "person"]),
        (["ID", "First Name", "Last Name"], ["external_id", "given_name", "family_name"]),
        (["客户编号", "姓名", "公司"], ["external_id", "person", "name"]),
        (["external_id", "Name", "Company"], ["external_id", "person", "name"]),
    ],
)  # fmt: skip
def test_the_number_of_a_person_is_not_the_company_s(headers: list[str], fields: list[str]) -> None:
    """Or each of its people would be a company of its own."""
    columns = recognise("customers", headers)
    assert columns.fields == fields
    assert columns.unknown == [headers[0]] * (fields[0] is None)
    if fields[0] is None:
        mapped = recognise("customers", headers, {headers[0]: "external_id"})
        assert mapped.fields == ["external_id", *fields[1:]]


def test_mapping_one_of_two_columns_of_the_same_name() -> None:
    assert recognise("customers", ["x", "x", "name"], {"x": "note"}).fields == [
        "note",
        None,
        "name",
    ]
    assert recognise("customers", ["x", "x"], {"x": "phone"}).fields == ["phone", "phone"]


@pytest.mark.parametrize(
    ("kind", "mapping", "sentence"),
    [
        ("customers", {"zzz": "name"}, "the file has no column 'zzz'; it has name, foo"),
        (
            "customers",
            {"foo": "zzz"},
            "'zzz' is not a field of customers; they are external_id, name,",
        ),
        ("customers", {"foo": "name", "name": "name"}, "two columns are mapped to name"),
        ("cats", {}, "'cats' cannot be imported; these can: customers, people,"),
    ],
)
def test_what_does_not_exist_is_named(kind: str, mapping: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadValue) as caught:
        recognise(kind, ["name", "foo"], mapping)
    assert str(caught.value).startswith(sentence)


def test_many_are_fields() -> None:
    assert {field for table in TABLES.values() for field in table} >= MANY


# --- the page ---


def test_the_page_says_every_field_and_header_and_is_fresh() -> None:
    text = import_reference.page()
    assert import_reference.PAGE.read_text(encoding="utf-8") == text, "stale; run: make docs"
    sections = {part.partition("\n")[0]: part for part in text.split("\n## ")}
    assert list(sections)[1:] == [*KINDS, "Exports of other tools"]
    for kind in KINDS:
        cells = [
            line.split(" | ") for line in sections[kind].splitlines() if line.startswith("| `")
        ]
        fields = [one[0].strip("| `\\*") for one in cells]
        assert fields == list(TABLES[kind])
        for field, (_, _, meaning, headers) in zip(fields, cells, strict=True):
            assert meaning
            names = headers.removesuffix(" |").replace("**", "").split(", ")
            assert {recognise(kind, [name]).fields[0] for name in names} == {field}
    for tool in TOOLS:
        assert f"\n| {tool.name} | " in sections["Exports of other tools"]
