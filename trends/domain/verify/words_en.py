"""English words that decide whether a sentence says what its evidence says."""

FUNCTION: frozenset[str] = frozenset(
    """
    a an the and or but so as at by for from in into of on onto to with within via per than that this these those
    it its they them their he she his her hers him we us our you your i me my who whom whose which what where when
    is are was were be been being am has have had having do does did doing done get gets got will shall there here
    's s also too both then now still just about around out off over its own such each itself themselves
    one ones how why while whereas though although however meanwhile yet amid among between during through across
    """.split()
)
# Function words that change what is said, so that they count as words of content.
KEPT_FUNCTION: frozenset[str] = frozenset({"over", "under", "than"})

FRAME: frozenset[str] = frozenset(
    """
    report reports reported story stories article articles coverage covered news headline headlines topic
    according
    """.split()
)
"""What a sentence about the news may say without its evidence saying so."""

SAME: tuple[str, ...] = (
    "say said says tell told tells note noted notes state stated add added adds report reported reports",
    "buy bought purchase purchases purchased purchasing",
    "buyer shopper customer consumer",
    "sell sold sales sale",
    "shop store outlet",
    "price prices cost costs priced",
    "firm company business",
    "begin began begun start started starts launch launched",
    "show showed shown shows find found finds",
    "need needed require required",
    "big large",
    "use used uses",
    "visible clear noticeable evident apparent",
    "complain complaint complaints",
    "expect expects expected anticipate",
    "researcher researchers academic academics",
    "steady stable",
    "try tried tries trial",
    "come came comes",
    "go went goes gone",
    "make made makes",
    "take took takes taken",
    "see saw sees seen",
    "give gave gives given",
    "think thought thinks",
    "spread spreads spreading",
    "popular popularity",
    "because due owing thanks cause caused causes",
    "comment comments commented",
    "advise advised advises advice",
    "disagree disagreed disagrees differ differed differs",
    "respondent surveyed survey surveys",
    "vary varied varies variation",
    "pay paid pays payment",
    "ban banned bans",
    "agree agreed agrees agreement",
    "kill killed kills killing",
    "win won wins",
    "lose lost loses",
    "choose chose chosen",
    "hold held holds",
    "leave left leaves",
    "meet met meets",
    "month monthly",
    "week weekly",
    "year yearly annual annually",
    "percent %",
)
"""Words that may stand for one another, a set a line."""

UP: tuple[str, str] = (
    """rise rose risen rises rising increase increased increases increasing grow grew grown grows growth climb climbed
    climbs higher gain gained gains up upward more""",
    "jump jumped jumps surge surged surges soar soared soars skyrocket skyrocketed boom boomed booming",
)
DOWN: tuple[str, str] = (
    """fall fell fallen falls falling decrease decreased decreases decline declined declines drop dropped drops lower
    lowered dip dipped slip slipped slid slide down downward less fewer reduce reduced reduction shrink shrank""",
    "plunge plunged plunges plummet plummeted tumble tumbled crash crashed slump slumped collapse collapsed",
)
"""Plain words, then strong ones: what soars rises, but what rises does not soar."""

UNREAL: frozenset[str] = frozenset(
    "to will would may might could can should must shall 'll let helps help".split()
)
"""What stands before a verb of which it is not said that it is done."""
COMPARING: frozenset[str] = frozenset(
    """
    overtook overtake overtakes overtaken outsell outsells outsold beat beats beaten exceed exceeds exceeded surpass
    surpasses surpassed outpace outpaces outpaced top tops topped than over under above below
    """.split()
)
"""Words that stand between two that are compared."""

OPPOSITES: tuple[tuple[str, str], ...] = (
    ("first", "last"),
    ("early", "late"),
    ("open", "close"),
    ("more", "less"),
    ("over", "under"),
    ("before", "after"),
    ("win", "lose"),
    ("buy", "sell"),
)

NEGATORS: frozenset[str] = frozenset(
    "not no never none nobody nothing neither nor cannot without hardly barely scarcely".split()
)
REVERSERS: frozenset[str] = frozenset(
    """
    delay delayed delays postpone postponed postpones suspend suspended shelve shelved decline declined declines deny denied denies denying refute refuted refutes reject rejected rejects refuse refused refuses dispute disputed
    disputes dismiss dismissed dismisses debunk debunked false fake hoax untrue wrong myth fail failed fails failing
    failure lack lacks lacked stop stopped stops halt halted halts cancel cancelled canceled cancels withdraw withdrew
    withdrawn unlikely doubt doubts doubted avoid avoided avoids ban banned bans against lose lost loses
    """.split()
)
"""Words that turn round what follows: a sentence cannot leave them out."""

HEDGES: frozenset[str] = frozenset(
    """
    may might could would can should possibly perhaps probably likely reportedly allegedly apparently rumour rumor
    rumours rumors rumoured rumored plan plans planned planning propose proposed proposes proposal consider considers
    considered considering mull mulls weigh weighs expect expects expected forecast forecasts predicted predicts predict
    estimate estimates estimated aim aims aimed hope hopes hoped intend intends seek seeks sought try tries trial trials
    test tests claim claims claimed allege alleges alleged seem seems seemed suggest suggests suggested if unless whether
    warn warns warned warning fear fears feared worry worries potential almost nearly
    """.split()
)
"""Words that make a statement less than certain: a sentence keeps at least one of them."""

UNSURE: frozenset[str] = frozenset(
    """
    may might could possibly perhaps probably likely reportedly allegedly apparently rumour rumor rumours rumors
    rumoured rumored allege alleges alleged seem seems seemed
    """.split()
)
"""Those of the hedges that say that it may not be so at all."""

LIMITS: frozenset[str] = frozenset(
    """
    some few several only partly partially mostly largely least most half many certain part limited minority majority
    """.split()
)
"""Words that say of how much something holds: a sentence cannot leave them out."""

BOUNDS: frozenset[str] = frozenset(
    "much many more less over under least most fewer above below nearly almost".split()
)
"""Words that make a number a bound."""

SCOPES: frozenset[str] = frozenset(
    """
    all every everyone everything everybody everywhere always whole entire entirely fully completely totally only first
    last ever never most best biggest largest highest lowest worst greatest fastest record unique unprecedented sole
    nationwide worldwide global universally none nobody majority top leading leader
    """.split()
)
"""Words that claim for all, or the utmost."""

CAUSES: frozenset[str] = frozenset(
    """
    because due owing thanks cause caused causes led leads reason reasons drive drives drove driven spark sparked
    sparks fuel fuelled fueled trigger triggered triggers since therefore thus hence consequently result results
    resulted resulting blame blamed boost boosted boosts prompted prompt
    """.split()
)
CAUSE_PHRASES: tuple[str, ...] = (
    "because of", "due to", "owing to", "thanks to", "led to", "leads to", "as a result", "caused by", "driven by",
    "put down to", "puts down to", "down to", "results from", "credited to", "attributed to", "blamed on",
)  # fmt: skip

SAID: frozenset[str] = frozenset(
    """
    say said says tell told tells note noted notes state stated states add added adds claim claimed claims announce
    announced announces warn warned warns argue argued argues believe believes believed deny denied denies admit admitted
    admits confirm confirmed confirms report reported reports explain explained explains insist insisted insists
    """.split()
)
AUXILIARIES: frozenset[str] = frozenset("is are was were be been being get gets got".split())
PREPOSITIONS: frozenset[str] = frozenset(
    """
    of in on at for from to into onto with within by via per about around among between during through across amid after
    before since until against over under than as near outside inside despite without unlike except
    """.split()
)
CONTRASTING: tuple[frozenset[str], ...] = (
    frozenset({"from", "to", "by", "with", "against", "for"}),
    frozenset({"before", "after", "since", "until"}),
    frozenset({"over", "under"}),
    frozenset({"with", "without"}),
)
EXCLUSIVE: frozenset[str] = frozenset({"than", "unlike", "except", "without", "against", "despite"})
"""Prepositions of what is set apart: it never changes places with what it is set apart from."""
OFFICIAL: frozenset[str] = frozenset(
    "announce announced announces confirm confirmed confirms".split()
)
SUBORDINATORS: frozenset[str] = frozenset("after before as because when".split())
CLAUSE_WORDS: frozenset[str] = frozenset("and but while whereas although though or".split())

IRREGULAR: dict[str, str] = {
    "rose": "rise", "risen": "rise", "fell": "fall", "fallen": "fall", "grew": "grow", "grown": "grow", "went": "go",
    "gone": "go", "came": "come", "saw": "see", "seen": "see", "took": "take", "taken": "take", "gave": "give",
    "given": "give", "made": "make", "said": "say", "told": "tell", "sold": "sell", "bought": "buy", "found": "find",
    "thought": "think", "began": "begin", "begun": "begin", "kept": "keep", "left": "leave", "lost": "lose",
    "won": "win", "met": "meet", "held": "hold", "led": "lead", "paid": "pay", "ran": "run", "wrote": "write",
    "written": "write", "drove": "drive", "driven": "drive", "chose": "choose", "chosen": "choose", "built": "build",
    "spent": "spend", "brought": "bring", "felt": "feel", "became": "become", "knew": "know", "known": "know",
    "shown": "show", "women": "woman", "men": "man", "children": "child", "overtook": "overtake", "drawn": "draw",
    "drew": "draw", "broke": "break", "broken": "break", "ate": "eat", "eaten": "eat", "worn": "wear", "wore": "wear",
    "hit": "hit", "beat": "beat", "beaten": "beat", "sought": "seek", "taught": "teach", "sent": "send",
    "shrank": "shrink", "slid": "slide", "withdrew": "withdraw", "withdrawn": "withdraw", "opened": "open",
}  # fmt: skip
