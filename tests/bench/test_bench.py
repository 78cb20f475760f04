"""The benchmarks themselves: what they notice, how they report, and that all of them run."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from tests.bench.baselines.raw import Peer
from tests.bench.bench import Broken
from tests.bench.dialects import DIALECTS, Message, understood
from tests.bench.load import Load, Sent
from tests.bench.page import MARK, kept_in
from tests.bench.report import Figure, Goal, Report, number, table
from tests.bench.run import CASES, arguments
from tests.bench.tally import Tally, chunk
from tests.bench.websocket import PING, TEXT, frame, frames
from tests.servers import ROOT, find_program, free_port

pytestmark = [pytest.mark.sqlite, pytest.mark.servers]

READERS, MESSAGES = 5, 20


# ---- what the client notices -------------------------------------------------------------------------------------


class Faulty(Peer):
    """Passes on what it hears, but does one thing wrong, once: to one reader, with the tenth message."""

    everybody: set[Peer]
    fault = ""
    told = 0
    kept = b""

    def tell(self, payload: bytes) -> None:
        self.told += 1
        prepared = frame(payload)
        for number_, peer in enumerate(sorted((peer for peer in self.everybody if peer is not self), key=id)):
            for data in self.for_one(prepared) if number_ == 0 else [prepared]:
                peer.transport.write(data)

    def for_one(self, prepared: bytes) -> list[bytes]:
        if self.fault == "in pieces":
            return [frame(b"", PING), *(prepared[start : start + 7] for start in range(0, len(prepared), 7))]
        if self.told == 10:
            if self.fault == "swapped":
                self.kept = prepared
            return [prepared, prepared] if self.fault == "doubled" else [] if self.fault else [prepared]
        if self.kept:
            prepared, self.kept = prepared + self.kept, b""
        return [prepared]


@contextmanager
def serving(fault: str) -> Iterator[str]:
    """The address of a server that does this wrong."""
    everybody: set[Peer] = set()
    chosen = type("Chosen", (Faulty,), {"fault": fault, "everybody": everybody})
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(chosen, "127.0.0.1", 0))
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for peer in everybody:
            peer.transport.abort()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(server.wait_closed())
        loop.close()


def send(fault: str, *, patience: float = 30, count: int = MESSAGES) -> Sent:
    with serving(fault) as url, Load() as load:
        load.connect(url, READERS + 1, until="")
        load.expect(sockets=range(1, READERS + 1))
        return load.send(senders=[0], count=count, window=3, dialect="verbatim", size=185, patience=patience)


@pytest.mark.parametrize("fault", ["", "in pieces"])
def test_what_reaches_everybody_is_counted_and_timed(fault: str) -> None:
    sent = send(fault)
    assert (sent.messages, sent.readers, sent.deliveries) == (MESSAGES, READERS, MESSAGES * READERS)
    assert (sent.lost, sent.doubled, sent.disordered, sent.closed) == (0, 0, 0, 0)
    assert sent.frame_size == 185
    assert 0 < sent.ms["p50"] <= sent.ms["p99"] <= sent.ms["max"]
    assert sent.deliveries_per_second == pytest.approx(sent.deliveries / sent.seconds)


@pytest.mark.parametrize(("fault", "noticed"), [("dropped", "1 lost"), ("swapped", "1 out of order")])
def test_one_message_amiss_at_one_reader_breaks_the_benchmark(fault: str, noticed: str) -> None:
    with pytest.raises(Broken, match=noticed):
        send(fault, patience=3)


def test_a_doubled_message_breaks_it() -> None:
    with pytest.raises(Broken, match="1 doubled"):
        send("doubled")


def test_a_message_lost_at_the_very_end_breaks_it() -> None:
    with pytest.raises(Broken, match="1 lost"):
        send("dropped", patience=3, count=10)


def test_a_server_that_lets_nobody_in_breaks_it() -> None:
    with Load() as load, pytest.raises(Broken, match="2 of 2 sockets were not let in"):
        load.connect(f"http://127.0.0.1:{free_port()}", 2, until="")


def test_a_client_that_was_too_busy_breaks_it() -> None:
    sent = Sent(1, 1, 1, 1.0, 0, 0, 0, 0, 0, 0.5, 0.95, 185, {}, {}, {})
    with pytest.raises(Broken, match="the load client was the bottleneck"):
        sent.check_client()
    assert sent.server_us_per_delivery == 500_000


# ---- how messages are told apart ---------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_message_is_known_again_in_every_dialect(dialect: str) -> None:
    text = DIALECTS[dialect](Message("room", 7, 123, 150))
    said = understood(text.encode())
    assert said is not None
    assert (said.number, said.stamp, said.is_answer) == (7, 123, False)


@pytest.mark.parametrize("dialect", ["verbatim", "tutorial"])
@pytest.mark.parametrize("size", [185, 789])
def test_a_message_is_as_long_as_asked_for(dialect: str, size: int) -> None:
    assert len(DIALECTS[dialect](Message("room", 7, 123, size))) == size


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
@pytest.mark.parametrize("masked", [False, True])
def test_frames_of_all_lengths_are_read(size: int, masked: bool) -> None:
    data = frame(b"x" * size, masked=masked) + frame(b"", PING)
    assert [(opcode, len(payload)) for opcode, payload, _ in frames(data)] == [(TEXT, size), (PING, 0)]
    assert list(frames(frame(b"x" * size)[:-1])) == [] if size else True


def new_message(seq: int, rest: str = "") -> bytes:
    return frame(f'{{"type":"new_message","message":{{"seq":{seq}}}{rest}}}'.encode())


def test_a_chunk_of_messages_in_a_row_is_known_by_its_ends() -> None:
    found = chunk(new_message(3) + new_message(4) + new_message(5))
    assert (found.first, found.after, found.count, found.rest) == (3, 6, 3, b"")


@pytest.mark.parametrize(
    "data",
    [
        new_message(3) + new_message(5),
        new_message(4) + new_message(3),
        new_message(3) + frame(b"", PING),
        new_message(3) + new_message(4)[:-1],
        new_message(3, ',"replay":true'),
        frame(b'{"type":"message_sent","seq":3}'),
    ],
    ids=["gap", "swapped", "ping", "piece", "replay", "answer"],
)
def test_any_other_chunk_is_looked_into(data: bytes) -> None:
    assert (chunk(data).first, chunk(data).after) == (0, 0)


def tally(*frames_: bytes) -> Tally:
    found = Tally(expected=1)
    for data in frames_:
        for said in chunk(data).said:
            found.take(said)
    return found


def test_a_replay_may_repeat_and_fill_but_a_message_may_not() -> None:
    replayed = tally(new_message(1), new_message(3), new_message(2, ',"replay":true'), new_message(1, ',"replay":true'))
    assert (replayed.doubled, replayed.disordered, replayed.missing) == (0, 0, set())
    plain = tally(new_message(1), new_message(3), new_message(2), new_message(1))
    assert (plain.doubled, plain.disordered, plain.missing) == (1, 1, set())
    assert tally(new_message(1), new_message(4)).missing == {2, 3}


# ---- how it is reported ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (1.005, "1"),
        (12.34, "12.3"),
        (99.96, "100"),
        (1234.5, "1,234"),
        (163_000, "163,000"),
    ],
)
def test_numbers_have_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("goal", "value", "is_met"),
    [
        (Goal("≥", 2.0), 2.0, True),
        (Goal("≥", 2.0), 1.9, False),
        (Goal("≤", 2.0), 2.0, True),
        (Goal("≤", 2.0), 2.1, False),
    ],
)
def test_a_goal_is_met_or_not(goal: Goal, value: float, is_met: bool) -> None:
    assert goal.is_met(value) is is_met


FIGURES = [
    Figure("case", "ours", "speed", "m/s", (3.0, 1.0, 2.0), Goal("≥", 2.0)),
    Figure("case", "ours", "time", "ms", (7.0,), Goal("≤", 5.0)),
    Figure("case", "theirs", "speed", "m/s", (1500.0,)),
]


def test_the_table_has_medians_spreads_and_goals() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(FIGURES).splitlines()]
    assert rows[2:] == [
        ["ours", "speed", "2 m/s", "1 – 3", "≥ 2", "met"],
        ["", "time", "7 ms", "", "≤ 5", "MISSED"],
        ["theirs", "speed", "1,500 m/s", "", "", ""],
    ]
    assert len({len(line) for line in table(FIGURES).splitlines()}) == 1


def test_the_report_names_what_was_missed_and_keeps_every_value(tmp_path: Path) -> None:
    report = Report(quick=False, figures=FIGURES)
    assert [figure.metric for figure in report.missed()] == ["time"]
    report.write(tmp_path / "figures.json")
    written = json.loads((tmp_path / "figures.json").read_text())
    assert [(row["median"], row["met"]) for row in written["figures"]] == [(2.0, True), (7.0, False), (1500.0, None)]
    assert written["figures"][0]["values"] == [3.0, 1.0, 2.0]
    assert {"commit", "cores", "python", "parts", "quick"} <= written.keys()


def test_a_case_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["faster"])
    assert "no such case: faster" in capsys.readouterr().err


# ---- all of it ---------------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
def test_all_cases_run(tmp_path: Path) -> None:
    find_program("redis-server")
    figures = tmp_path / "figures.json"
    cases = [case for case in CASES if case != "browser"]
    command = [str(ROOT / "scripts" / "bench"), "--quick", "--json", str(figures), *cases]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    written = json.loads(figures.read_text())
    assert written["quick"] is True
    assert {row["case"] for row in written["figures"]} == set(cases)


def test_a_page_keeps_what_was_written_and_the_last_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Written\n\n{MARK}\n\nan earlier run\n")
    with kept_in(page):
        print("the last run")
    with suppress(ZeroDivisionError), kept_in(page):
        print("half a run", 1 / 0)
    assert page.read_text() == f"# Written\n\n{MARK}\n\nthe last run\n"
    assert "the last run" in capsys.readouterr().out


def test_a_run_of_some_cases_leaves_what_the_page_says_of_others(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Written\n\n## Not printed\n\n{MARK}\n\nmonday\n\n## fanout\n\nfast\n\n## search\n\nslow\n")
    with kept_in(page, in_part=True):
        print("tuesday\n\n## search\n\nquick\n\n## browser\n\nnew\n\n1 goals were missed")
    kept = f"# Written\n\n## Not printed\n\n{MARK}\n\nmonday\n\n## fanout\n\nfast\n\n"
    new = "## search\n\ntuesday\n\nquick\n\n## browser\n\ntuesday\n\nnew\n\n1 goals were missed\n"
    assert page.read_text() == kept + new


@pytest.mark.parametrize(("option", "why"), [("--messages", "no file"), ("--against", "not a Campfire checkout")])
def test_what_is_not_there_is_refused(
    option: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        arguments([option, str(tmp_path / "nothing")])
    assert why in capsys.readouterr().err
