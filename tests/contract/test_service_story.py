"""One need from the first call to the last word, through the real program (HANDBOOK §4, §5): tests/contract/service_story.py."""

from tests.contract.service_story import Story, tell


def test_from_the_first_call_to_the_last_word() -> None:
    assert len(list(tell(Story()))) == 13
