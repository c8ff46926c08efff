"""GitHub's published schema, as far as our queries use its types (``extract`` makes the file)."""

from functools import cache
from pathlib import Path
from typing import Final

from graphql import GraphQLSchema, build_schema, extend_schema, parse

HERE: Final = Path(__file__).parent


@cache
def published_schema() -> GraphQLSchema:
    """The schema that our queries are checked against."""
    text = (HERE / "published.graphql").read_text(encoding="utf-8")
    return with_extension(build_schema(text, assume_valid=True))


def with_extension(schema: GraphQLSchema) -> GraphQLSchema:
    """The same with what GitHub offers and the package does not know yet."""
    extension = parse((HERE / "extension.graphql").read_text(encoding="utf-8"))
    return extend_schema(schema, extension, assume_valid=True)
