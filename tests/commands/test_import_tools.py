"""Lists as other tools write them, quoting and encoding included, become the customers that they mean (CLI.md, Import)."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support import Ran, crm, run_in_process, run_process

EXAMPLES = Path(__file__).parents[2] / "examples"


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def imported(path: Path, expected: tuple[int, int], *options: str) -> list[dict[str, Any]]:
    """The customers after an import that adds and updates so many; a second one changes nothing."""
    ran = run_in_process(["import", str(path), "--json", *options])
    assert ran.code == 0, ran
    assert counts(ran) == (*expected, 0, 0)
    again = crm(["import", str(path), "--json", *options])
    assert counts(again) == (0, 0, sum(expected), 0)
    return [short(item) for item in crm("list-customers --json --reveal").json["items"]]


def short(item: dict[str, Any]) -> dict[str, Any]:
    """What is known of a customer from the file, people as lists; nothing that is empty."""
    shown = (
        "external_id", "name", "short_name", "kind", "stage", "tier", "industry", "size", "city", "address", "uscc", "source",
        "since", "phones", "emails", "tags", "note", "last_contact_at",
    )  # fmt: skip
    found = {name: item[name] for name in shown if item[name]}
    people = [
        [each for each in (one["name"], one["title"], *one["phones"], *one["emails"]) if each]
        for one in item["people"]
    ]
    return found | ({"people": people} if people else {})


def written(
    folder: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8", **options: Any
) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, **options).writerows(rows)
    path = folder / "list.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def cells(line: str) -> list[str]:
    return line.split(",")


def test_linkedin(place: Path) -> None:
    assert imported(EXAMPLES / "linkedin.csv", (7, 1)) == [
        {
            "name": "Ashgrove Dental Group",
            "kind": "company",
            "stage": "prospect",
            "people": [["Priya Nair", "Practice Manager", "priya.nair@ashgrove.example"]],
        },
        {
            "name": "Bellwether Logistics, LLC",
            "kind": "company",
            "stage": "prospect",
            "people": [["Tomasz Kowalski, MBA", "Fleet Director"]],
        },
        {
            "name": "Hannah Weiss",
            "kind": "person",
            "stage": "prospect",
            "emails": ["hannah@weiss.example"],
        },
        {
            "name": "华东精工有限公司",
            "kind": "company",
            "stage": "prospect",
            "people": [["王伟", "采购总监"]],
        },
        {
            "name": "Drumlin Foods Ltd",
            "kind": "company",
            "stage": "prospect",
            "people": [
                ["Aoife Brennan", 'Head of Procurement, "EMEA"'],
                ["Grace Obi", "Buyer", "grace.obi@drumlin.example"],
            ],
        },
        {"name": "Marek Novák", "kind": "person", "stage": "prospect"},
        {"name": "Lena Fischer", "kind": "person", "stage": "prospect"},
    ]


def test_the_tool_and_what_was_skipped_are_told(place: Path) -> None:
    ran = run_process(["import", str(EXAMPLES / "linkedin.csv")])
    assert ran.err.splitlines()[:4] == [
        "linkedin.csv: CSV, UTF-8, 5 of 7 columns recognised.",
        "Recognised as LinkedIn connections.",
        "skipped above the header: 'Notes: / When exporting your connection data, you may notice that some of the email "
        "addresses are mi…'",
        "Not imported: URL, Connected On (--keep-extra keeps them as custom fields, --map says what they are).",
    ]


def test_google_contacts(place: Path) -> None:
    assert imported(EXAMPLES / "google-contacts.csv", (4, 1)) == [
        {
            "name": "Elm Street Bakery",
            "kind": "company",
            "stage": "prospect",
            "city": "Chicago",
            "address": "12 Elm St\nChicago, IL 60601\nUS",
            "tags": ["Chicago", "Suppliers"],
            "note": "Wants the small oven\nCall after ten",
            "people": [
                [
                    "Robert James Smith",
                    "Owner",
                    "+1 312 555 0134",
                    "+1 312 555 0135",
                    "(312) 555-0136",
                    "rob@elmstreet.example",
                    "bob@smith.example",
                ],
                ["Chidi Eze", "Shift Lead", "+1 312 555 0177"],
            ],
        },
        {
            "name": "云栖软件有限公司",
            "kind": "company",
            "stage": "prospect",
            "city": "杭州",
            "address": "浙江文三路 90 号",
            "people": [["李芳", "技术总监", "138 0000 1201", "lifang@yunqi.example"]],
        },
        {
            "name": "Ana Prado",
            "kind": "person",
            "stage": "prospect",
            "phones": ["+55 11 99123-4567"],
            "emails": ["ana@prado.example"],
        },
        {
            "name": "Harbour Print Works",
            "kind": "company",
            "stage": "prospect",
            "phones": ["+44 20 7946 0018"],
            "tags": ["Suppliers"],
        },
    ]


def test_google_contacts_as_they_were_before_2024(place: Path) -> None:
    path = written(
        place,
        [
            cells("Name,Given Name,Additional Name,Family Name,Nickname,Notes,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
            "Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title"),
            ["Dr. Ada Marie Lovelace", "Ada", "Marie", "Lovelace", "Addie", "", "* My Contacts ::: Engineers", "* Home",
             "ada@example.com ::: ada.alt@example.com", "Mobile", "+44 20 7946 0958", "", "Analytical Engines", "CTO"],
            ["佐藤 一郎", "一郎", "", "佐藤", "", "", "* My Contacts", "", "", "Work", "12345678901", "", "", ""],
        ],
        encoding="utf-16",
    )  # fmt: skip
    assert imported(path, (2, 0)) == [
        {
            "name": "Analytical Engines",
            "kind": "company",
            "stage": "prospect",
            "tags": ["Engineers"],
            "people": [
                [
                    "Dr. Ada Marie Lovelace",
                    "CTO",
                    "+44 20 7946 0958",
                    "ada@example.com",
                    "ada.alt@example.com",
                ]
            ],
        },
        {"name": "佐藤 一郎", "kind": "person", "stage": "prospect", "phones": ["12345678901"]},
    ]


def test_outlook(place: Path) -> None:
    headers = (
        "Title,First Name,Middle Name,Last Name,Company,Job Title,Business Street,Business City,Home Street,Home City,"
        "Business Phone,Business Phone 2,Mobile Phone,Company Main Phone,Account,Categories,E-mail Address,E-mail Type,"
        "E-mail Display Name,E-mail 2 Address,Location,Notes,Referred By"
    )
    path = written(
        place,
        [
            headers.split(","),
            ["Ms", "Grace", "B.", "Hopper", "Navy Yard", "Admiral", "1 Pier Rd", "Boston", "9 Oak St", "Salem",
             "(617) 555-0101", "(617) 555-0102", "(617) 555-0103", "(617) 555-0100", "x", "VIP;Ships",
             "grace@navy.example", "SMTP", "Grace Hopper (grace@navy.example)", "gh@home.example", "Room 1", "First bug",
             "Nobody"],
            ["", "Otto", "", "Kern", "", "", "", "", "Am Markt 3", "Jena", "", "", "+49 3641 555010", "", "", "", "", "",
             "", "", "", "", ""],
        ],
        encoding="utf-8-sig",
        quoting=csv.QUOTE_ALL,
    )  # fmt: skip
    assert imported(path, (2, 0)) == [
        {
            "name": "Navy Yard",
            "kind": "company",
            "stage": "prospect",
            "city": "Boston",
            "address": "1 Pier Rd",
            "phones": ["(617) 555-0100"],
            "tags": ["Ships", "VIP"],
            "note": "First bug",
            "people": [
                [
                    "Grace B. Hopper",
                    "Admiral",
                    "(617) 555-0101",
                    "(617) 555-0102",
                    "(617) 555-0103",
                    "grace@navy.example",
                    "gh@home.example",
                ]
            ],
        },
        {
            "name": "Otto Kern",
            "kind": "person",
            "stage": "prospect",
            "city": "Jena",
            "address": "Am Markt 3",
            "phones": ["+49 3641 555010"],
        },
    ]


def test_outlook_in_chinese(place: Path) -> None:
    headers = (
        "英文称谓,名,中间名,姓,中文称谓,单位,部门,职务,商务地址 街道,商务地址 市/县,商务地址 省/市/自治区,住宅地址 街道,商务电话,商务电话 2,移动电话,"
        "电子邮件地址,电子邮件类型,电子邮件 2 地址,附注,类别,帐户,优先级"
    )
    path = written(
        place,
        [
            headers.split(","),
            ["", "伟", "", "张", "先生", "苏州远帆精密机械有限公司", "采购部", "采购经理", "东吴北路 18 号", "苏州", "江苏", "", "0512-65550101",
             "0512-65550102", "13912345101", "zw@yuanfan.example", "SMTP", "zhang@home.example", "每周三开会", "重要;供应商", "", "普通"],
        ],
        encoding="gb18030",
        quoting=csv.QUOTE_ALL,
    )  # fmt: skip
    assert imported(path, (1, 0)) == [
        {
            "name": "苏州远帆精密机械有限公司",
            "kind": "company",
            "stage": "prospect",
            "city": "苏州",
            "address": "江苏东吴北路 18 号",
            "tags": ["供应商", "重要"],
            "note": "每周三开会",
            "people": [
                [
                    "张伟",
                    "采购经理",
                    "0512-65550101",
                    "0512-65550102",
                    "13912345101",
                    "zw@yuanfan.example",
                    "zhang@home.example",
                ]
            ],
        }
    ]


def test_hubspot_contacts(place: Path) -> None:
    assert imported(EXAMPLES / "hubspot-contacts.csv", (3, 1)) == [
        {
            "name": "Fournil du Lac",
            "kind": "company",
            "stage": "customer",
            "city": "Annecy",
            "address": "Haute-Savoie",
            "source": "Organic Search",
            "since": "2024-06-01",
            "last_contact_at": "2026-11-16T15:02:00+08:00",
            "people": [
                [
                    "Camille Durand",
                    "Buyer",
                    "+33 4 50 11 22 33",
                    "+33 6 12 34 56 78",
                    "camille@fournil.example",
                ]
            ],
        },
        {
            "name": "Kestrel Sports Ltd",
            "kind": "company",
            "stage": "interested",
            "city": "Leeds",
            "source": "Referrals",
            "last_contact_at": "2026-11-19T09:40:00+08:00",
            "people": [
                ["John Smith", "COO", "john@kestrelsports.example"],
                ["Amara Okoye", "Buyer", "+44 113 496 0200", "amara@kestrelsports.example"],
            ],
        },
        {
            "name": "Sofia Lund",
            "kind": "person",
            "stage": "prospect",
            "source": "Email Marketing",
            "emails": ["sofia.lund@example.com"],
        },
    ]


def test_hubspot_companies(place: Path) -> None:
    path = written(
        place,
        [
            cells("Record ID,Company name,Company owner,Phone Number,City,Industry,Number of Employees,Lifecycle Stage,"
            "Last Activity Date"),
            ["9001", "Bluebay Gaming Ltd", "Sam", "", "London", "Games", "25", "Evangelist", "2026-11-02 09:30"],
            ["9002", "Harbour Lotteries", "Sam", "+44 20 7946 0101", "", "", "", "salesqualifiedlead", ""],
            ["9003", "Kestrel Sports", "", "", "", "", "", "Other", ""],
        ],
    )  # fmt: skip
    assert imported(path, (3, 0)) == [
        {
            "external_id": "9001",
            "name": "Bluebay Gaming Ltd",
            "kind": "company",
            "stage": "customer",
            "industry": "Games",
            "size": "25",
            "city": "London",
            "last_contact_at": "2026-11-02T09:30:00+08:00",
        },
        {
            "external_id": "9002",
            "name": "Harbour Lotteries",
            "kind": "company",
            "stage": "interested",
            "phones": ["+44 20 7946 0101"],
        },
        {"external_id": "9003", "name": "Kestrel Sports", "kind": "company", "stage": "customer"},
    ]


def test_salesforce_accounts_write_the_month_first(place: Path) -> None:
    path = written(
        place,
        [
            cells("Account Owner,Account Name,Type,Rating,Last Activity,Billing State/Province,Billing City,Account ID,Phone"),
            ["Jane Doe", "Edge Communications", "Customer - Direct", "Hot", "11/3/2026", "TX", "Austin", "001xx01", "(512) 757-6000"],
            ["John Roe", "United Oil & Gas, UK", "Prospect", "Warm", "10/28/2026", "UK", "London", "001xx02", "-"],
            ["Alex Lee", "GenePoint", "Technology Partner", "Cold", "-", "CA", "Mountain View", "001xx03", "(650) 867-3450"],
        ],
        encoding="utf-8-sig",
        quoting=csv.QUOTE_ALL,
    )  # fmt: skip
    assert imported(path, (3, 0)) == [
        {
            "external_id": "001xx01",
            "name": "Edge Communications",
            "kind": "company",
            "stage": "customer",
            "city": "Austin",
            "address": "TX",
            "phones": ["(512) 757-6000"],
            "last_contact_at": "2026-11-03T12:00:00+08:00",
        },
        {
            "external_id": "001xx02",
            "name": "United Oil & Gas, UK",
            "kind": "company",
            "stage": "prospect",
            "city": "London",
            "address": "UK",
            "last_contact_at": "2026-10-28T12:00:00+08:00",
        },
        {
            "external_id": "001xx03",
            "name": "GenePoint",
            "kind": "company",
            "stage": "customer",
            "city": "Mountain View",
            "address": "CA",
            "phones": ["(650) 867-3450"],
        },
    ]


def test_salesforce_leads(place: Path) -> None:
    path = written(
        place,
        [
            cells("Lead Owner,First Name,Last Name,Title,Company / Account,Lead Source,Lead Status,Email,Phone"),
            ["J", "Bertha", "Boxer", "Director", "Farmers Coop", "Web", "Working - Contacted", "bertha@fcof.example", "-"],
            ["J", "Phyllis", "Cotton", "CFO", "Abbott Insurance", "Web", "Closed - Converted", "-", "(703) 757-1000"],
            ["J", "Jeff", "Glimpse", "SVP", "Jackson Controls", "Phone", "Closed - Not Converted", "jeff@jc.example", ""],
        ],
    )  # fmt: skip
    found = imported(path, (3, 0))
    assert [(each["name"], each["stage"], each["source"], each["people"]) for each in found] == [
        (
            "Farmers Coop",
            "prospect",
            "Web",
            [["Bertha Boxer", "Director", "bertha@fcof.example"]],
        ),
        (
            "Abbott Insurance",
            "interested",
            "Web",
            [["Phyllis Cotton", "CFO", "(703) 757-1000"]],
        ),
        ("Jackson Controls", "lost", "Phone", [["Jeff Glimpse", "SVP", "jeff@jc.example"]]),
    ]


def test_a_company_register(place: Path) -> None:
    found = imported(EXAMPLES / "companies-gb18030.csv", (4, 0))
    assert found == [
        {
            "name": "苏州远帆精密机械有限公司",
            "kind": "company",
            "stage": "prospect",
            "industry": "通用设备制造业",
            "size": "中型",
            "city": "苏州市",
            "address": "江苏省苏州市吴中区东吴北路 18 号",
            "uscc": "91320506573812345R",
            "phones": ["0512-65550101", "13912345101", "0512-65550102"],
            "emails": ["info@yuanfan.example"],
            "people": [["陈立新"]],
        },
        {
            "name": "宁波海川物流股份有限公司",
            "kind": "company",
            "stage": "prospect",
            "industry": "道路运输业",
            "size": "大型",
            "city": "宁波市",
            "address": "浙江省宁波市北仑区进港路 66 号",
            "uscc": "913302066777123450",
            "phones": ["0574-87770220"],
            "emails": ["service@haichuan.example", "hr@haichuan.example", "ops@haichuan.example"],
            "people": [["周敏"]],
        },
        {
            "name": "成都锦里餐饮管理有限公司",
            "kind": "company",
            "stage": "prospect",
            "industry": "餐饮业",
            "size": "微型",
            "city": "成都市",
            "address": "四川省成都市武侯区锦里街 3 号",
            "uscc": "91510107MA6DABCD1Y",
        },
        {
            "name": "深圳市创想智能科技有限公司",
            "kind": "company",
            "stage": "prospect",
            "industry": "软件和信息技术服务业",
            "size": "小型",
            "city": "深圳市",
            "address": "广东省深圳市南山区科苑路 9 号",
            "uscc": "91440300MA5ABCD127",
            "phones": ["13800012020", "0755-86660330", "13800012021"],
            "emails": ["bd@chuangxiang.example"],
            "people": [["林佳"]],
        },
    ]


def test_wecom(place: Path) -> None:
    headers = "客户名称,描述,添加人,添加人账号,添加人所属部门,添加时间,来源,手机,企业,邮箱,地址,职务,电话,标签组1(等级),标签组2(来源)"
    path = written(
        place,
        [
            headers.split(","),
            ["老王", "爱问价格", "小李", "xiaoli", "销售部", "2026-10-01 10:00:00", "扫描二维码", "13800001301", "远大贸易有限公司", "-", "-",
             "总经理", "-", "重点;老客", "展会"],
            ["Lily", "-", "小李", "xiaoli", "销售部", "2026-10-02 10:00:00", "搜索手机号", "13800001302", "-", "lily@example.com", "-", "-", "-",
             "-", "-"],
        ],
        encoding="utf-8-sig",
    )  # fmt: skip
    assert imported(path, (2, 0)) == [
        {
            "name": "远大贸易有限公司",
            "kind": "company",
            "stage": "customer",
            "source": "扫描二维码",
            "tags": ["展会", "老客", "重点"],
            "note": "爱问价格",
            "people": [["老王", "总经理", "13800001301"]],
        },
        {
            "name": "Lily",
            "kind": "person",
            "stage": "customer",
            "source": "搜索手机号",
            "phones": ["13800001302"],
            "emails": ["lily@example.com"],
        },
    ]


def test_fxiaoke(place: Path) -> None:
    headers = "客户名称（必填）,客户编号,客户级别,客户状态,成交状态,最后跟进时间,一级行业,省,市,详细地址,电话,来源,备注,负责人,归属部门,所属公海"
    path = written(
        place,
        [
            ["客户导入数据", *[""] * 15],
            headers.split(","),
            ["甲公司", "KH-1", "重点客户", "已分配", "已成交", "2026/11/18 10:30", "制造业", "上海市", "", "世纪大道 1 号", "021-55550001", "转介绍",
             "", "王五", "华东", ""],
            ["乙公司", "KH-2", "普通客户", "", "未成交", "--", "--", "江苏", "南京", "江苏南京中山路 2 号", "--", "--", "", "", "", "公海一"],
            ["丙公司", "KH-3", "", "公海", "", "", "", "", "", "", "", "", "", "", "", "公海一"],
        ],
    )  # fmt: skip
    assert imported(path, (3, 0)) == [
        {
            "external_id": "KH-1",
            "name": "甲公司",
            "kind": "company",
            "stage": "customer",
            "tier": "core",
            "industry": "制造业",
            "city": "上海",
            "address": "世纪大道 1 号",
            "source": "转介绍",
            "phones": ["021-55550001"],
            "last_contact_at": "2026-11-18T10:30:00+08:00",
        },
        {
            "external_id": "KH-2",
            "name": "乙公司",
            "kind": "company",
            "stage": "prospect",
            "tier": "ordinary",
            "city": "南京",
            "address": "江苏南京中山路 2 号",
        },
        {"external_id": "KH-3", "name": "丙公司", "kind": "company", "stage": "prospect"},
    ]


def test_an_accounting_tool(place: Path) -> None:
    path = written(
        place,
        [
            cells("客户编码,客户名称,客户简称,客户分类,所属行业,税号,联系人,手机,办公电话,Email地址,地址"),
            ["0001", "上海晨光电气有限公司", "晨光", "华东", "电气", "91310000607260010N", "赵六", "13800001401", "021-55550002",
             "zhao@chenguang.example", "世纪大道 8 号"],
        ],
        encoding="gb18030",
        delimiter="\t",
    )  # fmt: skip
    assert imported(path, (1, 0)) == [
        {
            "external_id": "0001",
            "name": "上海晨光电气有限公司",
            "short_name": "晨光",
            "kind": "company",
            "stage": "customer",
            "industry": "电气",
            "address": "世纪大道 8 号",
            "uscc": "91310000607260010N",
            "phones": ["021-55550002"],
            "emails": ["zhao@chenguang.example"],
            "people": [["赵六", "13800001401"]],
        }
    ]


def test_pipedrive(place: Path) -> None:
    path = written(
        place,
        [
            cells("Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Work,Person - Phone - Mobile,"
            "Person - Label"),
            ["Sarah Mitchell", "Summit Foods", "sarah@summit.example", "801 555 0142", "801 555 0143", "Hot lead, Fair"],
        ],
        delimiter=";",
    )  # fmt: skip
    assert imported(path, (1, 0)) == [
        {
            "name": "Summit Foods",
            "kind": "company",
            "stage": "customer",
            "tags": ["Fair", "Hot lead"],
            "people": [["Sarah Mitchell", "801 555 0142", "801 555 0143", "sarah@summit.example"]],
        }
    ]


@pytest.mark.parametrize(
    ("header", "cell", "stage"),
    [
        ("人员规模", "50-99人", "prospect"),
        ("客户等级", "A", "customer"),
        ("成交日期", "2025-03-01", "customer"),
        ("最近跟进时间", "2026-11-01", "customer"),
        ("客户状态", "流失", "lost"),
    ],
)
def test_a_register_is_of_strangers_until_somebody_keeps_it_as_a_list_of_customers(
    place: Path, header: str, cell: str, stage: str
) -> None:
    rows = [["企业名称", "法定代表人", "注册资本", header], ["甲公司", "陈立新", "100万", cell]]
    (found,) = imported(written(place, rows), (1, 0))
    assert (found["name"], found["stage"]) == ("甲公司", stage)


def test_rejected_rows_are_written_as_the_tool_wrote_them(place: Path) -> None:
    path = written(
        place,
        [
            ["企查查 批量查询结果", "", "", "", ""],
            ["企业名称", "法定代表人", "注册资本", "电话", "更多电话"],
            ["-", "陈", "100万", "-", "13800000001；-"],
            ["甲公司", "-", "-", "无", "暂无"],
        ],
    )
    ran = run_in_process(["import", str(path), "--json"])
    assert counts(ran) == (2, 0, 0, 0)
    path = written(place, [["企业名称", "法定代表人", "注册资本", "电话"], ["-", "-", "9万", "-"]])
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, counts(ran)) == (5, (0, 0, 0, 1))
    rejects = (place / "list.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert rejects.splitlines() == [
        "企业名称,法定代表人,注册资本,电话,crm_line,crm_reason",
        "-,-,9万,-,2,the row has no name",
    ]


@pytest.mark.parametrize(
    ("header", "days", "stored"),
    [
        ("成交日期", ["11/20/2025", "3/4/2026"], ["2025-11-20", "2026-03-04"]),
        ("Customer Since", ["20/11/2025", "3/4/2026"], ["2025-11-20", "2026-04-03"]),
        ("成交日期", ["20-Nov-25", "46346"], ["2025-11-20", "2026-11-20"]),
        ("since", ["2025/11/20 10:30", "2026-03-04T23:30:00Z"], ["2025-11-20", "2026-03-05"]),
    ],
)
def test_days_in_any_list(place: Path, header: str, days: list[str], stored: list[str]) -> None:
    path = written(place, [["name", header], ["A", days[0]], ["B", days[1]]])
    assert [each["since"] for each in imported(path, (2, 0))] == stored


def test_days_that_nobody_can_tell_apart_are_refused(place: Path) -> None:
    path = written(place, [["name", "since"], ["A", "3/4/2026"], ["B", "5/6/2026"]])
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, counts(ran)) == (5, (0, 0, 0, 2))
    rejects = (place / "list.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert "'3/4/2026' does not say which number is the month" in rejects


def test_two_million_columns_are_refused_in_a_sentence(place: Path) -> None:
    path = place / "wide.csv"
    path.write_text("name" + ",x" * 2_000_000 + "\nA" + ",1" * 2_000_000 + "\n", encoding="utf-8")
    ran = run_in_process(["import", str(path)])
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "crm: the file has 2000001 columns, more than the 16384 that can be read; "
        "leave out those that say nothing of customers\n"
    )
