from tests.support import *
def test_x():
    assert crm("crm add-customer 华东精工 --tier core").out=="c1\n"
    r = run_process("due --json"); print(r); assert r.code==0
    assert crm("due").code == 0
    assert run_in_process("show c9").code == 3
