"""YAML read by libyaml, in a fifth of the time of ruamel.yaml's own scanner, into the nodes that ruamel.yaml makes its
data of.

libyaml reads YAML 1.1. What numbers and dates look like is for ruamel.yaml to say, in YAML 1.2; but the two differ on a
few characters, and only ruamel.yaml knows tags and tells well what is wrong: such texts are left to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

try:
    from yaml import CLoader as _Loader
except ImportError:  # PyYAML was built without libyaml, and then has nothing quicker to offer
    _Loader = None

_READ_OTHERWISE = re.compile("[\\t\\x85\\u2028\\u2029\\ufeff]")
"""Tabs in and between words, what YAML 1.1 takes for the end of a line, and a mark in the middle of a text."""


class _Left(Exception):  # no error: it is read by other means
    """What ruamel.yaml is to read."""


def compose(text: str, resolver: Any) -> Node | None:
    """The node of a text of one document, with anchors and places; None if ruamel.yaml is to read it, and to say what
    is wrong with it. `resolver` is ruamel.yaml's."""
    if _Loader is None or _READ_OTHERWISE.search(text):
        return None
    try:
        return _Composer(text, resolver).document()
    except (yaml.YAMLError, _Left):
        return None


class _Composer:
    def __init__(self, text: str, resolver: Any) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self._resolver = resolver
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node:
        next(self._events)
        start = next(self._events)
        if not isinstance(start, yaml.DocumentStartEvent) or start.version or start.tags:
            raise _Left
        node = self._node(next(self._events))
        ends = not next(self._events).explicit and isinstance(next(self._events), yaml.StreamEndEvent)
        if not ends or isinstance(node, ScalarNode):
            raise _Left
        return node

    def _node(self, event: Any) -> Node:
        kind, anchor = type(event), event.anchor
        if kind is yaml.AliasEvent and anchor in self._anchors and self._anchors[anchor].end_mark is not None:
            return self._anchors[anchor]
        if kind is yaml.AliasEvent or event.tag is not None or anchor in self._anchors:
            raise _Left
        node: Node = self._begun(event)
        if anchor is not None:
            self._anchors[anchor] = node
        if kind is yaml.SequenceStartEvent:
            self._fill(node, yaml.SequenceEndEvent, self._node)
        elif kind is yaml.MappingStartEvent:
            self._fill(node, yaml.MappingEndEvent, lambda key: (self._node(key), self._node(next(self._events))))
        return node

    def _begun(self, event: Any) -> Any:
        if type(event) is yaml.ScalarEvent:
            tag, style = self._resolver.resolve(ScalarNode, event.value, event.implicit), event.style or None
            return ScalarNode(tag, event.value, event.start_mark, event.end_mark, style=style, anchor=event.anchor)
        kind = SequenceNode if type(event) is yaml.SequenceStartEvent else MappingNode
        tag = self._resolver.resolve(kind, None, event.implicit)
        return kind(tag, [], event.start_mark, None, flow_style=event.flow_style, anchor=event.anchor)

    def _fill(self, node: Any, end: type[yaml.Event], entry: Callable[[Any], Any]) -> None:
        for event in self._events:
            if isinstance(event, end):
                node.end_mark = event.end_mark
                return
            node.value.append(entry(event))
