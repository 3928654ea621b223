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
    late: str
    late_at: str
    late_means: str
    missed: str
    missed_at: str
    missed_times: str
    missed_again: str
    frozen: str
    frozen_at: str
    frozen_again: str
    budget_warning: str
    budget_spent: str
    budget_day: str
    budget_month: str
    budget_run: str
    budget_used: str
    budget_warning_means: str
    budget_spent_means: str
    rising: str
    rising_new: str
    rising_back: str
    rising_by: str
    partial: str
    partial_without: str
    corrected: str
    digest: str
    digest_alerts: str
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
    late="Late – {title}",
    late_at="The report is not there at its due time; the run is at the stage {stage}.",
    late_means="It comes as soon as it is done: trends runs show {run_id}",
    missed="Did not run – {title}",
    missed_at="{monitor} did not run at {time}.",
    missed_times="{monitor} did not run {count} times, from {first} to {last}.",
    missed_again="To run it now: trends schedules trigger {monitor}",
    frozen="Stopped – {title}",
    frozen_at="{monitor} did not run at {time}: {author} has stopped paid calls.",
    frozen_again="It runs by itself again after: trends thaw",
    budget_warning="Budget nearly used up – {title}",
    budget_spent="Budget used up – {title}",
    budget_day="{scope} on {name}",
    budget_month="{scope} in {name}",
    budget_run="run {scope}",
    budget_used="{spent} of {cap} are spent.",
    budget_warning_means="What is asked when nothing is left goes without a model.",
    budget_spent_means="No model is asked from here on; topics are quoted instead. What is left elsewhere: trends limits",
    rising="Followed topic – {label}",
    rising_new="{label} is announced as rising for the first time.",
    rising_back="{label} is rising again.",
    rising_by="{stories} stories in {days} days, {growth} times the usual.",
    partial="Partial edition – {title}",
    partial_without="Not in it: {missing}. A corrected edition follows.",
    corrected="Corrected edition – {title}",
    digest="Digest: reports {reports}, alerts {alerts}",
    digest_alerts="Alerts beyond the {most} of a day: {count}",
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
    late="늦음 – {title}",
    late_at="마감 시각인데 리포트가 아직 없습니다. 실행은 {stage} 단계에 있습니다.",
    late_means="끝나는 대로 보냅니다: trends runs show {run_id}",
    missed="실행되지 않음 – {title}",
    missed_at="{monitor}: {time}에 실행되지 않았습니다.",
    missed_times="{monitor}: {first}부터 {last}까지 {count}번 실행되지 않았습니다.",
    missed_again="지금 실행: trends schedules trigger {monitor}",
    frozen="중지됨 – {title}",
    frozen_at="{monitor}: {time}에 실행되지 않았습니다. {author}: 유료 호출을 중지했습니다.",
    frozen_again="다시 스스로 실행하려면: trends thaw",
    budget_warning="예산이 거의 소진됨 – {title}",
    budget_spent="예산 소진 – {title}",
    budget_day="{scope}, {name}",
    budget_month="{scope}, {name}",
    budget_run="실행 {scope}",
    budget_used="{cap} 중 {spent}를 썼습니다.",
    budget_warning_means="남은 예산이 없으면 모델 없이 진행합니다.",
    budget_spent_means="이제부터 모델에 묻지 않고 토픽을 인용합니다. 다른 예산: trends limits",
    rising="팔로우한 토픽 – {label}",
    rising_new="{label}: 처음으로 상승 토픽이 되었습니다.",
    rising_back="{label}: 다시 상승하고 있습니다.",
    rising_by="{days}일 동안 {stories}건, 평소의 {growth}배.",
    partial="부분판 – {title}",
    partial_without="빠진 것: {missing}. 수정판이 뒤따릅니다.",
    corrected="수정판 – {title}",
    digest="모음: 리포트 {reports}, 알림 {alerts}",
    digest_alerts="하루 한도 {most}건을 넘은 알림: {count}건",
    test="채널 시험 – {channel}",
    test_means="이 글이 보이면, 이 채널을 지정한 리포트가 여기로 옵니다.",
)


def words_of(language: Language) -> Words:
    """Choose the words of a language."""
    return KOREAN if language is Language.KO else ENGLISH
