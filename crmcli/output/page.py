"""Pages in HTML: one file that loads nothing from outside, and obeys nothing that its texts say (DESIGN §4, §5)."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmcli import locale
from crmcli.output.text import visible_lines

if TYPE_CHECKING:  # imported by whoever makes a page
    from jinja2 import Template


def page(template: str, values: Mapping[str, Any]) -> str:
    """The page made of a template in `templates/`."""
    return _template(template).render({**values, "language": locale.current()})


@lru_cache
def _template(name: str) -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates"), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible_lines(value) if type(value) is str else value,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
