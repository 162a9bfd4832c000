"""`python -m deploy`: the command line that ./onewindow hands over to.

Until a command has begun there is nothing to be ended in good order, so Ctrl-C ends it at once.
"""

import signal


def run() -> None:
    """Load the command line and run what was asked for."""
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:  # else it was told to ignore it, by nohup or a shell
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from deploy.cli import main  # noqa: PLC0415

    signal.signal(signal.SIGINT, handler)
    main()


if __name__ == "__main__":
    run()
