"""English headline and lead clauses, by mood (`+` demand, `=` neutral, `-` trouble) and kind of subject.

`{S}` is the subject, `{s}`, `{is}`, `{has}` agree with it; the other slots are in `words_en.SLOTS`.
"""

# Leads are short in fixed words: two of one pattern on different subjects must not look like copies.
LEADS: dict[str, str] = {
    "any+": """
{S} win{s} over {G}
{S} find{s} new fans among {G} in {P}
Why {G} love {S}
Searches for {S} jump {N}%
How {S} took over {P}
{S} go{es} mainstream in {P}
One in {D} {G} now choose {S}
{G} budget for {S}, {M} at a time
{G} bring back {S}
Interest in {S} rises {N}% {T}
{P} falls for {S}
Meet the {G} behind the rise of {S}
{R} bets big on {S}
From {P} to {P2}: {S} spread{s}
Good year for {S} in {P}, say {E}
{S} top{s} the wish list of {G}
""",
    "any=": """
What {G} really think of {S}
{G} ask, {E} answer: {S}
{P}, {P2} and a history of {S}
{E} split over {S}
{P} writes new rules for {S}
What {S} say{s} about {P}
We asked {K} people about {S}
A {P} week with {S}
{S} for {M}: fair price?
The {P} economics of {S}
Is {P} ready for {S}?
{R} hires a chief for {S}
The {P} people behind {S}
{S}, explained in {D} charts
Who pays {M} for {S}? {G} do
What changed for {S} {T}
""",
    "any-": """
Complaints about {S} climb {N}%
{G} cool on {S}
{P} tires of {S}
{E} warn over claims about {S}
What {S} really cost{s} {G}
{R} rethinks its plans for {S}
Confusion over {S} costs {G} {M}
{P} opens inquiry into {S}
""",
    "goods+": """
{P} stocks up on {S}, {R} runs low
{R} sells out of {S} {T}
{R} doubles {S} range in {P}
Sales of {S} up {N}% at {R}
{P} queues for {S} at {R}
{S} outsell{s} old favourites at {R}
Waiting list for {S} passes {K}
{P} makers chase {S} boom
{R} opens a {P} shop devoted to {S}
{P} exports {N}% more {S}
Resale price of {S} doubles {T}
{M} for {S}? {G} say yes
""",
    "goods=": """
{G} put {S} to the test in {P}
{R} redesigns its {S}
Where {G} buy {S} in {P}
From {P} factory to {R}: making {S}
{R} moves {S} up front in {P}
{M} or {M2}: which {S} to pick
{R} trials refills for {S}
A guide for {G}: {S} in {P}
Inside {R}'s {S} factory in {P}
Labels on {S} to change {T}
""",
    "goods-": """
{R} recalls batch of {S}
Price of {S} rises {N}% {T}
Counterfeit {S} seized in {P}
{S} discounts hurt {R} in {P}
""",
    "outing+": """
Bookings for {S} up {N}% {T}
{P}: {K} wait for {S}
{G} travel to {P} for {S}
{S} sell{s} out {T}
Record {K} turn out for {S} in {P}
{P} adds {D} sites for {S}
Hobby to habit: {S} draw{s} {G}
{K} chase {S} tickets in {P}
{R} launches a pass for {S}
{K} sign up for {S} {T}
{P} cafes host {S}
""",
    "outing=": """
{E} on starting {S} in {P}
Best of {S} in {P} {T}
An evening of {S} with {G}
{P} maps {N} places for {S}
What {S} taught {G} in {P}
{R} sponsors {S} in {P}
The {M} way into {S}
Notes on {S} from {P}
How {P} pays for {S}
""",
    "outing-": """
{P} noise rules hit {S}
{S} called off in {P} {T}
Fees for {S} rise {N}%
{S} injuries puzzle {E} in {P}
""",
    "money+": """
{G} pile into {S}
{S} at {D}-year high in {P}
{R} lifts its offer on {S}
Money flows into {S} {T}
{S} climb{s} {N}% in {P}
{G} discover {S}
""",
    "money=": """
What {S} mean{s} for {G}
{S} checklist for {G}
How {P} compares on {S}
{R} simplifies {S}
{S}: {R}'s small print
{M} a month into {S}, say {E}
""",
    "money-": """
{S} slip{s} as {G} hold back
{G} caught out by {S}
{E} question {S} after {N}% swing
{S} squeeze{s} {G} {T}
""",
}

TAILS: dict[str, str] = {
    "+": """
as prices ease
with no sign of slowing
survey of {K} finds
says {P} trade body
after a clip passes {K} views
and rivals take note
as {G} trade up
despite a {N}% price rise
even on a tight budget
helped by {G}
and {R} wants a share
as {P} warms up to the idea
in a surprise to {E}
with {P} leading the way
and {E} expect more
as supply struggles to keep up
thanks to word of mouth
after years in the shade
doubling in {D} years
and not only among {G}
as habits shift {T}
to the delight of small shops
card data from {P} shows
as {R} and {R2} pile in
with {G} in front
""",
    "=": """
and what comes next
a view from {P}
according to {E}
and why it matters to {G}
in {D} simple steps
with tips from {E}
the case for and against
notes from {P}
as {R} changes course
and how {G} decide
with {M} to spend
lessons from {P} and {P2}
beyond the hype
ahead of a review in {P}
and the questions nobody asks
from {G} to {G2}
for those who missed it
without the jargon
what {E} say
and where {R} fits in
""",
    "-": """
as bills bite
{E} say
after a {N}% jump in costs
and {G} feel it first
amid doubts in {P}
as {R} faces questions
while {P} looks elsewhere
with refunds promised
and answers are slow to come
as {G} turn picky
""",
}

FRAMES = """
{lead}
{lead}
{lead}
{lead}, {tail}
{lead}, {tail}
{lead}, {tail}
{lead} – {tail}
{lead} | {tag}
{tag}: {lead}
"""

TAGS: dict[str, str] = {
    "food": "Food, Kitchen notes, Eating out",
    "fashion": "Style, Wardrobe, On the rail",
    "beauty": "Beauty desk, Mirror, Skin deep",
    "tech": "Tech, Gadgets, Signal",
    "travel": "Travel, Away days, Departures",
    "home": "Home, Interiors, House rules",
    "entertainment": "Culture, Stage and screen, Arts",
    "sport": "Sport, Fit for it, Sidelines",
    "health": "Health, Wellbeing, Body clock",
    "family": "Family, Parenting, Pets",
    "money": "Money, Markets, Your finances",
}

# Whole headlines of the day's other news: no subject to speak of.
SOCIETY = """
Rain delays morning trains in {C}
Council in {C} approves {D}-year housing plan
Bridge works to close {C} ring road until Friday
{C} schools reopen after storm damage
Police appeal for witnesses after {C} collision
Mayor of {C} faces questions over stadium bill
Fire crews tackle warehouse blaze near {C}
{K} homes lose power as wind hits {C}
Teachers in {C} vote on pay deal
Hospital in {C} opens {D} new wards
Election turnout in {C} rises {N} points
Court in {C} rules on tenancy dispute
Heat warning issued for {C} and {C2}
Airport staff in {C} call off strike
{C} library hours cut from next month
Volunteers clear {D} tonnes of litter in {C}
Lawmakers clash over {C} transport bill
Water main burst floods street in {C}
Museum thief caught after {D} months
Fog grounds flights from {C} for {D} hours
Missing hiker found safe outside {C}
University in {C} names new president
Census shows {C} growing by {N}%
Bus fares in {C} frozen for {D} months
Lifeboat crew rescues {D} sailors
"""

SUMMARY_FIRST: dict[str, str] = {
    "+": """
{R} said demand for {S} rose {N}% from a year earlier, led by {G}.
In {P}, {G} say {S} {has} become part of the weekly routine.
Shops in {P} report that {S} {is} moving faster than anything else {T}.
A survey of {K} people found that one in {D} had tried {S} {T}.
What began with {G} in {P} has reached {P2}, where {S} {is} now hard to miss.
{E} put the rise of {S} down to {G} and a lower entry price of about {M}.
""",
    "=": """
We spoke to {G} in {P} about {S} and what they would change.
{E} disagree on where {S} will go next, but few expect the interest to fade.
A guide to {S} for {G}, with prices from {M}.
{R} has changed how it handles {S}, and {P} is the first to see it.
There is more to {S} than the price tag, say people in {P}.
""",
    "-": """
{G} in {P} say {S} no longer {feel} worth the money.
Officials in {P} received {N}% more complaints about {S} than a year ago.
{R} said it would review {S} after questions from {E}.
{E} advise {G} to read the terms before paying {M} or more for {S}.
""",
}

SUMMARY_SECOND = """
The figures cover the {D} weeks to the end of last month.
{E} expect the picture to be clearer by the end of the quarter.
Similar reports have come from {P} and {P2}.
{R} did not comment.
Prices start at {M} and vary widely between shops.
Supply is said to be steady.
Not everyone is convinced, and {E} want to see another season first.
The change is most visible in {P}.
"""
