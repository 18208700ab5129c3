"""The contract with users' scripts, kept by the real `crm` process."""

import pytest

pytest.register_assert_rewrite("tests.contract.program")
