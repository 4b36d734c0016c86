"""Descriptions of the package's symbols for Sphinx, from the source alone: nothing is imported."""

import ast
import copy
import re
from collections.abc import Iterator
from textwrap import indent

from sphinx.ext.napoleon import Config
from sphinx.ext.napoleon.docstring import NumpyDocstring

from . import symbols
from .symbols import Symbol

Function = ast.FunctionDef | ast.AsyncFunctionDef
STYLE = Config(napoleon_use_rtype=False)
LONGEST_VALUE = 60  # characters of a constant's value that are shown


def describe(path: str, symbol: Symbol, more: list[str]) -> str:
    """Return the reStructuredText that describes a symbol under its public path.

    `more` is text that follows its docstring.
    """
    node = symbols.node_of(symbol)
    module, name = path.rsplit(".", 1)
    options = [f":module: {module}"]
    if path != symbol.path:
        options.append(f":canonical: {symbol.path}")
    if isinstance(node, Function):
        body = [docstring(node, argument_types(node, symbol.module)), *more]
        return directive("function", f"{name}{signature(node)}", options, body)
    if isinstance(node, ast.ClassDef):
        kind = "exception" if name.endswith("Error") else "class"
        body = [*class_body(node, symbol.module), *more]
        methods = [method(each, module, name, symbol.module) for each in methods_of(node)]
        return directive(kind, f"{name}{class_signature(node)}", options, [*body, *methods])
    value = ast.unparse(node.value)  # type: ignore[attr-defined]
    if len(value) <= LONGEST_VALUE:
        options.append(f":value: {value}")
    return directive("data", name, options, [constant_docstring(symbol), *more])


def module_text(module: str) -> str:
    """Return the reStructuredText that opens the description of a module."""
    text = docstring(symbols.tree(module), {})
    # A function may share its module's name: the name then stands for the function.
    option = [":no-index:"] if symbols.find(module) else []
    return f"{directive('module', module, option, [])}\n\n{text}"


def directive(kind: str, argument: str, options: list[str], body: list[str]) -> str:
    """Write a directive of the Python domain."""
    inner = "\n".join(options) + "\n\n" + "\n\n".join(filter(None, body))
    return f".. py:{kind}:: {argument}\n{indent(inner, '   ')}"


def docstring(node: ast.Module | ast.ClassDef | Function, types: dict[str, str]) -> str:
    """Return a docstring as reStructuredText, with the types that it does not give itself."""
    text = str(NumpyDocstring(ast.get_docstring(node) or "", STYLE))  # type: ignore[arg-type]
    for name in re.findall(r"^:param \\?\*{0,2}(\w+):", text, re.MULTILINE):
        if name in types and f":type {name}:" not in text:
            text += f"\n:type {name}: {types[name]}"
    result = types.get("return", "None")
    if result != "None" and not re.search(r"^:(returns|Yields|rtype)", text, re.MULTILINE):
        text += f"\n\n:rtype: {result}"
    return text


def class_body(node: ast.ClassDef, module: str) -> list[str]:
    """Return the parts of a class's description, without its methods."""
    bases = [ast.unparse(base) for base in node.bases]
    above = [f"Bases: {', '.join(f'`{base}`' for base in bases)}"] if bases else []
    maker = initialiser(node)
    types = argument_types(maker, module) if maker else {}
    types |= {name: write_type(module, each.annotation) for name, each in fields(node).items()}
    return [*above, docstring(node, types | {"return": "None"})]


def methods_of(node: ast.ClassDef) -> Iterator[Function]:
    """Yield the public methods and properties that have a docstring."""
    for child in node.body:
        if not isinstance(child, Function) or not ast.get_docstring(child):
            continue
        if child.name == "__call__" or not child.name.startswith("_"):
            yield child


def method(node: Function, path: str, owner: str, module: str) -> str:
    """Describe one method or property of a class."""
    decorators = {ast.unparse(each) for each in node.decorator_list}
    options = [f":module: {path}"]
    options += [f":{d}:" for d in ("classmethod", "staticmethod") if d in decorators]
    types = argument_types(node, module)
    if decorators & {"property", "cached_property", "functools.cached_property"}:
        options.append(f":type: {types.pop('return', 'object')}")
        text = docstring(node, {})
        return directive("property", f"{owner}.{node.name}", options, [text])
    bound = "staticmethod" not in decorators
    text = docstring(node, types)
    return directive("method", f"{owner}.{node.name}{signature(node, bound)}", options, [text])


def signature(node: Function, bound: bool = False) -> str:
    """Write a signature without its types; a bound method's without its first parameter."""
    given = copy.deepcopy(node.args)
    for argument in [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]:
        if argument is not None:
            argument.annotation = None
    if bound:
        del (given.posonlyargs or given.args)[0]
    return f"({ast.unparse(given)})"


def initialiser(node: ast.ClassDef) -> Function | None:
    """Return a class's own ``__init__``."""
    found = (n for n in node.body if isinstance(n, Function) and n.name == "__init__")
    return next(found, None)


def fields(node: ast.ClassDef) -> dict[str, ast.AnnAssign]:
    """Return the public fields of a data class or named tuple."""
    return {
        child.target.id: child
        for child in node.body
        if isinstance(child, ast.AnnAssign)
        and isinstance(child.target, ast.Name)
        and not child.target.id.startswith("_")
        and "ClassVar" not in ast.unparse(child.annotation)
    }


def class_signature(node: ast.ClassDef) -> str:
    """Write what a class is made from: its ``__init__``, or its fields."""
    maker = initialiser(node)
    if maker:
        return signature(maker, bound=True)
    simple = {n: f for n, f in fields(node).items() if "init=False" not in ast.unparse(f)}
    given = [f"{n}={default(f.value)}" if f.value else n for n, f in simple.items()]
    return f"({', '.join(given)})" if given else ""


def default(value: ast.expr) -> str:
    """Write a field's default; one that a factory makes as an ellipsis."""
    return "..." if isinstance(value, ast.Call) else ast.unparse(value)


def constant_docstring(symbol: Symbol) -> str:
    """Return the string that follows a constant's assignment, or the ``#:`` comment before it."""
    node = symbols.node_of(symbol)
    body = symbols.tree(symbol.module).body
    after = body[body.index(node) + 1 : body.index(node) + 2]
    if after and isinstance(after[0], ast.Expr) and isinstance(after[0].value, ast.Constant):
        return str(after[0].value.value)
    source = symbols.modules()[symbol.module].read_text(encoding="utf-8").splitlines()
    comments: list[str] = []
    for line in reversed(source[: node.lineno - 1]):
        if not line.startswith("#:"):
            break
        comments.insert(0, line[2:].strip())
    return "\n".join(comments)


def argument_types(node: Function, module: str) -> dict[str, str]:
    """Return the types of a function's parameters and of its result (`return`)."""
    given = node.args
    arguments = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    found = {a.arg: a.annotation for a in arguments if a} | {"return": node.returns}
    return {name: write_type(module, each) for name, each in found.items() if each}


def write_type(module: str, annotation: ast.expr) -> str:
    """Write a type as Sphinx links it: the package's classes by path, its aliases spelt out."""
    bound = symbols.names(module)

    def write(name: re.Match[str]) -> str:
        first, dot, rest = name[0].partition(".")
        symbol = symbols.find(bound.get(first, "") + dot + rest)
        if symbol is None:
            return name[0]
        node = symbols.node_of(symbol)
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call):  # a type variable
            return name[0]
        return write_type(symbol.module, value) if value else f"~{symbol.path}"

    quoted = isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
    return re.sub(r"[\w.]+", write, annotation.value if quoted else ast.unparse(annotation))
