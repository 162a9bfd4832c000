"""`./onewindow worker new`: a department's own project, made from the files in `template`.

In these files `$department`, `$sdk` and `$launcher` are filled in; `.tmpl` goes from their names.
"""
