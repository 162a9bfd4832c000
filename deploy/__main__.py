"""`python -m deploy`: the command line that ./onewindow hands over to."""

from deploy.cli import main

if __name__ == "__main__":
    main()
