"""The faults that ``mutation.py`` puts into the planner: where, which, and the module with one of them in it.

Every comparison, condition, filter, ``and``, ``not``, number, truth value, sum, result and bare statement inside a
function or a class is made wrong in its turn. Left alone is what does nothing when the program runs: annotations,
docstrings, decorators, and the constants of a module.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

SWAPPED: dict[type, type] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
NAMES = {"any": "all", "all": "any", "max": "min", "min": "max"}


@dataclass(frozen=True)
class Mutant:
    """A fault: in which module and function, at which node in the order of walking, which of the faults of that node.

    Attributes:
        module: such as ``plan/topics.py``.
        function: the outermost function the fault is in, as ``Class.name``; empty where it is in none.
        node: the number of the node.
        fault: the number of the fault of this node.
        lines: the lines that run when the fault does.
        line: where to look.
        text: what it says, and what becomes of it.
    """

    module: str
    function: str
    node: int
    fault: int
    lines: tuple[int, int]
    line: int
    text: str

    @property
    def name(self) -> str:
        """What identifies it wherever the lines have moved to."""
        return f"{self.module} | {self.function} | {self.text}"


@dataclass(frozen=True)
class _Place:
    """What a node stands in."""

    function: str
    lines: tuple[int, int]


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every fault that can be put into a module, line by line."""
    tree = ast.parse(source)
    ignored, places = _ignored(tree), dict(_places(tree, _Place("", (0, 0))))
    repeated: Counter[tuple[str, str]] = Counter()
    found: list[Mutant] = []
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in ignored:
            continue
        place = places[id(node)]
        for fault, after in enumerate(faults(node)):
            text = f"{_shown(node)} → {_shown(after)}"
            repeated[place.function, text] += 1
            again = repeated[place.function, text]
            text += f" ({again})" if again > 1 else ""
            line = getattr(node, "lineno", place.lines[0])
            found.append(Mutant(module, place.function, number, fault, place.lines, line, text))
    yield from sorted(found, key=lambda item: (item.line, item.node, item.fault))


def mutated(mutant: Mutant, source: str) -> ast.Module:
    """The module with its fault."""
    tree = ast.parse(source)
    target = next(node for at, node in enumerate(ast.walk(tree)) if at == mutant.node)
    fault = list(faults(target))[mutant.fault]
    found = ast.fix_missing_locations(_Exchange(target, fault).visit(tree))
    assert isinstance(found, ast.Module)
    return found


class _Exchange(ast.NodeTransformer):
    def __init__(self, target: ast.AST, fault: ast.AST) -> None:
        self.target, self.fault = target, fault

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self.target:
            return ast.copy_location(self.fault, node) if hasattr(node, "lineno") else self.fault
        return self.generic_visit(node)


def faults(node: ast.AST) -> Iterator[ast.AST]:
    """What a node may become."""
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                yield _but(node, ops=[*ops[:at], SWAPPED[type(op)](), *ops[at + 1 :]])
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPPED:
            yield _but(node, op=SWAPPED[type(op)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            yield _but(node, func=ast.Name(NAMES[name], ast.Load()))
        case _:
            yield from _faults_of_flow(node)


def _faults_of_flow(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If() | ast.IfExp():
            yield _but(node, test=ast.Constant(value=True))
            yield _but(node, test=ast.Constant(value=False))
        case ast.comprehension(ifs=ifs):
            for at in range(len(ifs)):
                yield _but(node, ifs=[*ifs[:at], *ifs[at + 1 :]])
        case ast.Return(value=value) if value is not None and not _is_nothing(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            # it stays a generator
            yield ast.If(ast.Constant(value=False), [node], [])
        case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _but(node: ast.AST, **members: object) -> ast.AST:
    found = copy.copy(node)
    for name, value in members.items():
        setattr(found, name, value)
    return found


def _is_nothing(node: ast.expr) -> bool:
    """None, or False, which is as good as None to whoever asks."""
    return isinstance(node, ast.Constant) and not node.value


def _shown(node: ast.AST) -> str:
    match node:
        case ast.If(test=ast.Constant(value=False), body=[ast.Expr(value=ast.Yield() | ast.YieldFrom())]):
            return "pass"
        case ast.If(test=test):
            return f"if {ast.unparse(test)}"
        case ast.comprehension():
            return ast.unparse(node).strip()
        case _:
            return " ".join(ast.unparse(node).split())


def _ignored(tree: ast.Module) -> frozenset[int]:
    """Nodes that do nothing when the program runs."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            parts += [node.returns, *node.decorator_list, *(item.annotation for item in arguments)]
        if isinstance(node, ast.AnnAssign):
            parts.append(node.annotation)
        if isinstance(node, ast.keyword) and node.arg == "strict":
            parts.append(node)  # of zip: it says what holds anyway
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts.append(node)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node in tree.body:
            parts.append(node)
        if isinstance(node, ast.ClassDef):
            parts += [*node.bases, *node.decorator_list]
        skipped |= {id(item) for part in parts if part is not None for item in ast.walk(part)}
    return frozenset(skipped)


def _places(node: ast.AST, place: _Place, outer: str = "") -> Iterator[tuple[int, _Place]]:
    """Where each node stands, by its identity."""
    if isinstance(node, ast.stmt):
        place = _Place(place.function, _lines(node))
    yield id(node), place
    for name, value in ast.iter_fields(node):
        inner, within = place, outer
        if isinstance(node, ast.ClassDef) and not place.function:
            within = f"{outer}{node.name}."
        elif isinstance(node, ast.FunctionDef) and name == "body" and not place.function:
            inner = _Place(outer + node.name, place.lines)
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, ast.AST):
                yield from _places(item, inner, within)


def _lines(node: ast.stmt) -> tuple[int, int]:
    """The lines of a statement; of one that has others in it, those before them."""
    end = node.end_lineno or node.lineno
    inner = [item.lineno for item in chain(getattr(node, "body", ()))]
    return node.lineno, max(node.lineno, min([end, *(line - 1 for line in inner)]))
