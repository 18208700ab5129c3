"""The exports of other tools are recognised by their headers, and each column by what it means there.

The header rows are those of the tools' own export files, as published in format descriptions and in the fixtures of other
programs that read them; where one is put together from a tool's list of fields, that is said beside it.
"""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.exchange.customer_words import read_stage, read_tier
from crmcli.exchange.day_forms import plain_days
from crmcli.exchange.delimited import Delimited
from crmcli.exchange.encodings import Encoding
from crmcli.exchange.headers import MOST_COLUMNS, TABLES, Columns, normal, recognise
from crmcli.exchange.tidying import tidier
from crmcli.exchange.tools import TOOLS, tool_of
from crmcli.rules import terms
from tests.support import heavy


def understood(headers: list[str]) -> tuple[str | None, Columns]:
    tool = tool_of("customers", headers)
    own = tool.own if tool else None
    return tool.name if tool else None, recognise("customers", headers, None, own)


# What the export of each tool says, by header; of several for one field the first one filled. Where a header is not named it
# is of no use here: its label, its kind, a postcode, a fax, an owner in the other tool.
EXPORTS = {
    # the file Connections.csv of LinkedIn's data export
    "LinkedIn connections": (
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
        "First Name=given_name,Last Name=family_name,Email Address=person_email,Company=name,Position=title",
    ),
    # Google Contacts, since 2024
    "Google Contacts": (
        "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,"
        "Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,"
        "E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,"
        "Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,"
        "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Website 1 - Label,"
        "Website 1 - Value,Event 1 - Label,Event 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value",
        "First Name=given_name,Middle Name=middle_name,Last Name=family_name,Organization Name=name,Organization Title=title,"
        "Notes=note,Labels=tags,E-mail 1 - Value=person_email,E-mail 2 - Value=person_email,Phone 1 - Value=person_phone,"
        "Phone 2 - Value=person_phone,Address 1 - Formatted=address,Address 1 - Street=address,Address 1 - City=city,"
        "Address 1 - Region=province",
    ),
    # Google Contacts, until 2024
    "Google Contacts (old)": (
        "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,"
        "Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,"
        "Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,"
        "E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value,IM 1 - Type,IM 1 - Service,IM 1 - Value,"
        "Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,Phone 3 - Type,Phone 3 - Value,Address 1 - Type,"
        "Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,"
        "Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Organization 1 - Type,Organization 1 - Name,"
        "Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,Organization 1 - Symbol,"
        "Organization 1 - Location,Organization 1 - Job Description,Website 1 - Type,Website 1 - Value",
        "Name=person,Given Name=given_name,Additional Name=middle_name,Family Name=family_name,Notes=note,"
        "Group Membership=tags,E-mail 1 - Value=person_email,E-mail 2 - Value=person_email,Phone 1 - Value=person_phone,"
        "Phone 2 - Value=person_phone,Phone 3 - Value=person_phone,Address 1 - Formatted=address,Address 1 - Street=address,"
        "Address 1 - City=city,Address 1 - Region=province,Organization 1 - Name=name,Organization 1 - Title=title",
    ),
    # Outlook for Windows
    "Outlook contacts": (
        "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,"
        "Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home Street 2,"
        "Home Street 3,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other Street 2,Other Street 3,"
        "Other City,Other State,Other Postal Code,Other Country/Region,Assistant's Phone,Business Fax,Business Phone,"
        "Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,"
        "Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,"
        "Billing Information,Birthday,Business Address PO Box,Categories,Children,Directory Server,E-mail Address,E-mail Type,"
        "E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,"
        "E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,Keywords,"
        "Language,Location,Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,Other Address PO Box,Priority,"
        "Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,User 4,Web Page",
        "First Name=given_name,Middle Name=middle_name,Last Name=family_name,Company=name,Job Title=title,"
        "Business Street=address,Business City=city,Business State=province,Home Street=address,Home City=city,"
        "Home State=province,Other Street=address,Other City=city,Other State=province,Business Phone=person_phone,"
        "Business Phone 2=person_phone,Company Main Phone=phone,Home Phone=person_phone,Home Phone 2=person_phone,"
        "Mobile Phone=person_phone,Other Phone=person_phone,Primary Phone=person_phone,Categories=tags,"
        "E-mail Address=person_email,E-mail 2 Address=person_email,E-mail 3 Address=person_email,Keywords=tags,Notes=note",
    ),
    # Outlook in Chinese
    "Outlook contacts (Chinese)": (
        "英文称谓,名,中间名,姓,中文称谓,单位,部门,职务,商务地址 街道,商务地址 街道 2,商务地址 街道 3,商务地址 市/县,商务地址 省/市/自治区,"
        "商务地址 邮政编码,商务地址 国家/地区,住宅地址 街道,住宅地址 街道 2,住宅地址 街道 3,住宅地址 市/县,住宅地址 省/市/自治区,"
        "住宅地址 邮政编码,住宅地址 国家/地区,其他地址 街道,其他地址 街道 2,其他地址 街道 3,其他地址 市/县,其他地址 省/市/自治区,"
        "其他地址 邮政编码,其他地址 国家/地区,助理的电话,商务传真,商务电话,商务电话 2,回电话,车载电话,单位主要电话,住宅传真,住宅电话,住宅电话 2,"
        "ISDN,移动电话,其他传真,其他电话,寻呼机,主要电话,无绳电话,TTY/TDD 电话,电报,Internet 忙闲,办公地点,地点,电子邮件地址,电子邮件类型,"
        "电子邮件显示名称,电子邮件 2 地址,电子邮件 2 类型,电子邮件 2 显示名,电子邮件 3 地址,电子邮件 3 类型,电子邮件 3 显示名,附注,工作证号码,"
        "关键词,记帐信息,纪念日,经理姓名,类别,里程,敏感度,目录服务器,配偶,其他地址 - 邮箱,商务地址 - 邮箱,身份证编号,生日,私有,缩写,网页,性别,"
        "业余爱好,引用者,用户 1,用户 2,用户 3,用户 4,优先级,语言,帐户,职业,助理的姓名,住宅地址 - 邮箱,子女",
        "名=given_name,中间名=middle_name,姓=family_name,单位=name,职务=title,商务地址 街道=address,商务地址 市/县=city,"
        "商务地址 省/市/自治区=province,住宅地址 街道=address,住宅地址 市/县=city,住宅地址 省/市/自治区=province,其他地址 街道=address,"
        "其他地址 市/县=city,其他地址 省/市/自治区=province,商务电话=person_phone,商务电话 2=person_phone,单位主要电话=phone,"
        "住宅电话=person_phone,住宅电话 2=person_phone,移动电话=person_phone,其他电话=person_phone,主要电话=person_phone,"
        "电子邮件地址=person_email,电子邮件 2 地址=person_email,电子邮件 3 地址=person_email,附注=note,关键词=tags,类别=tags",
    ),
    # Outlook on the web: its first columns
    "Outlook contacts (short)": (
        "First Name,Middle Name,Last Name,Company,Job Title,Business Phone,Mobile Phone,E-mail Address",
        "First Name=given_name,Middle Name=middle_name,Last Name=family_name,Company=name,Job Title=title,"
        "Business Phone=person_phone,Mobile Phone=person_phone,E-mail Address=person_email",
    ),
    # HubSpot, contacts and companies: the properties chosen by default and some more
    "HubSpot contacts": (
        "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Job Title,Lifecycle Stage,Lead Status,"
        "Contact owner,City,State/Region,Country/Region,Create Date,Last Activity Date,Became a Customer Date,Original Source,"
        "Associated Company",
        "First Name=given_name,Last Name=family_name,Email=person_email,Phone Number=person_phone,"
        "Mobile Phone Number=person_phone,Job Title=title,Lifecycle Stage=stage,City=city,State/Region=province,"
        "Last Activity Date=last_contact,Became a Customer Date=since,Original Source=source,Associated Company=name",
    ),
    "HubSpot companies": (
        "Record ID,Company name,Company Domain Name,Company owner,Phone Number,City,State/Region,Country/Region,Industry,"
        "Number of Employees,Lifecycle Stage,Create Date,Last Activity Date,Description,Website URL,Legal entity address",
        "Record ID=external_id,Company name=name,Phone Number=phone,City=city,State/Region=province,Industry=industry,"
        "Number of Employees=size,Lifecycle Stage=stage,Last Activity Date=last_contact,Description=note,"
        "Legal entity address=address",
    ),
    # Salesforce reports of leads, contacts, accounts
    "Salesforce or Zoho leads": (
        "Lead Owner,First Name,Last Name,Title,Company / Account,Lead Source,Lead Status,Rating,Street,Email,Phone",
        "First Name=given_name,Last Name=family_name,Title=title,Company / Account=name,Lead Source=source,Lead Status=stage,"
        "Street=address,Email=person_email,Phone=person_phone",
    ),
    # Zoho CRM, leads
    "Salesforce or Zoho leads (Zoho)": (
        "Record Id,Lead Name,Company,Created Time,Service needed,Lead Source,Lead Status,Annual Revenue,Referred by,Industry",
        "Lead Name=person,Company=name,Lead Source=source,Lead Status=stage,Industry=industry",
    ),
    "Salesforce or Zoho contacts": (
        "Salutation,First Name,Last Name,Title,Mailing Street,Mailing City,Mailing State/Province,Mailing Zip/Postal Code,"
        "Mailing Country,Phone,Mobile,Fax,Email,Account Owner,Account Name",
        "First Name=given_name,Last Name=family_name,Title=title,Mailing Street=address,Mailing City=city,"
        "Mailing State/Province=province,Phone=person_phone,Mobile=person_phone,Email=person_email,Account Name=name",
    ),
    "Salesforce or Zoho accounts": (
        "Account Owner,Account Name,Type,Rating,Last Activity,Billing Street,Billing City,Billing State/Province,Account ID,"
        "Phone,Industry,Employees,Account Source",
        "Account Name=name,Type=stage,Last Activity=last_contact,Billing Street=address,Billing City=city,"
        "Billing State/Province=province,Account ID=external_id,Phone=phone,Industry=industry,Employees=size,"
        "Account Source=source",
    ),
    # Pipedrive: "entity - field" throughout
    "Pipedrive": (
        "Person - Name,Person - Organization,Person - Email - Work,Person - Email - Home,Person - Phone - Work,"
        "Person - Phone - Mobile,Person - Label,Organization - Address",
        "Person - Name=person,Person - Organization=name,Person - Email - Work=person_email,"
        "Person - Email - Home=person_email,Person - Phone - Work=person_phone,Person - Phone - Mobile=person_phone,"
        "Person - Label=tags,Organization - Address=address",
    ),
    # 企查查: a batch of names looked up, a list, and the wide list
    "a company register (企查查, 天眼查)": (
        "原文件导入名称,登记状态,统一社会信用代码,法定代表人,企业规模,注册资本,电话,更多电话,成立日期,实缴资本,所属省份,所属城市,所属区县,企业地址",
        "原文件导入名称=name,统一社会信用代码=uscc,法定代表人=person,企业规模=size,电话=phone,更多电话=phone,所属省份=province,"
        "所属城市=city,企业地址=address",
    ),
    "a company register (企查查, 天眼查) (list)": (
        "企业名称,登记状态,法定代表人,注册资本,成立日期,所属省份,所属城市,电话,更多电话,统一社会信用代码,邮箱,更多邮箱,企业地址,经营范围",
        "企业名称=name,法定代表人=person,所属省份=province,所属城市=city,电话=phone,更多电话=phone,统一社会信用代码=uscc,邮箱=email,"
        "更多邮箱=email,企业地址=address",
    ),
    "a company register (企查查, 天眼查) (wide)": (
        "公司名称,登记状态,法定代表人,企业规模,注册资本,实缴资本,成立日期,核准日期,营业期限,所属省份,所属城市,所属区县,公司类型,国标行业门类,"
        "国标行业大类,国标行业中类,曾用名,英文名,统一社会信用代码,纳税人识别号,注册号,组织机构代码,参保人数,参保人数所属年报,有效手机号,更多电话,"
        "注册地址,最新年报地址,通信地址,网址,邮箱,其他邮箱,经营范围",
        "公司名称=name,法定代表人=person,企业规模=size,参保人数=size,所属省份=province,所属城市=city,国标行业门类=industry,"
        "国标行业大类=industry,统一社会信用代码=uscc,纳税人识别号=uscc,有效手机号=phone,更多电话=phone,注册地址=address,"
        "通信地址=address,最新年报地址=address,邮箱=email,其他邮箱=email",
    ),
    # 企业微信, the customers of a company's members
    "WeCom customers (企业微信)": (
        "客户名称,描述,添加人,添加人账号,添加人所属部门,添加时间,来源,手机,企业,邮箱,地址,职务,电话,标签组1(学员等级),标签组2(来源)",
        "客户名称=person,描述=note,来源=source,手机=person_phone,企业=name,邮箱=person_email,地址=address,职务=title,"
        "电话=person_phone,标签组1(学员等级)=tags,标签组2(来源)=tags",
    ),
    # 纷享销客, 销售易: from their lists of fields
    "纷享销客 (Fxiaoke)": (
        "客户名称,客户编号,客户级别,客户状态,成交状态,最后跟进时间,一级行业,省,市,详细地址,电话,网址,来源,备注,负责人,归属部门,所属公海",
        "客户名称=name,客户编号=external_id,客户级别=tier,客户状态=stage,成交状态=stage,最后跟进时间=last_contact,一级行业=industry,"
        "省=province,市=city,详细地址=address,电话=phone,来源=source,备注=note",
    ),
    "销售易 (Neocrm)": (
        "客户名称,客户级别,行业,总人数,销售额,电话,网址,省份,城市,详细地址,客户所有人,所属部门,最新活动记录时间,创建日期",
        "客户名称=name,客户级别=tier,行业=industry,总人数=size,电话=phone,省份=province,城市=city,详细地址=address,"
        "最新活动记录时间=last_contact",
    ),
    # 用友 and 金蝶: from their lists of fields
    "用友 or 金蝶 (ERP)": (
        "客户编码,客户名称,客户简称,客户分类,所属行业,税号,联系人,手机,办公电话,传真,Email地址,地址,邮政编码,专管业务员",
        "客户编码=external_id,客户名称=name,客户简称=short_name,所属行业=industry,税号=uscc,联系人=person,手机=person_phone,"
        "办公电话=phone,Email地址=email,地址=address",
    ),
    "用友 or 金蝶 (ERP) (K/3)": (
        "代码,名称,助记码,简称,地址,联系人,电话,移动电话,传真,邮编,邮件地址,税务登记号",
        "代码=external_id,名称=name,简称=short_name,地址=address,联系人=person,电话=phone,移动电话=person_phone,"
        "邮件地址=email,税务登记号=uscc",
    ),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_each_export_is_recognised(export: str) -> None:
    headers, expected = EXPORTS[export]
    tool, columns = understood(headers.split(","))
    assert columns.named == dict(pair.rsplit("=", 1) for pair in expected.split(","))
    assert tool is not None and export.startswith(tool)
    used = set(columns.named)
    assert columns.unknown == [header for header in headers.split(",") if header not in used]


def test_every_tool_has_an_export_here() -> None:
    assert {tool.name for tool in TOOLS} == {
        tool.name for tool in TOOLS for export in EXPORTS if export.startswith(tool.name)
    }


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_table_means_fields_that_there_are(tool: object) -> None:
    (own,) = [each.own for each in TOOLS if each is tool]
    assert set(own.values()) <= {*TABLES["customers"], "-"}
    assert all(key == normal(key) != "" for key in own)


@pytest.mark.parametrize(
    "headers",
    [
        "客户名称,客户状态,客户等级,行业,城市,统一社会信用代码,电话,邮箱,联系人,职务,手机,来源,标签,成交日期,备注,最近跟进时间,下次跟进时间",
        "编号,客户名称,电话",
        "name,phone,email",
        "Account Name,Contact Name,Job Title,Email,Phone,Mobile,Billing City,Industry,Lead Source,Notes",
        "姓名,公司,手机",
        "First Name,Last Name,Company,Phone,Email",
    ],
)
def test_a_list_of_ones_own_is_no_tools(headers: str) -> None:
    assert tool_of("customers", headers.split(",")) is None


def test_only_customers_and_people_come_from_tools() -> None:
    headers = EXPORTS["LinkedIn connections"][0].split(",")
    assert [kind for kind in TABLES if tool_of(kind, headers)] == ["customers", "people"]


@pytest.mark.parametrize(
    ("export", "expected"),
    [
        (
            "LinkedIn connections",
            "First Name=given_name,Last Name=family_name,Email Address=email,Company=customer,Position=title",
        ),
        (
            "HubSpot contacts",
            "Record ID=external_id,First Name=given_name,Last Name=family_name,Email=email,Phone Number=phone,"
            "Mobile Phone Number=phone,Job Title=title,Associated Company=customer",
        ),
    ],
)
def test_the_export_of_a_tool_as_people(export: str, expected: str) -> None:
    headers = EXPORTS[export][0].split(",")
    tool = tool_of("people", headers)
    assert tool is not None and export == tool.name
    named = recognise("people", headers, None, tool.own).named
    assert named == dict(pair.split("=") for pair in expected.split(","))


@pytest.mark.parametrize("export", EXPORTS)
def test_as_people_every_column_is_a_field_of_theirs(export: str) -> None:
    headers = EXPORTS[export][0].split(",")
    tool = tool_of("people", headers)
    columns = recognise("people", headers, None, tool.own if tool else None)
    assert {*columns.named.values()} <= {*TABLES["people"]}
    if tool is None:
        assert "companies" in export or "accounts" in export or export[0] in "纷销用"
    else:
        assert "customer" in columns.fields and {"name", "given_name"} & {*columns.fields}


def test_mapping_wins_over_a_tool() -> None:
    headers = ["First Name", "Last Name", "Email Address", "Company", "Position", "Connected On"]
    tool = tool_of("customers", headers)
    assert tool
    mapping = {"Connected On": "since", "Email Address": "email", "Position": "-"}
    columns = recognise("customers", headers, mapping, tool.own)
    assert columns.fields == ["given_name", "family_name", "email", "name", None, "since"]


def test_a_header_that_stands_there_twice_is_a_spare() -> None:
    columns = recognise(
        "customers", ["客户名称", "地址", "备注", "地址 ", "电话", "电话", "备注", "客户"]
    )
    assert columns.fields == ["name", "address", "note", None, "phone", "phone", None, None]
    assert columns.spares == {1: [3], 2: [6]}
    assert columns.unknown == ["客户"]


# --- many and long headers ---


def test_more_columns_than_a_spreadsheet_has_are_refused() -> None:
    with pytest.raises(BadValue) as caught:
        recognise("customers", ["name"] + ["x"] * 2_000_000)
    assert str(caught.value) == (
        "the file has 2000001 columns, more than the 16384 that can be read; "
        "leave out those that say nothing of customers"
    )


def test_as_many_columns_as_there_may_be() -> None:
    same = recognise("customers", ["电话"] * MOST_COLUMNS)
    assert (set(same.fields), same.unknown) == ({"phone"}, [])
    twice = recognise("customers", ["备注"] * MOST_COLUMNS)
    assert (twice.places("note"), len(twice.spares[0])) == ([0], MOST_COLUMNS - 1)
    other = recognise("customers", ["name", *(f"x{number}" for number in range(MOST_COLUMNS - 1))])
    assert len(other.unknown) == MOST_COLUMNS - 1


def test_a_header_of_a_megabyte_is_unknown() -> None:
    columns = recognise("customers", ["name", "x" * 1_000_000, f"电话（{'长' * 1_000_000}"])
    assert columns.fields == ["name", None, None]


# --- cells ---


@given(export=st.sampled_from(sorted(EXPORTS)), data=st.data())
@settings(max_examples=heavy(100), deadline=None, derandomize=True)
def test_any_cells_of_an_export_are_read_or_refused(export: str, data: st.DataObject) -> None:
    headers = EXPORTS[export][0].split(",")
    cell = st.one_of(
        st.sampled_from(["", "-", "* myContacts ::: x", ":::", "11/20/2026", "46346", "Customer"]),
        st.text("a张@:;,/-*1 \n", max_size=8),
    )
    table = data.draw(
        st.lists(
            st.lists(cell, min_size=len(headers), max_size=len(headers)), min_size=1, max_size=3
        )
    )
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headers, *table])
    with Delimited(io.BytesIO(text.getvalue().encode()), "x", Encoding("utf-8", False)) as source:
        tool = tool_of("customers", source.headers)
        assert tool
        columns = recognise("customers", source.headers, None, tool.own)
        tidy = tidier(source, columns, tool)
        for _, cells in source.rows():
            before = list(cells)
            made = tidy(cells) if tidy else cells
            assert cells == before
            assert len(made) == len(cells)
            assert not tool.empty & {each.strip().casefold() for each in made}
            for place, others in columns.spares.items():
                assert made[place].strip() or not any(made[each].strip() for each in others)


# --- words ---


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Lead", "prospect"), ("公海", "prospect"), ("公海客户", "prospect"), ("潜在客户", "prospect"), ("跟进中", "prospect"),
        ("Opportunity", "interested"), ("意向", "interested"), ("有意向客户", "interested"), ("商机", "interested"),
        ("已签约", "customer"), ("老客户", "customer"), ("成交", "customer"), ("多次成交", "customer"), ("Client", "customer"),
        ("流失", "lost"), ("已流失", "lost"), ("Churned", "lost"), ("丢单", "lost"), ("无效客户", "lost"),
        ("prospect", "prospect"), ("lost", "lost"),
    ],
)  # fmt: skip
def test_stages_of_other_tools(word: str, stage: str) -> None:
    assert read_stage(word) == stage


@pytest.mark.parametrize(
    ("word", "tier"),
    [
        ("VIP", "core"), ("重点客户", "core"), ("KA", "core"), ("A类客户", "core"), ("B级客户", "potential"), ("C", "ordinary"),
        ("一般客户", "ordinary"), ("潜力", "potential"), ("核心客户", "core"),
    ],
)  # fmt: skip
def test_tiers_of_other_tools(word: str, tier: str) -> None:
    assert read_tier(word, terms.tiers(["core", "potential", "ordinary"])) == tier


def test_words_of_tiers_that_the_file_has_not_are_refused() -> None:
    with pytest.raises(BadValue):
        read_tier("VIP", terms.tiers(["gold", "silver"]))
    with pytest.raises(BadValue):
        read_stage("whatever")


def test_the_words_of_tools_mean_stages_that_there_are() -> None:
    for tool in TOOLS:
        assert set(tool.words.get("stage", {}).values()) <= {*terms.ALL_STAGES, ""}


# --- days ---


@pytest.mark.parametrize(
    ("texts", "plain"),
    [
        # the month first, as one day that leaves no choice shows
        (["11/20/2026", "3/4/2026 2:30 PM"], ["2026-11-20", "2026-3-4 2:30 PM"]),
        # the day first
        (["20/11/2026 10:30", "3/4/2026"], ["2026-11-20 10:30", "2026-4-3"]),
        (["20-11-2026", "03-04-2026"], ["2026-11-20", "2026-04-03"]),
        # with dots only where the day comes first
        (["3.4.2026"], ["2026-4-3"]),
        # nobody can tell
        (["3/4/2026"], ["3/4/2026"]),
        (["11/20/2026", "20/11/2026"], ["11/20/2026", "20/11/2026"]),
        # short years, serial numbers
        (["20-Nov-26", "2026-11-20"], ["20-Nov-2026", "2026-11-20"]),
        (["46346", "46346.4375", "46346.999999", ""], ["2026-11-20", "2026-11-20 10:30", "2026-11-20 23:59", ""]),
        # nothing to do
        (["2026-11-20", "2026/11/20 10:30", "16 Nov 2026", "昨天", "", "138"], None),
    ],
)  # fmt: skip
def test_days_of_a_column(texts: list[str], plain: list[str] | None) -> None:
    found = plain_days(texts)
    assert (found and [found(text) for text in texts]) == plain


@given(texts=st.lists(st.text("0123456789/.- Nov:", max_size=12), max_size=6))
@settings(max_examples=heavy(150), deadline=None, derandomize=True)
def test_any_texts_stay_texts(texts: list[str]) -> None:
    found = plain_days(texts)
    if found:
        assert all(isinstance(found(text), str) for text in texts)
