"""What is wrong with a row, in Chinese: for each sentence that the checks say in English. Pure."""

import re

PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), chinese)
    for pattern, chinese in (
        (r"is missing; the outcome is (.+)", r"缺失；办理结果为 \1 时必须填写"),
        (r"is missing", "缺失"),
        (r"must not be null", "不能为空"),
        (r"is not a text", "不是文本"),
        (r"is not a whole number", "不是整数"),
        (r"is not a number", "不是数字"),
        (r"is not true or false", "不是“是”或“否”"),
        (r"is not a list", "不是列表"),
        (
            r"is not a list, nor an object with the list results",
            "不是列表，也不是含 results 列表的对象",
        ),
        (r"is not an object", "不是一行记录"),
        (r"is not a date such as 2026-09-30", "不是日期，应如 2026-09-30"),
        (r"is not an assignment", "不是有效的分办编号"),
        (r"is not known here; did you mean (.+)\?", r"没有这个字段，是否应为 \1？"),
        (r"is not known here", "没有这个字段"),
        (r"must be one of (.+), and is (.+)", r"应为 \1 之一，实际为 \2"),
        (r"[Mm]ust be one of:? (.+?)\.?", r"应为 \1 之一"),
        (r"Shorter than minimum length (\d+)\.", r"至少 \1 个字"),
        (r"Longer than maximum length (\d+)\.", r"最多 \1 个字"),
        (r"Length must be between (\d+) and (\d+)\.", r"应为 \1 至 \2 个字"),
        (r"Must be greater than or equal to (\S+?)(?: and .*)?\.", r"不能小于 \1"),
        (r"has no name in row 1", "第 1 行没有这一列的名称"),
        (
            r"the task is (\w+); (\w+) is possible when it is (.+)",
            r"任务当前状态为 \1；只有状态为 \3 时才能 \2",
        ),
        (
            r"the task was completed by (.+) on (\S+ \S+); (\w+) is possible when it is (.+)",
            r"任务已由 \1 于 \2 办结；只有状态为 \4 时才能 \3",
        ),
        (
            r"the task was declined by (.+) on (\S+ \S+); (\w+) is possible when it is (.+)",
            r"任务已由 \1 于 \2 退件；只有状态为 \4 时才能 \3",
        ),
        (
            r"the task was cancelled on (\S+ \S+); (\w+) is possible when it is (.+)",
            r"任务已于 \1 取消；只有状态为 \3 时才能 \2",
        ),
        (
            r"the task is at version (\d+) and not (\d+); read it again",
            r"任务已更新为第 \1 版，不是第 \2 版，请重新读取",
        ),
        (
            r"the system has not been told yet that the task is (\w+);.*",
            r"任务有新消息（\1）尚未送达贵方系统，请收到后再答复",
        ),
        (r"(.+) has no task under the assignment (.+)", r"\1 没有分办编号为 \2 的任务"),
        (r"is larger than (\d+) bytes", r"文件超过 \1 字节"),
        (r"is not (utf-8|gb18030) at byte (\d+)", r"第 \2 字节处不是 \1 编码"),
        (r"is not (CSV|XLSX): (.+)", r"不是有效的 \1 文件（\2）"),
        (r"has more than (\d+) rows", r"超过 \1 行"),
        (r"has more than (\d+) columns", r"超过 \1 列"),
        (r"has the column (.+) twice", r"列名 \1 重复"),
        (r"is empty", "文件为空"),
        (r"unpacks to (\d+) bytes; at most (\d+) are read", r"解压后为 \1 字节，最多 \2 字节"),
        (r"was taken already, as (.+)", r"同一文件已以 \1 之名处理过"),
        (r"the body (.+)", r"文件内容无法读取（\1）"),
    )
)
UNKNOWN = "不符合规则，详见英文说明"


def chinese(problem: str) -> str:
    """The sentence in Chinese."""
    for pattern, said in PHRASES:
        match = pattern.fullmatch(problem)
        if match:
            return match.expand(said)
    return UNKNOWN
