"""Mutants of the planner: small faults put into its code, one at a time, that the tests have to notice.

``python tests/mutation.py --most 300 --seed 1`` tries a sample and prints the score and what survived. Each mutant runs
in a process of its own that reads the changed module from memory; no file is touched. What cannot be noticed, because
it means the same, is listed with its reason in ``equivalent_mutants.txt``.
"""

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import hypothesis  # noqa: F401 - loaded once for all processes
import pytest

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
MODULES = ("merge.py", *sorted(f"plan/{item.name}" for item in (ROOT / "bcfsync" / "plan").glob("[a-z]*.py")))
FIRST = {
    "merge.py": ["tests/test_merge.py"],
    "plan/measuring.py": ["tests/plan/test_measuring.py"],
    "plan/pairing.py": ["tests/plan/test_pairing.py"],
    "plan/labels.py": ["tests/plan/test_words.py"],
    "plan/returning.py": ["tests/plan/test_words.py"],
    "plan/ordering.py": ["tests/plan/test_words.py"],
    "plan/stale.py": ["tests/plan/test_stale.py"],
    "plan/guard.py": ["tests/plan/test_guard.py"],
    "plan/resolving.py": ["tests/plan/test_resolving.py"],
    "plan/policy.py": ["tests/plan/test_resolving.py"],
}
TESTS = [
    "tests/plan/test_scenarios.py",
    "tests/plan/test_decide.py",
    "tests/plan/test_resolving.py",
    "tests/plan/test_measuring.py",
    "tests/plan/test_pairing.py",
    "tests/plan/test_words.py",
    "tests/test_merge.py",
    "tests/test_run.py",
    "tests/test_execute.py",
    "tests/test_turn.py",
    "tests/plan/test_small_scope.py",
    "tests/plan/test_small_scope_of_policies.py",
]
TIME = 240
SWAPPED: dict[type, type] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
WORDS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.And: "and", ast.Or: "or", ast.Add: "+", ast.Sub: "-",
    ast.BitOr: "|", ast.BitAnd: "&",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A fault: in which module, which node in the order of walking, what is done to it."""

    module: str
    node: int
    what: str
    line: int
    text: str

    @property
    def name(self) -> str:
        """What identifies it wherever the line has moved to."""
        return f"{self.module} | {self.text} | {self.what}"


def mutants(module: str) -> Iterator[Mutant]:
    """Every fault that can be put into a module."""
    source = (ROOT / "bcfsync" / module).read_text(encoding="utf-8")
    lines = source.splitlines()
    tree = ast.parse(source)
    ignored = _ignored(tree)
    for number, node in enumerate(ast.walk(tree)):
        if number in ignored or not hasattr(node, "lineno"):
            continue
        for what in _faults(node):
            yield Mutant(module, number, what, node.lineno, lines[node.lineno - 1].strip())


def _ignored(tree: ast.Module) -> frozenset[int]:
    """Nodes that do nothing when the program runs: annotations, docstrings, and the constants of a module."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts += [node.returns, *node.decorator_list, *(item.annotation for item in _arguments(node))]
        if isinstance(node, ast.AnnAssign):
            parts.append(node.annotation)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts.append(node)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node in tree.body:
            parts.append(node)
        if isinstance(node, ast.ClassDef):
            parts += [*node.bases, *node.decorator_list]
        for part in parts:
            skipped |= {id(item) for item in ast.walk(part)} if part is not None else set()
    return frozenset(at for at, node in enumerate(ast.walk(tree)) if id(node) in skipped)


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _faults(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(ops=ops):
            yield from (f"{at}: {WORDS[type(op)]} becomes {WORDS[SWAPPED[type(op)]]}" for at, op in enumerate(ops))
        case ast.BoolOp(op=op):
            yield f"{WORDS[type(op)]} becomes {WORDS[SWAPPED[type(op)]]}"
        case ast.BinOp(op=op) if type(op) in SWAPPED:
            yield f"{WORDS[type(op)]} becomes {WORDS[SWAPPED[type(op)]]}"
        case ast.UnaryOp(op=ast.Not()):
            yield "not is dropped"
        case ast.Constant(value=bool() as value):
            yield f"{value} becomes {not value}"
        case ast.Constant(value=int() as value):
            yield f"{value} becomes {value + 1}"
        case ast.Return(value=value) if value is not None and not _is_nothing(value):
            yield "returns None"
        case ast.If():
            yield "the condition is always true"
            yield "the condition is never true"
        case ast.Expr(value=ast.Call()) | ast.Expr(value=ast.Yield()) | ast.AugAssign() | ast.Continue():
            yield "is left out"


def _is_nothing(node: ast.expr) -> bool:
    """None, or False, which is as good as None to whoever asks."""
    return isinstance(node, ast.Constant) and not node.value


def mutated(mutant: Mutant) -> ast.Module:
    """The module with its fault."""
    tree = ast.parse((ROOT / "bcfsync" / mutant.module).read_text(encoding="utf-8"))
    target = next(node for at, node in enumerate(ast.walk(tree)) if at == mutant.node)
    found = ast.fix_missing_locations(_Fault(target, mutant.what).visit(tree))
    assert isinstance(found, ast.Module)
    return found


class _Fault(ast.NodeTransformer):
    def __init__(self, target: ast.AST, what: str) -> None:
        self.target, self.what = target, what

    def visit(self, node: ast.AST) -> ast.AST:
        return self._faulty(node) if node is self.target else self.generic_visit(node)

    def _faulty(self, node: ast.AST) -> ast.AST:
        node = copy.copy(node)
        match node:
            case ast.Compare():
                at = int(self.what.partition(":")[0])
                node.ops = [SWAPPED[type(op)]() if at == number else op for number, op in enumerate(node.ops)]
            case ast.BoolOp() | ast.BinOp():
                node.op = SWAPPED[type(node.op)]()
            case ast.UnaryOp(operand=operand):
                return operand
            case ast.Constant(value=bool() as value):
                node.value = not value
            case ast.Constant(value=int() as value):
                node.value = value + 1
            case ast.Return():
                node.value = ast.Constant(None)
            case ast.If():
                node.test = ast.Constant("always" in self.what)
            case _:
                return ast.Pass()
        return node


# -- trying ----------------------------------------------------------------------------------------------------------


class _Finder(importlib.abc.MetaPathFinder):
    """Gives one module with its fault instead of what its file says."""

    def __init__(self, mutant: Mutant) -> None:
        self.path = str(ROOT / "bcfsync" / mutant.module)
        self.name = "bcfsync." + mutant.module.removesuffix(".py").replace("/", ".")
        self.code = compile(mutated(mutant), self.path, "exec")

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = _Loader(fullname, self.path)
        loader.code = self.code
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    code: object = None

    def get_code(self, fullname: str) -> object:  # noqa: ARG002 - the protocol's
        return self.code


def tests_of(module: str) -> list[str]:
    """The tests that are run, those that know most of a module first."""
    found = dict.fromkeys([*FIRST.get(module, ()), *TESTS])
    return [item for item in found if (ROOT / item).exists()]


def is_noticed(mutant: Mutant | None, *, quick: bool = False) -> bool:
    """Whether any test fails, or none comes to an end in time; without a mutant, whether the tests fail as they are."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(mutant, quick=quick))
    _, status = os.waitpid(child, 0)
    return status != 0


def _tried(mutant: Mutant | None, *, quick: bool) -> int:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    signal.alarm(TIME)
    try:
        if mutant is not None:
            sys.meta_path.insert(0, _Finder(mutant))
        wanted = tests_of(mutant.module if mutant else "")
        for which in ("not slow",) if quick else ("not slow", "slow"):
            ended = int(pytest.main(["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-m", which, *wanted]))
            if ended not in {0, int(pytest.ExitCode.NO_TESTS_COLLECTED)}:
                return ended
    except BaseException:  # noqa: BLE001 - whatever it is, the mutant was noticed
        return 1
    return 0


def main() -> int:
    """Try a sample and print what survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=0, help="how many mutants to try; 0 for all of them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", help="only this one, such as plan/topics.py")
    parser.add_argument("--quick", action="store_true", help="without the slow tests")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.0, help="fail below this score, in percent")
    options = parser.parse_args()
    os.chdir(ROOT)
    known = frozenset(_equivalent())
    found = [item for module in options.module or MODULES for item in mutants(module) if item.name not in known]
    chosen = random.Random(options.seed).sample(found, min(options.most or len(found), len(found)))
    tried = partial(is_noticed, quick=options.quick)
    if tried(None):
        _say("the tests fail without any mutant")
        return 2
    began, tried_so_far, survivors = time.monotonic(), 0, list[Mutant]()
    with ThreadPoolExecutor(options.jobs) as pool:
        for mutant, noticed in zip(chosen, pool.map(tried, chosen), strict=True):
            tried_so_far += 1
            if tried_so_far % 25 == 0:
                _say(f"{tried_so_far} of {len(chosen)} tried, {len(survivors)} survived")
            if not noticed:
                survivors.append(mutant)
                _say(f"survived: bcfsync/{mutant.module}:{mutant.line}: {mutant.text} | {mutant.what}")
    return _report(chosen, survivors, len(found), time.monotonic() - began, options.least)


def _report(chosen: list[Mutant], survivors: list[Mutant], of: int, seconds: float, least: float) -> int:
    for module in sorted({item.module for item in chosen}):
        here = [item for item in chosen if item.module == module]
        left = sum(item.module == module for item in survivors)
        _say(f"{module:24} {len(here) - left:5} of {len(here):5} noticed")
    score = 100 * (1 - len(survivors) / max(len(chosen), 1))
    _say(f"{score:.1f} % of {len(chosen)} mutants noticed (of {of} possible), {seconds:.0f} s")
    return 1 if score < least else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _equivalent() -> Iterator[str]:
    """The names of the mutants that mean the same as the code; each stands with its reason after ``#``."""
    if EQUIVALENT.exists():
        for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
            name = line.partition(" # ")[0].strip()
            if name and not name.startswith("#"):
                yield name


if __name__ == "__main__":
    sys.exit(main())
