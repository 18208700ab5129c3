"""Makes examples/customers.xlsx (`python -m tools.example_workbook`): a list as a rep is handed one.

It has what such files have: a cover sheet, a title and a date above the header, phones and mobiles that became numbers,
landlines without their 0, real dates, an error from a lookup, coloured rows below the list, a hidden old sheet.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

TARGET = Path(__file__).parents[1] / "examples" / "customers.xlsx"

HEADERS = ["客户名称", "统一社会信用代码", "行业", "城市", "电话", "联系人", "职务", "手机", "客户等级", "成交日期", "最近跟进时间", "备注"]  # fmt: skip
# Name, credit code, industry, city, landline as the number Excel made of it, person, title, mobile, tier, since, last contact.
CUSTOMERS = [
    ("深圳市云帆精密制造有限公司", "91440300MA5F0B1C2Y", "制造", "深圳", 75526781234, "林晓峰", "采购经理", 13600001001, "core", (2021, 3, 15), (2026, 11, 3, 10, 30)),
    ("杭州青禾软件有限公司", "91330106MA2H1D3E4W", "软件", "杭州", 57187654321, "周敏", "技术总监", 13600001002, "key", (2022, 6, 1), (2026, 10, 28, 15, 0)),
    ("北京远山医疗器械有限公司", "91110108MA01F5G6X0", "医疗", "北京", 1062345671, "赵丽华", "总经理", 13600001003, "core", (2019, 9, 9), (2026, 11, 12, 9, 0)),
    ("上海浦江国际物流有限公司", "91310115MA1K7J8L99", "物流", "上海", 2158761234, "陈伟", "运营主管", 13600001004, "ordinary", (2024, 2, 29), (2026, 9, 30, 14, 15)),
    ("成都锦绣食品有限公司", "91510100MA6C2M3N41", "食品", "成都", 2886541237, "何雨桐", "采购", 13600001005, "ordinary", (2023, 5, 20), None),
    ("武汉长江光电有限公司", "91420100MA4K5P6Q76", "光电", "武汉", 2787651239, "孙建国", "副总经理", 13600001006, "key", (2020, 11, 11), (2026, 11, 1, 11, 0)),
    ("西安秦岭新能源有限公司", "91610131MA6U8R9T0G", "能源", "西安", 2988123457, "高翔", "项目经理", 13600001007, "ordinary", None, (2026, 8, 17, 16, 45)),
    ("宁波海曙纺织有限公司", "91330203MA2A1W2X3P", "纺织", "宁波", 57487321456, "徐静", "采购经理", 13600001008, "ordinary", (2025, 1, 6), None),
    ("石家庄燕赵药业有限公司", "91130100MA07Y4A5B6", "医药", "石家庄", 31186217654, "马骏", "质量总监", 13600001009, "key", (2021, 12, 24), (2026, 10, 9, 10, 0)),
    ("昆明滇池花卉有限公司", "91530100MA6K6C7D83", "农业", "昆明", 87163312478, "杨柳", "销售", 13600001010, "ordinary", (2026, 4, 1), (2026, 11, 6, 13, 30)),
    ("天津渤海化工设备有限公司", "91120116MA05E9F0G2", "化工", "天津", 2225897413, "郑海涛", "设备部长", 13600001011, "ordinary", (2022, 8, 8), None),
    ("兰州黄河电气有限公司", "91620100MA71H2J3KG", "电气", "兰州", 9318456721, "田野", "总工程师", 13600001012, "ordinary", (2023, 10, 10), (2026, 7, 22, 9, 30)),
]  # fmt: skip


def write(file: BinaryIO) -> None:
    """Write the workbook."""
    book = xlsxwriter.Workbook(file)
    book.set_properties({"created": datetime(2026, 11, 20)})  # noqa: DTZ001 - the same bytes each time
    bold, title = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 16})
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    moment = book.add_format({"num_format": "yyyy/m/d h:mm"})
    whole, yellow = book.add_format({"num_format": "0"}), book.add_format({"bg_color": "yellow"})
    cover = book.add_worksheet("说明")
    cover.write_column(0, 0, ["填写说明", "一行一个客户，带*的必填", "如有疑问请联系销售支持"])
    page = book.add_worksheet("客户名单")
    page.merge_range(0, 0, 0, len(HEADERS) - 1, "华东华南大区客户名单", title)
    page.write(1, 0, "制表日期：2026-11-20")
    page.write_row(3, 0, HEADERS, bold)
    for row, (*texts, since, last) in enumerate(CUSTOMERS, 4):
        page.write_row(row, 0, texts, whole)
        if since:
            page.write_datetime(row, 9, datetime(*since), day)  # noqa: DTZ001 - a sheet knows no zone
        if last:
            page.write_datetime(row, 10, datetime(*last), moment)  # noqa: DTZ001
        if row == 7:
            page.write_formula(row, 11, "=VLOOKUP(A8,旧名单!A:B,2,FALSE)", None, "#N/A")
        elif row % 3 == 0:
            page.write(row, 11, "展会认识，关注交期")
    for row in range(len(CUSTOMERS) + 4, 200):
        page.write_blank(row, 0, None, yellow)
        page.write_blank(row, len(HEADERS) + 40, None, yellow)
    page.set_column(0, len(HEADERS) - 1, 18)
    old = book.add_worksheet("旧名单")
    old.write_column(0, 0, ["客户名称", "不再合作的公司"])
    old.hide()
    book.close()


if __name__ == "__main__":
    with TARGET.open("wb") as target:
        write(target)
    sys.stdout.write(f"{TARGET.name}: {len(CUSTOMERS)} customers\n")
