"""What supervisors, analysts and the centre see: a file for each subject, each a mixin class."""
