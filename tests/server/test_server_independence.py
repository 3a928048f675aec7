"""The server judges the client, so it must not share the client's code."""

import ast
from pathlib import Path

import bcfsync.server

ALLOWED = {"bcfsync", "bcfsync.errors"}


def test_the_server_sees_nothing_of_the_project_but_errors_and_the_version():
    for module in Path(bcfsync.server.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
            if isinstance(node, ast.ImportFrom):
                names = {node.module}
                assert node.module != "bcfsync" or [alias.name for alias in node.names] == ["__version__"], module
            ours = {name for name in names if name.split(".")[0] == "bcfsync"}
            assert all(name in ALLOWED or name.startswith("bcfsync.server") for name in ours), (module, ours)
