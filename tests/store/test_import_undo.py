"""A whole import is taken back, updated rows too, and given back: the file is then what it was, to the last column."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.searching import check_search
from tests.store.test_undo import live
from tests.support import crm, heavy, place_at, run_in_process

WHOM = st.sampled_from(["Acme", "Beta", "Gamma", "华东精工有限公司", "ext:E1", "Nobody"])
DAYS = st.sampled_from(["", "2026-11-02", "2026-10-01 14:30", "2026-01-31"])
DUE = st.sampled_from(["", "2026-12-01", "2026-11-25 15:00"])
NUMBERS = st.sampled_from(["", "", "X1", "X2", "X3"])


def some(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *values])


KINDS: dict[str, dict[str, st.SearchStrategy[str]]] = {
    "customers": {
        "external_id": some("E1", "E2"), "name": st.sampled_from(["Acme", "ACME", "Beta", "Gamma", "华东精工", "华东精工有限公司"]),
        "city": some("Bonn", "Ulm"), "tier": some("core", "potential"), "stage": some("prospect", "customer", "lost"),
        "phone": some("13800000001", "13800000002"), "person": some("Ann", "Bob"), "title": some("CEO"),
        "tags": some("a", "b;c"), "since": DAYS, "last_contact": DAYS, "next_touch": DUE, "referred_by": some("Acme", "Beta"),
        "note": some("one", "two"), "Shoe size": some("44", "45"),
    },
    "people": {
        "customer": WHOM, "external_id": NUMBERS, "name": st.sampled_from(["Ann", "Bob"]), "title": some("CEO", "buyer"),
        "phone": some("13800000003", "12"), "birthday": some("05-20", "1980-06-01"), "role": some("user", "decider"),
        "left_on": some("2026-11-01"),
    },
    "interactions": {
        "customer": WHOM, "external_id": NUMBERS, "at": st.sampled_from(["2026-11-02", "2026-11-19 10:00", "2026-01-31"]),
        "channel": some("visit", "email"), "direction": some("out"), "summary": some("talk", "sent"), "with": some("Ann"),
        "intent": some("high"), "next": some("call"), "next_on": DUE,
    },
    "needs": {
        "customer": WHOM, "external_id": NUMBERS, "text": st.sampled_from(["leaks", "cracks"]), "urgency": some("urgent", "routine"),
        "status": some("resolved", "waiting", "confirmed"), "received_at": some("2026-11-02"), "resolved_at": some("2026-11-10"),
        "solution": some("a seal"), "owner": some("me"),
    },
    "tasks": {
        "customer": WHOM, "external_id": NUMBERS, "text": st.sampled_from(["ring", "write"]), "due": DUE, "done_on": some("2026-11-10"),
    },
    "promises": {
        "customer": WHOM, "external_id": NUMBERS, "text": st.sampled_from(["send", "come"]),
        "due": st.sampled_from(["2026-12-01", "2026-11-25 15:00"]), "level": some("basic", "surprise"), "by": some("they-owe"),
        "kept_on": some("2026-11-10"), "broken_on": some("2026-11-11"),
    },
    "surveys": {
        "customer": WHOM, "external_id": NUMBERS, "need": some("X1"), "at": st.sampled_from(["2026-11-02", "2026-11-19"]),
        "overall": some("1", "5"), "nps": some("3", "9"), "comment": some("fine"),
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=heavy(6), derandomize=True)
@given(data=st.data())
def test_a_list_over_a_filled_file_goes_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    place = place_at(folder)
    path = folder / "crm.db"

    def bring(what: str, now: str, *options: str) -> None:
        columns = KINDS[what]
        rows = data.draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=6))
        list_of_rows = folder / f"{what}.csv"
        lines = [",".join(columns), *(",".join(row.values()) for row in rows)]
        list_of_rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
        ran = run_in_process(
            ["import", str(list_of_rows), "--as", what, *options], **{**place, "CRM_NOW": now}
        )
        assert ran.code in (0, 5), ran

    crm("add-customer Acme --external-id E1 --tier core --person Ann --phone 13800000001", **place)
    for what in KINDS:
        bring(what, "2026-11-20T09:00")
    before = live(path)
    extra = ["--keep-extra"] if kind == "customers" else []
    bring(kind, "2026-11-20T10:00", *extra)
    after = live(path)
    if after == before:
        return
    later = {**place, "CRM_NOW": "2026-12-24T09:00"}
    number = crm("undo", **later).out.strip()
    assert live(path) == before
    check_search(path)
    crm(f"undo {number}", **{**place, "CRM_NOW": "2027-03-01T09:00"})
    assert live(path) == after
    check_search(path)
    crm("undo", **later)
    assert live(path) == before


def test_updates_and_additions_of_one_list(place: Path) -> None:
    path = place / "list.csv"
    crm("add-customer Acme --city Bonn --tier core --person Ann --phone 13800000001")
    crm("add-customer Beta --tag old")
    path.write_text(
        "name,city,tier,tags,person,title,last_contact,next_touch\n"
        "Acme,Bonn,potential,vip,Ann,CEO,2026-11-02,2026-12-01\n"
        "Beta,Ulm,,new,Bob,,,\n"
        "Gamma,Kiel,core,,,,2026-11-03,\n",
        encoding="utf-8",
    )
    before = live(place / "crm.db")
    ran = crm(["import", str(path), "--json"])
    item = ran.json["item"]
    assert (item["added"], item["updated"], item["change"]) == (1, 2, "x3")
    after = live(place / "crm.db")
    crm("undo x3", CRM_NOW="2027-01-10T09:00")
    assert live(place / "crm.db") == before
    crm("undo x4", CRM_NOW="2027-01-11T09:00")
    assert live(place / "crm.db") == after
