"""`python -m crmcli` and the `crm` program."""

import gc
import sys


def _say_version() -> bool:
    """True when it could be said; whatever goes wrong, `run` meets again and explains."""
    from crmcli import __version__

    try:
        print(f"crm {__version__}", flush=True)
    except OSError:
        return False
    return True


def main() -> None:
    """Start `crm`; the version is answered before anything is loaded."""
    if sys.argv[1:] == ["--version"] and _say_version():
        return
    # A run is too short for the collector to earn its keep.
    gc.disable()
    try:
        from crmcli.app import run

        run()
    except KeyboardInterrupt:  # so early that `run` is not yet there to answer it
        sys.exit(130)
    finally:
        gc.freeze()  # or leaving would collect once more, 10 ms for nothing


if __name__ == "__main__":
    main()
