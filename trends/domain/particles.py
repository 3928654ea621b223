"""Korean particles: what may follow a noun without a space (조사), and what may follow nothing else.

The list holds the particles of headlines, single and in the common pairs, by the classes of the National Institute
of Korean Language's standard grammar (격조사, 보조사, 접속조사), with the copula's short forms and the plural 들.
"""

_AFTER_NOUNS_ONLY = """
을 를 의 와 과 이란 란 으로 에서 에게 에겐 엔 에선 에도 에는 에만 에까지 에의 에서는 에서도 에서의 으로는 으로도 으로의 와의
과의 이랑 랑 이나 처럼 마다 조차 마저 밖에 께 께서 한테 으로써 이라는 이라고 이라면 이라도 이자 이며 이다 입니다 들 들이 들은
들을 들의 들도 들에게 뿐 뿐만 뿐이 만의 만을 보다는 까지의 부터의 라는 로의 이냐
"""

_AFTER_OTHERS_TOO = """
이 가 은 는 에 로 도 만 서 나 까지 부터 보다 만큼 라 라고 라면 라도 며 하고 든 이든 인 로는 로도 로써 만은 만이 만도 까지도
까지는 부터는 냐 요 야
"""

AFTER_NOUNS_ONLY: frozenset[str] = frozenset(_AFTER_NOUNS_ONLY.split())
"""Particles that no verb ending looks like; what they follow is a noun."""

PARTICLES: frozenset[str] = AFTER_NOUNS_ONLY | frozenset(_AFTER_OTHERS_TOO.split())
"""Every particle of the list."""

LONGEST_PARTICLE = max(map(len, PARTICLES))
