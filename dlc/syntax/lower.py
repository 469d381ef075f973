"""From trees of statements to the IR: layers are built, chains become nodes, blocks get their inputs."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence

import attrs

from dlc.diagnostics import Code, Diagnostic, Fix, Span, codes
from dlc.ir import Action, Block, BlockCall, Input, Module, Net, Node, Op, Origin, Parameter, Repeat
from dlc.layers import REGISTRY, AttributeProblem, CannotBuild, build, called_here, nearest
from dlc.syntax import tree
from dlc.syntax.places import Places
from dlc.syntax.values import IDENTIFIER

PIPED = "_"
Lowered = Input | tuple[Node, ...] | tree.OutputLine | tree.BrokenLine


@attrs.frozen(eq=False)
class _Words:
    """The `dlc.ir.Wording` of a statement: the words of its name, of the values that it reads, and of the
    layer whose weights it shares.

    A value that comes down a chain stands where the link is that it comes from; `link` is where the call is.
    """

    places: Places
    defines: tree.Word
    reads: tuple[tree.Word, ...]
    link: tuple[int, int] = (0, 0)
    owner: tree.Word | None = None

    def name(self) -> Span:
        return self.places.span(self.defines.start, self.defines.end)

    def source(self, index: int) -> Span:
        return self.places.span(self.reads[index].start, self.reads[index].end)

    def argument(self, name: str) -> Span:
        return self.places.argument(name, *self.link)

    def shared(self) -> Span:
        word = self.owner or self.defines
        return self.places.span(word.start, word.end)


class Lowering:
    """Lowers statements as they are read (`statement`), then what they stand in (`module`).

    A layer that cannot be built, and a statement that cannot be read, become opaque layers of unknown
    type: the checker then says what else is wrong, and does not echo.
    """

    def __init__(self, text: str, places: Places, report: Callable[[Diagnostic], None]) -> None:
        self._text = text
        self._places = places
        self._report = report
        self._layers: dict[tuple[str, ...], Op] = {}
        self._called: dict[str, list[tree.Word]] = {}

    def statement(self, line: tree.Line) -> Lowered:
        """What one statement means: an input, nodes in order, or itself where the body decides."""
        if isinstance(line, tree.InputLine):
            return self._input(line)
        if isinstance(line, tree.LayerLine):
            return tuple(self._nodes(line))
        return line

    def module(self, items: Iterable[tree.Item]) -> Module:
        """The module of all nets and blocks of a text."""
        items = list(items)
        blocks = tuple(
            self._block(item, item.parameters)
            for item in items
            if isinstance(item, tree.BlockTree) and item.parameters is not None
        )
        made = Module(blocks, tuple(self._net(i) for i in items if isinstance(i, tree.NetTree)))
        unread = {i.name.text for i in items if isinstance(i, tree.BlockTree) and i.parameters is None}
        unknown = self._called.keys() - {b.name for b in blocks}
        if not unknown:
            return made
        for name in sorted(unknown - unread):
            self._unknown(name, [b.name for b in blocks])
        return _without_calls(made, unknown)

    # Statements.

    def _input(self, line: tree.InputLine) -> Input:
        if line.marks.inferred:
            self._error(codes.MARK_TWICE, "an input cannot be inferred: it is given", line.start, line.end)
        self._no_weights(line.marks, "an input")
        origin = None if line.marks.origin is None else Origin.parse(line.marks.origin)
        span = self._places.span(line.start, line.end)
        wording = _Words(self._places, line.name, ())
        return Input(line.name.text, line.type, origin, line.marks.confidence, span=span, wording=wording)

    def _nodes(self, line: tree.LayerLine) -> Iterable[Node]:
        piped = line.values
        for number, link in enumerate(line.links[:-1], 1):
            name = tree.Word(f"{line.name.text}.{number}", link.start, link.end)
            yield self._node(name, link, piped)
            piped = (name,)
        made, marks = self._node(line.name, line.links[-1], piped, line.marks.shares), line.marks
        if line.declared is None and marks is tree.NO_MARKS:
            yield made
            return
        origin = None if marks.origin is None else Origin.parse(marks.origin)
        yield attrs.evolve(
            made,
            declared=line.declared,
            origin=origin,
            confidence=marks.confidence,
            inferred=marks.inferred,
            shares=marks.shares.text if marks.shares is not None else None,
        )

    def _node(
        self,
        name: tree.Word,
        link: tree.Link,
        piped: tuple[tree.Word, ...] | None,
        owner: tree.Word | None = None,
    ) -> Node:
        words = self._inputs(link, piped)
        inputs = tuple([w.text for w in words])
        span = self._places.span(link.start, link.end)
        wording = _Words(self._places, name, words, (link.start, link.end), owner)
        return Node(name.text, self._action(link), inputs, span=span, wording=wording)

    def _inputs(self, link: tree.Link, piped: tuple[tree.Word, ...] | None) -> tuple[tree.Word, ...]:
        """What a link reads: its own inputs at the head (`piped` is None), else what comes before it."""
        words = link.inputs if isinstance(link, tree.Call) else ()
        if piped is None:
            return words
        if words and not any(_is_piped(w) for w in words):
            self._not_piped(words)
            return (*piped, *words)
        found = tuple(t for w in words for t in (piped if _is_piped(w) else (w,)))
        return found or piped

    def _not_piped(self, words: Sequence[tree.Word]) -> None:
        start, end = words[0].start, words[-1].end
        message = "a link that names inputs says by _ where the value before |> goes"
        fix = Fix("put _ for the piped value", f"{PIPED}, {self._text[start:end]}")
        self._error(codes.LINK_INPUTS, message, start, end, fix)

    # What a node does.

    def _action(self, link: tree.Link) -> Action:
        if isinstance(link, tree.Again):
            return Repeat(link.count, tuple(self._repeated(part) for part in link.links))
        if link.form == "opaque":
            return self._opaque(link)
        if link.form == "layer" or (link.name.text in REGISTRY and not link.name.quoted):
            return self._layer(link)
        self._called.setdefault(link.name.text, []).append(link.name)
        return BlockCall(link.name.text, {k.name.text: k.value for k in self._keywords(link)})

    def _repeated(self, link: tree.Link) -> Op | BlockCall | Repeat:
        if isinstance(link, tree.Call) and link.inputs:
            message = f"{link.name.text} is repeated and cannot name inputs: it takes the last result"
            self._error(codes.LINK_INPUTS, message, link.inputs[0].start, link.inputs[-1].end)
        return self._action(link)

    def _layer(self, call: tree.Call) -> Op:
        # Most layers of a deep net are written alike, and a layer is a value: build each spelling once.
        key = (call.name.text, *(self._text[k.start : k.end] for k in call.keywords))
        made = self._layers.get(key)
        if made is not None:
            return made
        values = {k.name.text: k.value for k in self._keywords(call)}
        try:
            made = self._layers[key] = build(call.name.text, values)
        except KeyError:
            self._unknown(call.name.text, (), [call.name])
        except CannotBuild as error:
            for problem in error.problems:
                self._problem(call, problem)
        return made or placeholder(call.name.text)

    def _opaque(self, call: tree.Call) -> Op:
        return opaque(call.name.text, {k.name.text: k.value for k in self._keywords(call)})

    def _keywords(self, call: tree.Call) -> Sequence[tree.Keyword]:
        seen: set[str] = set()
        for keyword in call.keywords:
            if keyword.name.text in seen:
                message = f"{call.name.text}: {keyword.name.text} is given twice"
                self._error(codes.DUPLICATE_ATTRIBUTE, message, keyword.start, keyword.end)
            seen.add(keyword.name.text)
        return call.keywords

    def _problem(self, call: tree.Call, problem: AttributeProblem) -> None:
        given = next((k for k in call.keywords if k.name.text == problem.attribute), None)
        place: tree.Word | tree.Keyword = given or call.name
        if given is not None and problem.code is codes.UNKNOWN_ATTRIBUTE:
            place = given.name
        fix = None
        if problem.suggestion is not None:
            span = self._places.span(place.start, place.end)
            fix = Fix(f"did you mean {problem.suggestion}?", problem.suggestion, span)
        message = (
            problem.message
            if problem.code is codes.UNKNOWN_ATTRIBUTE
            else f"{call.name.text}: {problem.message}"
        )
        self._error(problem.code, message, place.start, place.end, fix)

    def _unknown(self, name: str, blocks: Sequence[str], words: Sequence[tree.Word] | None = None) -> None:
        like = called_here(name)
        foreign = like is not None
        if like is None:
            like = nearest(name, [*blocks, *REGISTRY]) or nearest(_plain(name), REGISTRY)
            foreign = like in REGISTRY and name != name.lower()
        code = codes.FOREIGN_LAYER_NAME if foreign else codes.UNKNOWN_LAYER
        message = f"{name} is called {like} here" if foreign else f"there is no layer or block {name}"
        for word in words or self._called[name]:
            span = self._places.span(word.start, word.end)
            fix = Fix(f"did you mean {like}?", like, span) if like else None
            self._report(Diagnostic(code, message, span, fix=fix))

    def _no_weights(self, marks: tree.Marks, what: str) -> None:
        if marks.shares is not None:
            message = f"{what} has no weights to share"
            self._error(codes.MARK_TWICE, message, marks.shares.start, marks.shares.end)

    # Nets and blocks.

    def _net(self, item: tree.NetTree) -> Net:
        inputs = tuple(i for i in item.body.lines if isinstance(i, Input))
        body, outputs = self._body(item.body.lines, [i.name for i in inputs])
        origin = None if item.marks.origin is None else Origin.parse(item.marks.origin)
        if item.marks.inferred:
            self._error(codes.MARK_TWICE, "a net cannot be inferred", item.name.start, item.name.end)
        self._no_weights(item.marks, "a net")
        return Net(
            item.name.text, inputs, body, tuple(w.text for w in outputs), origin, item.marks.confidence,
            span=self._places.span(item.name.start, item.name.end),
            wording=_Words(self._places, item.name, outputs),
        )  # fmt: skip

    def _block(self, item: tree.BlockTree, parameters: Sequence[tree.ParameterTree]) -> Block:
        body, words = self._body(item.body.lines, [p.name.text for p in parameters])
        misplaced = [i for i in item.body.lines if isinstance(i, Input)]
        body = (*(Node(i.name, placeholder("unread"), (), span=i.span) for i in misplaced), *body)
        outputs = tuple(w.text for w in words)
        self._block_findings(item, misplaced, len(outputs))
        read = {source for node in body for source in node.inputs} | set(outputs)
        values = read - {node.name for node in body}
        inputs = tuple(p.name.text for p in parameters if _is_input(p, values))
        rest = [p for p in parameters if not _is_input(p, values)]
        made = tuple(Parameter(p.name.text, p.default, not p.has_default) for p in rest)
        output = outputs[0] if outputs else (body[-1].name if body else next(iter(inputs), item.name.text))
        span = self._places.span(item.name.start, item.name.end)
        return Block(item.name.text, inputs, made, body, output, span=span)

    def _block_findings(self, item: tree.BlockTree, misplaced: Iterable[Input], outputs: int) -> None:
        for line in misplaced:
            message = f"a block takes its values in its header: block {item.name.text}({line.name}, ...)"
            self._report(Diagnostic(codes.SYNTAX, message, line.span))
        if outputs != 1:
            count = f"{outputs} outputs" if outputs else "no output"
            message = f"block {item.name.text} has {count}: write output and one name as its last line"
            self._error(codes.BLOCK_OUTPUT, message, item.name.start, item.name.end)

    def _body(
        self, lines: Sequence[object], given: Sequence[str]
    ) -> tuple[tuple[Node, ...], tuple[tree.Word, ...]]:
        body: list[Node] = []
        outputs: list[tree.Word] = []
        known, unread_output = dict.fromkeys(given), False
        for line in lines:
            nodes = line if isinstance(line, tuple) else ()
            if isinstance(line, tree.OutputLine):
                outputs += line.names
            elif isinstance(line, tree.BrokenLine):
                used = self._used(line, known)
                outputs += used if line.is_output else ()
                unread_output |= line.is_output
                nodes = self._unread(line, used)
            body += nodes
            known.update(dict.fromkeys(node.name for node in nodes))
        if unread_output and not outputs and known:  # whatever it was, there was one
            outputs.append(tree.Word(next(reversed(known)), 0, 0))
        return tuple(body), tuple(outputs)

    def _used(self, line: tree.BrokenLine, known: Container[str]) -> tuple[tree.Word, ...]:
        """The values that a statement that could not be read names."""
        own = line.name.text if line.name is not None else None
        found: dict[str, tree.Word] = {}
        for match in IDENTIFIER.finditer(self._text, line.start, line.end):
            if match[0] in known and match[0] != own:
                found.setdefault(match[0], tree.Word(match[0], *match.span()))
        return tuple(found.values())

    def _unread(self, line: tree.BrokenLine, used: tuple[tree.Word, ...]) -> tuple[Node, ...]:
        if line.name is None:
            return ()
        wording = _Words(self._places, line.name, used)
        inputs = tuple(w.text for w in used)
        return (Node(line.name.text, placeholder("unread"), inputs, span=wording.name(), wording=wording),)

    def _error(self, code: Code, message: str, start: int, end: int, fix: Fix | None = None) -> None:
        span = self._places.span(start, end)
        self._report(Diagnostic(code, message, span, fix=fix and attrs.evolve(fix, span=fix.span or span)))


def opaque(name: str, values: dict[str, object]) -> Op:
    """An opaque layer of a foreign type with its raw attributes."""
    return build("opaque", {"type": name, "attributes": values})


def placeholder(name: str) -> Op:
    """What stands for a layer that could not be built: its type is unknown."""
    return opaque(name, {})


def _is_piped(word: tree.Word) -> bool:
    return word.text == PIPED and not word.quoted


def _is_input(p: tree.ParameterTree, values: set[str]) -> bool:
    return p.role == "input" if p.role is not None else not p.has_default and p.name.text in values


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _without_call(action: Action, unknown: Container[str]) -> Action:
    if isinstance(action, BlockCall) and action.block in unknown:
        return placeholder(action.block)
    if isinstance(action, Repeat):
        return Repeat(action.count, tuple(_without_call(link, unknown) for link in action.links))
    return action


def _without_calls(module: Module, unknown: Container[str]) -> Module:
    """The module with calls of blocks that do not exist made opaque."""

    def bodies(body: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(attrs.evolve(n, op=_without_call(n.op, unknown)) for n in body)

    blocks = tuple(attrs.evolve(b, body=bodies(b.body)) for b in module.blocks)
    return Module(blocks, tuple(attrs.evolve(n, body=bodies(n.body)) for n in module.nets))
