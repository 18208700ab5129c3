"""`crm tag`: what is written with a sign before it."""

import pytest

from tests.contract.program import refused
from tests.support import crm


@pytest.mark.parametrize("typed", ["+老客户", "＋老客户", "老客户", " +老客户"])
def test_the_sign_that_adds_is_none_of_the_tag(typed: str) -> None:
    crm("add-customer Acme")
    assert crm(["tag", "c1", typed, "c++", "--json"]).json["item"] == {
        "ref": "c1",
        "tags": ["c++", "老客户"],
    }
    assert crm(["tag", "c1", "--remove", "老客户", "--json"]).json["item"]["tags"] == ["c++"]


def test_a_sign_alone_is_no_tag() -> None:
    crm("add-customer Acme")
    refused("tag c1 +", 2, "no tag given; write crm tag c1 TAG, or --remove TAG")
