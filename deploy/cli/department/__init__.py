"""The commands of `./onewindow department`, one a module."""
