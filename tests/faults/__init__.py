"""Breaks Campfire on purpose: `scripts/faults` runs experiments, a checker says what was lost (docs/reliability.md).

How to write an experiment: `experiments/<name>.py` with a docstring that says what is broken and what must hold, and
`async def run(faults: Faults) -> None`; give it its number in `EXPERIMENTS` in run.py. In `run`:

- `site = await faults.site("sqlite" | "postgres")` is a fresh database: rooms `hall` and `attic`, twenty people.
- `async with serving(site, env=…, arguments=…) as server` runs Campfire on it, as often as you like (for Redis put
  REDIS_URL of `servers.start_redis()` into `site.environment` first). `kill(server)` and `start(server)` break and mend
  it, `rig="…"` breaks something inside the process (rigged.py).
- `async with Proxy(server.port) as proxy` is a line to cut, slow down or black-hole; its `url` is for clients.
- `async with crowd(record, site, [url, …]) as clients` are clients that do what ours do, ready in the hall, and write
  all they do and hear into `record = Record()`. `client.say(room)` queues a message until it is acknowledged,
  `Talk(clients, room)` speaks until `stop()`. Additions go in by `record.member(room, person, since=before)`, removals
  by `record.removed(room, person)` once they have been answered.
- `await faults.finish(subject, record, site, clients, since=…)` waits until all are healed and has the checker judge;
  call it while servers and clients are still there. `faults.note(subject, figure, value, unit, at_most=…)` adds a
  figure; one beyond its bound is a violation. `record.took()`, `delays()`, `outcomes()` and `percentile` help.
- Be small where `faults.quick`: all quick experiments together take less than 90 s. Wait for conditions (`until`),
  not durations.
"""
