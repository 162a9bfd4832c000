"""`./onewindow worker check`: plays the platform's side against a worker in any language.

A private broker with a department's rights, a tap between it and the worker that reads every frame
(`tap`, `frames`, `seen`), scenes in which tasks are sent and things go wrong (`scenes`), and rules
that judge what was seen (`judging`). What the tap does not see, such as the worker's own database,
is judged by what it leads to.
"""
