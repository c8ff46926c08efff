"""GitHub's published schema, as far as our queries use its types: ``python -m tests.github_server.extract FILE``.

``published.graphql`` is made by this from ``schema.graphql`` of the npm package ``@octokit/graphql-schema``
15.26.1 (MIT; ``npm pack @octokit/graphql-schema@15.26.1``): the types that our queries touch, with all of
their fields that lead to no other type. ``extension.graphql`` has what that package does not know yet. A
query that needs more is invalid here until the file is made anew.
"""

import re
import sys
from pathlib import Path
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    visit,
)
from graphql.language import FieldNode, Node
from graphql.utilities import print_type, strip_ignored_characters

from tests.github_server.asked import all_queries
from tests.github_server.schema import HERE, with_extension

DESCRIPTION: Final = re.compile(r'"""(.*?)"""', re.DOTALL)
SOURCE: Final = """# The types of GitHub's public GraphQL schema that our queries use, with their fields as far as these lead to
# no other type. From @octokit/graphql-schema 15.26.1, (c) GitHub 2025, licensed as MIT. Made by extract.py.
"""


class _Used(Visitor):
    """Notes the types that queries touch."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info, self.names = info, set[str]()

    def enter(self, node: Node, *_: object) -> None:
        for known in (self.info.get_type(), self.info.get_parent_type(), self.info.get_input_type()):
            if known is not None:
                self.names.add(get_named_type(known).name)
        if isinstance(node, FieldNode) and (field := self.info.get_field_def()):
            self.names |= {get_named_type(arg.type).name for arg in field.args.values()}


def _kept(schema: GraphQLSchema, names: set[str]) -> str:
    """The schema's text, of these types alone."""
    return "\n".join(_text(schema, schema.type_map[name], names) for name in sorted(names))


def _text(schema: GraphQLSchema, type_: GraphQLNamedType, names: set[str]) -> str:
    known = names | {"String", "Int", "Boolean", "ID", "Float"}
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            fields = {
                name: field
                for name, field in type_.fields.items()
                if get_named_type(field.type).name in known
                and all(get_named_type(arg.type).name in known for arg in field.args.values())
            }
            kwargs: Any = type_.to_kwargs() | {
                "fields": fields,
                "interfaces": [one for one in type_.interfaces if one.name in names],
            }
            type_ = type(type_)(**kwargs)
        case GraphQLUnionType():
            kwargs = {**type_.to_kwargs()} | {"types": [one for one in type_.types if one.name in names]}
            type_ = GraphQLUnionType(**kwargs)
        case GraphQLEnumType() | GraphQLInputObjectType() | GraphQLScalarType():
            pass
    return strip_ignored_characters(DESCRIPTION.sub("", print_type(type_)))


def main() -> None:
    """Make ``published.graphql`` from the package's file."""
    whole = build_schema(Path(sys.argv[1]).read_text(encoding="utf-8"), assume_valid=True)
    extended = with_extension(whole)
    names = set[str]()
    for query in all_queries().values():
        info = TypeInfo(extended)
        used = _Used(info)
        visit(parse(query), TypeInfoVisitor(info, used))
        names |= used.names
    for name in list(names):
        if isinstance(known := whole.type_map.get(name), GraphQLInputObjectType):
            names |= {get_named_type(part.type).name for part in known.fields.values()}
    names = {name for name in names if name in whole.type_map and not name.startswith("__")}
    names -= {"String", "Int", "Boolean", "ID", "Float"}
    text = SOURCE + _kept(whole, names | {"Node", "Query"}) + "\n"
    (HERE / "published.graphql").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
