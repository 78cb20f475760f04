"""Somebody asks for what follows on a cursor that is stale, in the future, negative, of another room or another epoch.

Each case has one answer, on the socket and in REST. Then the database goes back to a backup: whoever comes with what
they held before is told to load anew, does, and holds what everybody holds.
"""

import asyncio
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from tests import servers
from tests.faults.client import Client
from tests.faults.connection import Refused
from tests.faults.faults import Faults, crowd
from tests.faults.ground import Site, serving, start
from tests.faults.record import Record
from tests.faults.waiting import until

RESTORED = "from django.core.management import call_command; call_command('restored')"
SEVERAL, MANY, PAGE = 20, 1_200, 500
SHORT = 510
LARGEST = 2**63 - 1
INVALID, SHAPE, ABSENT = "invalid_cursor", "invalid_frame", "not_found"
STATUSES = {INVALID: 400, SHAPE: 400, ABSENT: 404}


class Case(NamedTuple):
    """What is asked, and the answer: an error code, or how many frames the page has and whether there are more."""

    name: str
    asked: Mapping[str, Any]
    answer: "str | tuple[int, bool]"
    room: str = ""


async def run(faults: Faults) -> None:
    count = SHORT if faults.quick else MANY
    site, record = await faults.site(), Record()
    async with (
        serving(site) as server,
        crowd(record, site, [server.url] * 3, rooms=[site.hall, site.attic], width=SEVERAL, longest_wait=1) as clients,
    ):
        ada, *_ = clients
        await _said(ada, site.hall, count)
        await _said(ada, site.attic, SEVERAL)
        foreign = next(iter(ada.states[site.attic].holds))
        first = min(ada.states[site.hall].holds.values(), key=lambda held: held.seq).message
        secret = await _room_of_another(clients[1])
        await _ask_all(faults, "as it is", ada, _cases(count, ada.epoch, first, foreign, secret), site.hall)
        await _ask_rest(faults, "as it is", ada, _rest_cases(count, ada.epoch, foreign, secret), site.hall)
        await _restored(faults, record, site, server, clients)


def _cases(version: int, epoch: str | None, first: str, foreign: str, secret: str) -> list[Case]:
    """For the socket, in a room with `version` messages and nothing else."""
    seen = "last_seen_version"
    return [
        Case("up to date", {seen: version}, (0, False)),
        Case("stale by ten", {seen: version - 10}, (10, False)),
        Case("stale by more than a page", {seen: 0}, (PAGE, True)),
        Case("stale, by message", {"last_seen_message_id": first}, (PAGE, True)),
        Case("with this epoch", {seen: version, "epoch": epoch}, (0, False)),
        Case("one ahead", {seen: version + 1}, INVALID),
        Case("far ahead", {seen: LARGEST}, INVALID),
        Case("further than a number goes", {seen: LARGEST + 1}, SHAPE),
        Case("negative", {seen: -1}, INVALID),
        Case("as negative as can be", {seen: -LARGEST - 1}, INVALID),
        Case("a text", {seen: str(version)}, SHAPE),
        Case("a fraction", {seen: 1.5}, SHAPE),
        Case("none", {}, SHAPE),
        Case("two", {seen: 1, "last_seen_message_id": first}, SHAPE),
        Case("a message of another room", {"last_seen_message_id": foreign}, INVALID),
        Case("a message that never was", {"last_seen_message_id": str(uuid4())}, INVALID),
        Case("no id", {"last_seen_message_id": "1"}, SHAPE),
        Case("another epoch", {seen: version, "epoch": str(uuid4())}, INVALID),
        Case("another epoch, stale", {seen: 1, "epoch": str(uuid4())}, INVALID),
        Case("no epoch at all", {seen: version, "epoch": ""}, INVALID),
        Case("a room that is not theirs", {seen: 0}, ABSENT, secret),
        Case("a room that never was", {seen: 0}, ABSENT, str(uuid4())),
    ]


def _rest_cases(version: int, epoch: str | None, foreign: str, secret: str) -> list[Case]:
    """For `changes`, and for pages of history by an anchor."""
    after = "after_version"
    return [
        Case("up to date", {after: version}, (0, False)),
        Case("stale by ten", {after: version - 10}, (10, False)),
        Case("stale by more than a page", {after: 0}, (PAGE, True)),
        Case("with this epoch", {after: version, "epoch": epoch}, (0, False)),
        Case("one ahead", {after: version + 1}, INVALID),
        Case("far ahead", {after: LARGEST}, INVALID),
        Case("further than a number goes", {after: LARGEST + 1}, SHAPE),
        Case("negative", {after: -1}, INVALID),
        Case("as negative as can be", {after: -LARGEST - 1}, INVALID),
        Case("another epoch", {after: version, "epoch": str(uuid4())}, INVALID),
        Case("another epoch, stale", {after: 1, "epoch": str(uuid4())}, INVALID),
        Case("a room that is not theirs", {after: 0}, ABSENT, secret),
        Case("a room that never was", {after: 0}, ABSENT, str(uuid4())),
        *(
            Case(f"{anchor} {name}", {anchor: value}, INVALID)
            for anchor in ("before", "after", "around")
            for name, value in (
                ("a message of another room", foreign),
                ("a message that never was", str(uuid4())),
                ("a negative seq", -1),
                ("nothing", "x"),
            )
        ),
    ]


async def _said(client: Client, room: str, count: int) -> None:
    for _ in range(count):
        client.say(room)
    await client.wait(lambda: client.is_idle and client.states[room].cursor == count)


async def _room_of_another(client: Client) -> str:
    """A closed room with nobody else in it, and something in it."""
    room = await client.rest("POST", "rooms", {"name": "secret", "kind": "closed"})
    assert room.status == 201, room
    said = await client.rest("POST", f"rooms/{room.body['id']}/messages", {"content": "Hush"})
    assert said.status == 201, said
    return str(room.body["id"])


async def _ask_all(faults: Faults, when: str, client: Client, cases: list[Case], room: str) -> None:
    answers = [(case, await _asked(client, case, room)) for case in cases]
    _compare(faults, f"socket, {when}", answers)


async def _asked(client: Client, case: Case, room: str) -> "str | tuple[int, bool]":
    try:
        answer = await client.socket.request("catch_up", room_id=case.room or room, **case.asked)
    except Refused as refused:
        return refused.code
    return answer["message_count"], answer["has_more"]


async def _ask_rest(faults: Faults, when: str, client: Client, cases: list[Case], room: str) -> None:
    answers = [(case, await _asked_rest(client, case, room)) for case in cases]
    _compare(faults, f"REST, {when}", answers)


async def _asked_rest(client: Client, case: Case, room: str) -> "str | tuple[int, bool]":
    what = "changes" if "after_version" in case.asked else "messages"
    answer = await client.rest("GET", f"rooms/{case.room or room}/{what}?{urlencode(case.asked)}")
    if answer.status != 200:
        code = str(answer.body["code"])
        return code if answer.status == STATUSES.get(code) else f"{answer.status} {code}"
    return (len(answer.body["changes"]), answer.body["has_more"]) if what == "changes" else "200"


def _compare(faults: Faults, subject: str, answers: "list[tuple[Case, str | tuple[int, bool]]]") -> None:
    wrong = [(case, answer) for case, answer in answers if answer != case.answer]
    for case, answer in wrong:
        faults.say(f"{subject}: {case.name} {dict(case.asked)} is answered {answer}, not {case.answer}")
    faults.note(subject, "cases", len(answers))
    faults.note(subject, "answered otherwise than they must be", len(wrong), at_most=0)


async def _restored(
    faults: Faults, record: Record, site: Site, server: servers.Campfire, clients: list[Client]
) -> None:
    """A backup is taken, more is said, and the backup put in place while the clients are out."""
    ada, room = clients[0], site.hall
    backup, kept = site.place.data / "backup.sqlite3", time.time()
    await asyncio.to_thread(_copy, site, backup)
    version, epoch = ada.states[room].cursor, ada.epoch
    for client in clients:
        await client.done(client.say(room))
    await asyncio.to_thread(server.stop)
    await until(lambda: not servers.alive_in_group(server.pid))
    before = [client.socket.session for client in clients]
    await asyncio.to_thread(_put_back, site, backup)
    # What was said since has gone with the database, and everybody has to forget it.
    record.operations = [each for each in record.operations if each.began < kept]
    for client in clients:
        client.reader.told.clear()
    await start(server)
    back = time.time()
    for client, session in zip(clients, before, strict=True):
        await client.wait(partial(_is_back, client, session))
        await client.ready()
    cases = [
        Case("ahead of the backup, as before", {"last_seen_version": version + 1, "epoch": epoch}, INVALID),
        Case("ahead of the backup, without an epoch", {"last_seen_version": version + 1}, INVALID),
        Case("within the backup, as before", {"last_seen_version": version - 1, "epoch": epoch}, INVALID),
        Case("within the backup, the epoch of now", {"last_seen_version": version - 1, "epoch": ada.epoch}, (1, False)),
    ]
    await _ask_all(faults, "restored", ada, cases, room)
    rest = [
        Case(case.name, {"after_version": case.asked["last_seen_version"], **_epoch(case)}, case.answer)
        for case in cases
    ]
    await _ask_rest(faults, "restored", ada, rest, room)
    # Now the room goes beyond what was held before: only the epoch tells the two apart.
    for client in clients:
        await client.done(client.say(room))
    overtaken = [Case("as before, overtaken", {"last_seen_version": version + 1, "epoch": epoch}, INVALID)]
    await _ask_all(faults, "restored and overtaken", ada, overtaken, room)
    faults.note(
        "restored",
        "clients that came back with another epoch",
        sum(client.epoch != epoch for client in clients),
        at_least=len(clients),
    )
    await faults.finish("restored", record, site, clients, room, site.attic, since=back)


def _is_back(client: Client, session: int) -> bool:
    return client.socket.session > session


def _epoch(case: Case) -> dict[str, Any]:
    return {"epoch": case.asked["epoch"]} if "epoch" in case.asked else {}


def _copy(site: Site, backup: Path) -> None:
    with closing(sqlite3.connect(site.file)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)


def _put_back(site: Site, backup: Path) -> None:
    """What somebody does who goes back in a way of their own: the file, nothing beside it, and a new epoch."""
    for suffix in ("-wal", "-shm"):
        site.file.with_name(site.file.name + suffix).unlink(missing_ok=True)
    backup.replace(site.file)
    site.place.run(RESTORED)
