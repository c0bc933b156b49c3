"""Runs that were closed, and processes that went to another folder."""

import pytest

import sharpwave as sw


def test_a_closed_file_says_so(run):
    run.close()
    with pytest.raises(sw.RecordingError, match="closed"):
        run.spikes["e"]


TABLES = ["bouts", "accuracy", "tasks", "triggers", "pulses"]


@pytest.mark.parametrize("what", TABLES)
def test_what_was_read_stays(net, what):
    net.section("trigger", "busy", kind="rate", population="e", window="5 ms", level="20 Hz")
    net.section("stimulus", "kick", kind="volley", target="e", weight="1 mV", neurons=20, trigger="busy", delay="1 ms")
    run = net.run("20 ms")
    read = getattr(run, what)
    run.close()
    assert repr(getattr(run, what)) == repr(read)
    for other in set(TABLES) - {what} - ({"triggers", "pulses"} if what in ("triggers", "pulses") else set()):
        with pytest.raises(sw.RecordingError, match="closed"):
            getattr(run, other)


def test_a_run_says_that_it_is_closed(net):
    with net.run("300 ms") as run:
        assert "closed" not in repr(run) and "closed" not in run._repr_html_().replace("</code>", "")
        shown = run._repr_html_()
    assert repr(run).endswith(", closed>")
    # All was read for what was shown.
    assert run._repr_html_() == shown.replace("</code>;", "</code>, closed;")


def test_a_run_that_was_closed_unread_is_shown(net):
    with net.run("300 ms") as run:
        run.spikes["e"]
    shown = run._repr_html_()
    assert "closed" in shown and "bouts" not in shown
    assert shown.count(" Hz</td>") == 1 and shown.count("not read") == 1 and "<svg" in shown
    with net.run("300 ms") as run:
        pass
    assert "closed" in run._repr_html_() and "<svg" not in run._repr_html_()


def test_a_run_stays_where_it_is_when_the_process_goes_elsewhere(net, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = [net.run("50 ms", out="here"), sw.open("here")]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for run in runs:
        assert run.path == tmp_path / "here" / "run.h5" and run.figures
        assert run.analyse("rate")["rate"].n_rows
