"""An example of every command, which `--help` shows below the options.

They stand here together so that they tell one story: the case, the department and the people are
the same ones throughout. A test reads each of them as the command line would.
"""

from collections.abc import Mapping

CASE = "330100-2609-0000001-09"

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo": ("demo", "demo --json > outcome.json"),
    "up": (
        "up --detach",
        "up --port 9800 --database postgres --processes routing=2,supervision=2",
    ),
    "status": ("status --json",),
    "down": ("down",),
    "test": ("test", "test tests/unit -x"),
    "check": ("check",),
    "bench": ("bench cases --rounds 5 --json figures.json", "bench wall --quick"),
    "broker setup": ("broker setup --passwords secrets/passwords.json",),
    "calendar show": ("calendar show --region 330106 --year 2026",),
    "calendar check": ("calendar check --catalogue /etc/onewindow/catalogue",),
    "calendar publish": (
        'calendar publish --region 330100 --off 2026-09-19..2026-09-21 --source "a notice"'
        ' --by "Chen Zhiyuan" --dry-run',
    ),
    "case extend": (
        f'case extend {CASE} --by "Chen Zhiyuan" --as 机关负责人 --reason "experts disagree"'
        ' --legal-basis "Administrative Licensing Law, art. 42"',
    ),
    "case transfer": (
        f'case transfer {CASE} fire-safety police --by "Chen Zhiyuan" --reason "reorganised"',
    ),
    "case correct": (
        f'case correct {CASE} --set building_area=120 --by "Chen Zhiyuan" --reason "typing error"',
    ),
    "case merge": (
        f'case merge {CASE} --into 330100-2609-0000000-12 --by "Chen Zhiyuan"'
        ' --reason "handed in twice"',
    ),
    "catalogue check": ("catalogue check my-catalogue",),
    "catalogue simulate": (
        "catalogue simulate hotel-licence --form form.yaml --begin 2026-09-21T09:00:00",
        "catalogue simulate hotel-licence --log permits.xes.gz --zone Europe/Amsterdam",
    ),
    "catalogue draw": ("catalogue draw hotel-licence --out plan.svg --language en",),
    "catalogue import": ("catalogue import permit.bpmn --key permit --out items/permit.yaml",),
    "catalogue migrate": (
        f"catalogue migrate hotel-licence {CASE} --to 2 --dry-run",
        f'catalogue migrate hotel-licence {CASE} --to 2 --by "Chen Zhiyuan" --reason "new guide"',
    ),
    "channel list": ("channel list",),
    "channel test": ("channel test he-jun",),
    "chaos": ("chaos --minutes 5 --seed 7", "chaos --minutes 1 --rate 0.5 --keep /tmp/after"),
    "clock": (f"clock {CASE} --kind statutory", f"clock {CASE} --at 2026-10-13T09:00+08:00"),
    "database setup": ("database setup --passwords secrets/passwords.json",),
    "department add": (
        'department add drainage --zh 排水管理处 --en "Drainage Office" --way desk',
    ),
    "department list": ("department list",),
    "department rotate": ("department rotate drainage --disconnect",),
    "department remove": ("department remove drainage",),
    "department token": ("department token archives --label scanner",),
    "department tokens": ("department tokens archives",),
    "department revoke": ("department revoke archives ID",),
    "department systems": ("department systems --check --connections connections.yaml",),
    "department uri": ("department uri planning",),
    "facts rebuild": ("facts rebuild",),
    "flow": (
        "flow hotel-licence --since 2026-07-01 --until 2026-09-30",
        "flow hotel-licence --before v1 --after v2 --svg map.svg",
        "flow permits.xes.gz --zone Europe/Amsterdam",
    ),
    "log export": (
        "log export --format xes cases.xes.gz --since 2026-01-01",
        "log export --format ocel cases.sqlite --item hotel-licence",
    ),
    "officer add": (
        "officer add wang --unit urban-management --name 王敏 --role administrator",
        "officer add zhang --service supervision --unit 330100 --name 张敏 --role supervisor",
    ),
    "officer list": ("officer list --unit urban-management",),
    "officer reset": ("officer reset wang",),
    "officer disable": ("officer disable wang",),
    "officer roles": ("officer roles wang officer head",),
    "parked list": ("parked list --all",),
    "parked show": ("parked show ID",),
    "parked redrive": ("parked redrive ID",),
    "parked discard": ('parked discard ID --why "sent by mistake"',),
    "policy check": ("policy check --catalogue /etc/onewindow/catalogue",),
    "policy who": ("policy who --department planning --rung red --at 2026-10-08T23:00+08:00",),
    "policy text": ("policy text VERSION",),
    "policy versions": ("policy versions",),
    "policy token": ("policy token planning",),
    "reconcile": ("reconcile --json",),
    "replay": (
        "replay permits.xes.gz --alerts alerts.csv",
        "replay permits.xes.gz --people people.yaml --told told.csv",
    ),
    "secrets": (
        "secrets secrets --broker broker.example.gov:5671/onewindow",
        "secrets secrets --renew broker/department.tax",
    ),
    "sheet show": ("sheet show planning --period 2026-Q3 --xlsx q3.xlsx --language zh",),
    "sheet tasks": (
        "sheet tasks planning late --period 2026-Q3",
        "sheet tasks all red --period 2026-Q3 --version 1 --csv cards.csv",
    ),
    "sheet publish": ('sheet publish --period 2026-Q3 --by "Wang Ming"',),
    "sheet versions": ("sheet versions --period 2026-Q3",),
    "tasks": (
        "tasks --light red",
        "tasks --department planning --until 2026-09-30 --json",
        "tasks --region 330100 --csv tasks.csv --language zh",
    ),
    "trace": (f"trace {CASE} --verify", f"trace {CASE} --export trace.json"),
    "window list": ("window list",),
    "window show": (f"window show {CASE}",),
    "window notify": (
        f'window notify {CASE} --wrong "intake-drawing=no scale"'
        ' --remedy "intake-drawing=upload it at 1:500" --by "Chen Zhiyuan"',
    ),
    "window accept": (f'window accept {CASE} --by "Chen Zhiyuan"',),
    "window refuse": (
        f'window refuse {CASE} --reason "another authority decides on this" --by "Chen Zhiyuan"',
    ),
    "window token": ('window token "Chen Zhiyuan"',),
    "window tokens": ("window tokens",),
    "window revoke": ("window revoke ID",),
    "worker new": ("worker new drainage-worker --department drainage",),
    "worker check": ("worker check -- node worker.js",),
}


def shown(name: str) -> str:
    """What `--help` of a command says below its options, empty where there is no example."""
    lines = "".join(f"\n  ./onewindow {it}" for it in EXAMPLES.get(name, ()))
    return f"\b\nFor example:{lines}" if lines else ""
