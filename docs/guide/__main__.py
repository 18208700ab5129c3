"""Writes into the pages of the guide what their commands print (`make docs`); with names of pages only into these."""

import sys
from importlib import import_module

from crmcli import app
from docs.guide.replay import LANGUAGES, pages, renewed, replay


def main() -> int:
    """Renew the pages; 1 when a command ended otherwise than its page says."""
    for entry in app._EVERY.values():  # help is in the language in which a module is read first
        import_module(f"crmcli.commands.{entry.module}")
    asked, demos, bad = sys.argv[1:], dict[tuple[str, str], bytes](), 0
    for language in LANGUAGES:
        for path in pages(language):
            if asked and not any(one in str(path) for one in asked):
                continue
            ran = list(replay(path, language, demos))
            for line, code, out in ran:
                if code != line.code:
                    bad = 1
                    print(f"{path}: $ {line.command}\nexit code {code}\n{out}", file=sys.stderr)
            text = path.read_text(encoding="utf-8")
            path.write_text(renewed(text, {line: out for line, _, out in ran}), encoding="utf-8")
    return bad


if __name__ == "__main__":
    sys.exit(main())
