"""Queries and texts to test with."""

from hypothesis import strategies as st

WORDS = ("tea", "matcha", "커피", "말차", "ai")

PIECES = st.sampled_from(
    [*WORDS, *'()"“”-−,|&', "AND", "OR", "NOT", " ", " ", " ", "ＡＮＤ", "⑴", "\u3000", "''"]
)

JUMBLES = st.lists(PIECES, max_size=30).map("".join)


def _grown(queries: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} OR {})".format, queries, queries),
        st.builds("({} AND {})".format, queries, queries),
        st.builds("({} {})".format, queries, queries),
        st.builds("-({})".format, queries),
        st.builds("NOT {}".format, queries),
    )


QUERIES = st.recursive(st.sampled_from([*WORDS, '"green tea"', "-tea"]), _grown, max_leaves=8)

TEXTS = st.lists(
    st.sampled_from([*WORDS, "green tea", "말차라떼를", "air", "Tea!"]), max_size=6
).map(" ".join)
