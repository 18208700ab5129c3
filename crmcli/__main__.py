"""`python -m crmcli` and the `crm` program."""

import gc
import sys


def main() -> None:
    """Start `crm`; the version is answered before anything is loaded."""
    if sys.argv[1:] == ["--version"]:
        from crmcli import __version__

        print(f"crm {__version__}")
        return
    # A run is too short for the collector to earn its keep while modules load; imports turn it on again.
    gc.disable()
    from crmcli.app import run

    run()


if __name__ == "__main__":
    main()
