"""A real server process: killed under load, and written to by many at once."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from load import TOPICS, Client, Ledger, add_labels, killed_again_and_again, missing, run_writers, served

CLIENTS = 16


def test_a_server_killed_under_load_has_everything_it_acknowledged(tmp_path: Path):
    kept, found = killed_again_and_again(tmp_path, 3, seed=5)
    assert found == []
    assert kept > 50


def test_many_writers_at_once_make_no_double_no_error_and_ids_of_their_own(tmp_path: Path):
    ledgers = [Ledger() for _ in range(CLIENTS)]
    with served(tmp_path) as server:
        writers = run_writers(server.port, ledgers, 1, seconds=60, most=25)
        assert missing(server.port, ledgers) == []
    assert {status for writer in writers for status in writer.statuses} == {200, 201}
    numbers = [number for ledger in ledgers for number in ledger.numbers]
    assert len(numbers) == len(set(numbers)) >= CLIENTS * 3


def test_many_who_edit_one_topic_lose_nothing_to_each_other(tmp_path: Path):
    retries: list[int] = []
    with served(tmp_path) as server:
        client = Client(server.port)
        topics = [f"{TOPICS}/{client.send('POST', TOPICS, {'title': 'A'})[1]['guid']}" for _ in range(3)]
        labels = [f"label {number}" for number in range(CLIENTS)]
        threads = [threading.Thread(target=add_labels, args=(server.port, topics, label, retries)) for label in labels]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for url in topics:
            assert sorted(client.send("GET", url)[1]["labels"]) == sorted(labels)
        client.close()
    assert retries, "nobody was ever in another's way: this shows nothing"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process at once there")
def test_a_server_that_is_told_to_end_takes_its_temporary_folder_along(tmp_path: Path):
    words = [sys.executable, "-m", "bcfsync", "serve", "--port", "0"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"ready ")
        assert list(tmp_path.iterdir())
        process.terminate()
        assert process.wait(20) == 0
    assert list(tmp_path.iterdir()) == []
