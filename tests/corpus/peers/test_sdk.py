"""The SDK of each language: only an error out of the parser's own call is its refusal.

Each language has one small adapter that fails in the phase and in the way that the dump names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.tools.matrix.read_peers import SDK
from procmaps.check.answers import AdapterFault, Answer, Rejection
from procmaps.check.batch import BatchCommand, Ended, Request

LIBRARY = """
def refuse():
    raise ValueError("bad line")

def lazily():
    yield 1
    raise ValueError("bad second line")
"""
PYTHON = """
import sys
import library
from protocol import Refused, serve

def fail(mode, phase):
    if mode in (phase + " error", phase + " returns"):
        raise ValueError(phase)
    if mode == phase + " exit":
        sys.exit(3)
    if mode == phase + " deep":
        open("/nowhere/at all")

def prepare(request):
    mode = open(request["path"]).read()
    fail(mode, "prepare")
    return mode

def call(mode):
    fail(mode, "call")
    if mode == "refusal":
        library.refuse()
    if mode == "lazy refusal":
        return library.lazily()
    if mode == "words":
        raise Refused(b"bad \\xff line")
    return [] if mode == "call text" else [mode]

def convert(returned):
    fail(returned[0], "convert")
    return [{"name": returned[0]}]

serve(prepare, call, convert)
"""
PERL = """
use strict; use warnings; use Protocol;
my $answers = answers();
my $fail = sub {
    my ($mode, $phase) = @_;
    die "$phase\\n" if $mode eq "$phase error" || $mode eq "$phase returns";
    exit 3 if $mode eq "$phase exit";
    return $mode;
};
serve($answers,
    prepare => sub { return $fail->(slurp($_[0]->{path}), 'prepare') },
    call => sub { die "bad line\\n" if $_[0] eq 'refusal'; return $fail->($_[0], 'call') },
    convert => sub { return [{name => $fail->($_[0], 'convert')}] });
"""
GO = """
package main

import (
	"errors"
	"os"

	"peers/protocol"
)

func fail(mode, phase string) {
	if mode == phase+" error" {
		panic(phase)
	}
	if mode == phase+" exit" {
		os.Exit(3)
	}
}

func prepare(request protocol.Request) (string, error) {
	mode, err := os.ReadFile(request.Path)
	fail(string(mode), "prepare")
	if string(mode) == "prepare returns" {
		err = errors.New("no file")
	}
	return string(mode), err
}

func call(mode string) (string, error) {
	fail(mode, "call")
	if mode == "refusal" {
		return "", errors.New("bad line")
	}
	os.Stdout.WriteString("a parser that prints")
	return mode, nil
}

func convert(mode string) []protocol.Record {
	fail(mode, "convert")
	return []protocol.Record{{"name": mode}}
}

func main() { protocol.Serve(prepare, call, convert) }
"""
JAVA = """
import java.nio.file.*;
import java.util.*;

final class Adapter {
    static String fail(String mode, String phase) {
        if (mode.equals(phase + " error")) throw new IllegalStateException(phase);
        if (mode.equals(phase + " exit")) System.exit(3);
        return mode;
    }
    public static void main(String[] args) throws Exception {
        Protocol.serve(pid -> {
            String mode = Files.readString(Path.of(System.getenv("PROCMAPS_DECOY_FILES"), "maps"));
            fail(mode, "call");
            System.out.print("a parser that prints");
            return mode.equals("refusal") ? Parser.refuse() : mode;
        }, mode -> List.of(Map.of("name", Protocol.quoted(fail(mode, "convert")))));
    }
}

final class Parser {
    static String refuse() { throw new IllegalArgumentException("bad line"); }
}
"""


def ask(command: list[str], folder: Path, mode: str) -> Answer | Rejection:
    dump = folder / "dump"
    dump.write_text(mode)
    batch = BatchCommand(command, 60, announces=True)
    try:
        return batch.ask(Request(id="a/b.maps", kind="maps", path=str(dump), root="/", pid=7))
    finally:
        batch.close()


def python(folder: Path) -> list[str]:
    (folder / "library.py").write_text(LIBRARY)
    (folder / "adapter.py").write_text(PYTHON)
    path = f"PYTHONPATH={os.pathsep.join((str(SDK), str(folder)))}"
    return ["env", path, sys.executable, str(folder / "adapter.py")]


def perl(folder: Path) -> list[str]:
    (folder / "adapter.pl").write_text(PERL)
    return ["perl", "-I", str(SDK), str(folder / "adapter.pl")]


def tool(name: str) -> str:
    return shutil.which(name) or name


def go(folder: Path) -> list[str]:
    (folder / "protocol").mkdir()
    shutil.copy(SDK / "protocol.go", folder / "protocol")
    (folder / "main.go").write_text(GO)
    for arguments in (["mod", "init", "peers"], ["build", "-o", "adapter", "."]):
        subprocess.run([tool("go"), *arguments], cwd=folder, check=True, capture_output=True)
    return [str(folder / "adapter")]


def java(folder: Path) -> list[str]:
    (folder / "Adapter.java").write_text(JAVA)
    for kind in ("maps", "smaps", "smaps_rollup"):
        (folder / kind).touch()
    sources = [str(SDK / "Protocol.java"), str(folder / "Adapter.java")]
    subprocess.run([tool("javac"), "-d", str(folder), *sources], check=True, capture_output=True)
    decoy = [f"PROCMAPS_DECOY_FILES={folder}", "PROCMAPS_DECOY_PID=7"]
    return ["env", *decoy, "java", "-cp", str(folder), "Adapter"]


MAKERS = {"python3": python, "perl": perl, "go": go, "javac": java}


@pytest.fixture(scope="module", params=MAKERS)
def adapter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], Path]:
    if shutil.which(request.param) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{request.param} is not installed")
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    return MAKERS[request.param](folder), folder


def test_an_answer_arrives(adapter: tuple[list[str], Path]) -> None:
    answer = ask(*adapter, "fine")
    assert isinstance(answer, Answer)
    assert [dict(mapping) for mapping in answer.mappings] == [{"name": b"fine"}]


def test_the_parsers_error_is_a_refusal_in_its_words(adapter: tuple[list[str], Path]) -> None:
    answer = ask(*adapter, "refusal")
    assert isinstance(answer, Rejection)
    assert answer.reason.rpartition(": ")[2].strip() == "bad line"


@pytest.mark.parametrize("mode", ["convert error", "convert exit"])
def test_a_failing_conversion_is_a_fault(adapter: tuple[list[str], Path], mode: str) -> None:
    with pytest.raises(AdapterFault):
        ask(*adapter, mode)


@pytest.mark.parametrize("mode", ["prepare error", "prepare returns", "prepare exit"])
@pytest.mark.parametrize("adapter", sorted({*MAKERS} - {"javac"}), indirect=True)
def test_a_failing_preparation_is_a_fault(adapter: tuple[list[str], Path], mode: str) -> None:
    """In Java the SDK itself does all preparation."""
    with pytest.raises(AdapterFault):
        ask(*adapter, mode)


def test_an_exit_in_the_call_is_a_crash(adapter: tuple[list[str], Path]) -> None:
    with pytest.raises(Ended) as caught:
        ask(*adapter, "call exit")
    assert caught.value.verdict.outcome == "crash"


# --- Python ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def python_adapter(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    folder = tmp_path_factory.mktemp("python")
    return python(folder), folder


@pytest.mark.parametrize("mode", ["call error", "call deep", "call text"])
def test_an_error_of_a_line_of_the_adapter_is_a_fault(
    python_adapter: tuple[list[str], Path], mode: str
) -> None:
    """Even if it is raised during the call, or by Python below the adapter."""
    with pytest.raises(AdapterFault):
        ask(*python_adapter, mode)


def test_a_generator_is_run_to_its_end_in_the_call(
    python_adapter: tuple[list[str], Path],
) -> None:
    assert ask(*python_adapter, "lazy refusal") == Rejection("ValueError: bad second line")


def test_the_words_of_a_program_are_kept_with_escapes(
    python_adapter: tuple[list[str], Path],
) -> None:
    assert ask(*python_adapter, "words") == Rejection(r"bad \xff line")


def test_a_function_of_an_extension_is_passed_itself(tmp_path: Path) -> None:
    """It has no lines, so its error seems to come from the line that calls it."""
    prepare = 'lambda request: b"\\xff"'
    direct = f"from protocol import serve\nimport json\nserve({prepare}, json.loads, list)\n"
    for call, outcome in (
        ("__import__('_json').scanstring", Rejection),
        ("lambda given: __import__('_json').scanstring(given)", None),
    ):
        (tmp_path / "adapter.py").write_text(direct.replace("json.loads", call))
        command = ["env", f"PYTHONPATH={SDK}", sys.executable, str(tmp_path / "adapter.py")]
        if outcome is None:
            with pytest.raises(AdapterFault):
                ask(command, tmp_path, "")
        else:
            assert isinstance(ask(command, tmp_path, ""), outcome)


def test_a_program_in_python_is_quoted_without_its_traceback() -> None:
    """The stack has the paths of this machine, and is not what the program says."""
    script = (
        "from programs import message\n"
        r"said = b'warning\nTraceback (most recent call last):\n  File x\n    y\nValueError: no\n'"
        "\nassert message(said) == b'ValueError: no', message(said)\n"
        "assert message(b'plain words\\n') == b'plain words\\n'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": str(SDK)})
