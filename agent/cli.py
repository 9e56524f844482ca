"""The command `smolcell`; all else is loaded inside, so that a Ctrl-C meanwhile is told as any other."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, of this process where none is given; its exit code is one of `ExitCode`."""
    try:
        from agent.doors.cli import application

        return application.main(arguments)
    except KeyboardInterrupt:
        if sys.stderr is not None:
            sys.stderr.write("Interrupted: stopped by Ctrl-C or SIGTERM.\n")
        return 4  # ExitCode.STOPPED, which may not be loaded yet


if __name__ == "__main__":
    sys.exit(main())
