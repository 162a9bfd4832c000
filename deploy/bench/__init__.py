"""What the system can do on this machine, beside others that do the same: `./onewindow bench`."""
