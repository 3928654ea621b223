"""The query language: which stories a question is about.

    전기차 배터리              both, anywhere in the title or the lead (AND may be written)
    "slow aging"               these words side by side
    matcha OR 말차             either; OR binds weaker than AND
    coffee -ad   커피 −광고    the first without the second; NOT is the same as −
    (tea OR 차) -"green tea"   groups
                               nothing: everything

Latin words are found whole, in any case, exactly as written: `trend` is not in `trends`. Words that hold
Korean, Chinese or Japanese characters are found anywhere, since particles are written onto them: `커피`
is in `커피를`. AND, OR and NOT are operators in capitals only, and never within quotation marks. A query
of exclusions alone means everything but those. Width, typographic quotes and dashes make no difference.
"""

from dataclasses import dataclass

from trends.domain.query_canonical import canonical_text
from trends.domain.query_parser import read_query
from trends.domain.query_tree import AllOf, Node, satisfies
from trends.domain.text import fold


@dataclass(frozen=True)
class Query:
    """A query that was read; equal where the meaning is.

    Attributes:
        text: Its canonical text.
    """

    text: str
    _tree: Node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def everything(self) -> bool:
        """Whether every story matches."""
        return not self.text

    def canonical(self) -> str:
        """Text that all queries of this meaning share; reads back as itself, empty for everything."""
        return self.text

    def matches(self, *fields: str) -> bool:
        """Whether the fields together satisfy the query; a phrase must lie within one of them."""
        if self.everything:
            return True
        # A line break is in no folded text, so that nothing matches across two fields.
        folded = "\n".join(map(fold, fields))
        return satisfies(self._tree, folded)


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        InvalidQueryError: Unbalanced quotes or parentheses, an operator without a word, nothing
            that could match, or too long; the message says where and what to do.
    """
    node = read_query(text)
    if node is None:
        return Query(text="", _tree=AllOf(()))
    return Query(text=canonical_text(node), _tree=node)
