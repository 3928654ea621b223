"""The words of notices in both languages. A report's own lines come from the report."""

from dataclasses import dataclass

from trends.domain.models import Language


@dataclass(frozen=True)
class Words:
    """One language's words; names in braces are filled in."""

    everything: str
    query: str
    market: str
    more: str
    nothing_new: str
    blocked: str
    blocked_at: str
    decide: str
    decide_or_skip: str
    failed: str
    failed_at: str
    again: str
    down: str
    down_since: str
    down_means: str
    test: str
    test_means: str


ENGLISH = Words(
    everything="News trends",
    query="News trends: {query}",
    market="{title} ({market})",
    more="More",
    nothing_new="Nothing new – {title}",
    blocked="Waiting for a decision – {title}",
    blocked_at="The run is parked at the stage {stage}.",
    decide="Decide: trends runs retry {run_id}, or: trends runs abort {run_id}",
    decide_or_skip="Decide: trends runs retry {run_id}, or skip, or abort",
    failed="Failed – {title}",
    failed_at="The run failed at the stage {stage}.",
    again="Once that is mended: trends runs rerun {run_id} --from {stage}",
    down="Source down – {source}",
    down_since="{source} has not answered since {since}.",
    down_means="Until it does, its days count as missing, not as zero.",
    test="A test of the channel {channel}",
    test_means="Whoever can read this will get the reports that name this channel.",
)
KOREAN = Words(
    everything="뉴스 트렌드",
    query="뉴스 트렌드: {query}",
    market="{title} ({market})",
    more="자세히",
    nothing_new="새로운 것 없음 – {title}",
    blocked="결정 대기 – {title}",
    blocked_at="실행이 {stage} 단계에서 멈춰 결정을 기다립니다.",
    decide="결정: trends runs retry {run_id} 또는 trends runs abort {run_id}",
    decide_or_skip="결정: trends runs retry {run_id} 또는 skip, abort",
    failed="실패 – {title}",
    failed_at="실행이 {stage} 단계에서 실패했습니다.",
    again="원인을 고친 뒤: trends runs rerun {run_id} --from {stage}",
    down="소스 응답 없음 – {source}",
    down_since="{source}: {since}부터 응답이 없습니다.",
    down_means="응답이 돌아올 때까지의 날은 0건이 아니라 관측되지 않은 날로 다룹니다.",
    test="채널 시험 – {channel}",
    test_means="이 글이 보이면, 이 채널을 지정한 리포트가 여기로 옵니다.",
)


def words_of(language: Language) -> Words:
    """Choose the words of a language."""
    return KOREAN if language is Language.KO else ENGLISH
