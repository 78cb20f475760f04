"""What is checked on an installation: each check looks at one thing and yields what it found."""

from campfire.doctor import database, machine, redis, serving, settings, tasks
from campfire.doctor.findings import Asked, Check, Finding, run

CHECKS: list[Check] = [*settings.CHECKS, *machine.CHECKS, *redis.CHECKS]


def examine(asked: Asked, *of_tables: Check) -> list[Finding]:
    """Everything that was found. What needs the database is not looked at in one that does not answer, nor what needs
    its tables (`of_tables`, too) in one that lacks some: it would only say the same again."""
    found = run(CHECKS, asked)
    gates: list[tuple[Check, list[Check]]] = [
        (database.check_reachable, database.CHECKS),
        (database.check_migrations, [*tasks.CHECKS, *of_tables]),
    ]
    for gate, behind in gates:
        passed = run([gate], asked)
        found += passed
        if any(finding.state == "problem" for finding in passed):
            break
        found += run(behind, asked)
    return found + run(serving.CHECKS, asked)
