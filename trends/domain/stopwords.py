"""Words that carry no topic: function words, and the furniture of headlines.

Two kinds. A *stop* word ends a phrase: no term crosses it. A *weak* word may stand inside a phrase, but
says nothing alone and neither begins nor ends a term ("launch", "급등", "올해").
"""

EN_STOP: frozenset[str] = frozenset(
    """
    a about above across after again against all along already also although always am amid among an and
    another any anyone anything are aren't around as ask asks at away back be became because become becomes
    been before behind being below between beyond both but by came can can't cannot come comes could couldn't
    despite did didn't do does doesn't doing don't down during each either else even ever every everyone
    everything few finally find finds for former found from full further gave get gets getting give gives
    go goes going gone got had has hasn't have haven't having he he's her here here's hers herself him himself
    his how however i i'm i've if in inside instead into is isn't it it's its itself just keep keeps kept knew
    know known knows last lest let let's like likely look looks made make makes making many may maybe me
    meanwhile mere might mine more most much must my myself near need needs neither never next no nobody none
    nor not nothing now of off often on once one only onto or other others our ours ourselves out outside over
    own per perhaps put puts rather really reportedly s said same saw say saying says see seen sees set sets
    she she's should shouldn't shows show showing shown since so some someone something soon still such take
    taken takes taking tell tells than that that's the their theirs them themselves then there there's these
    they they're they've this those though through thus til till to told too took toward towards try trying
    turn turned turns two under unless until unveil unveils up upon us use used uses using very via want wants
    was wasn't way we we're we've well went were weren't what what's when where where's whether which while who
    who's whom whose why will with within without won't would wouldn't yet you you'd you'll you're you've your
    yours yourself vs v versus
    """.split()
)

EN_WEAK: frozenset[str] = frozenset(
    """
    ago ahead amazing analysis announce announced announces annual april august awaits bad best better
    big bigger biggest breaking call called calls chief claim claims column common daily date day days
    deal dec december decade decades details early editor editorial eight end ends enough entire event events
    exclusive expect expected expects expert experts explained explainer fact facts fall falls far fast faster
    feb february feel feels fifth fifty fight file files first five following four fourth fresh friday fri
    good great group guide half happen happened happening happens hard heads help helps high higher
    highest hit hits hold holds home hot hour hours huge hundred hundreds idea ideas important interview
    issue issues jan january join joins july jul june jun key kind large larger largest late later latest launch
    launched launches lead leader leaders leading leads learn least leave leaves left less life line list
    listen little live lives local long longer lot low lower lowest main major man march mar matter matters
    maker mean means meet meets men million millions billion billions trillion minute minutes mon monday month
    months morning move moves name named names nation national new newest news newsletter night nine nov
    november number numbers oct october offer offers official officials old older online open opens opinion
    opinions part parts past people percent person photo photos picture pictures place plan plans play plays
    please podcast point points post press pretty question questions quick quickly quiet quietly quiz rate
    ready real reason reasons record records report reported reports return returns reveal revealed reveals
    review reviews right rise rises rising round run runs sat saturday sep sept september second seconds sell
    selling sells sent seven share shares short shot side sign signs six small smaller sold sort special spot
    start started starting starts state states stay stays step steps stop stops story stories street strong
    sun sunday sure talk talks team ten test tests thing things think thinks third thirty thousand thousands
    three thu thursday tie time times tip tips today tomorrow tonight top total tue tuesday twelve twenty
    twice update updated updates video videos view views visit visits wait waiting watch wed wednesday week
    weekend weekends weekly weeks whole wins win winner woman women won word words work working works world
    worse worst worth year years yearly yesterday young younger
    buy buyers buying bought customer customers demand everywhere popular popularity queue queues sale sales
    sellout shelf shelves shop shoppers shops shopping store stores trend trends trending surge surges surging
    soar soars soaring jump jumps jumped drop drops dropped grow grows growing growth craze boom booming hype
    price prices priced cost costs company companies firm firms brand brands market markets maker makers
    """.split()
)

KO_STOP: frozenset[str] = frozenset(
    """
    것 수 때 곳 등 중 및 데 바 줄 뿐 만큼 대로 채 척 듯 분 번 개 명 원 대 위 전 후 내 외 간 측 점 말 일 이 그 저 나
    너 우리 자신 누구 무엇 여기 거기 저기 이것 그것 저것 이날 이번 지난 다음 모두 서로 그대로 가운데 때문 정도 사이 동안
    이상 이하 이내 미만 초과 여러 관련 대한 위한 통한
    """.split()
)

KO_WEAK: frozenset[str] = frozenset(
    """
    기자 특파원 단독 속보 종합 종합2보 영상 포토 사진 화보 인터뷰 사설 칼럼 오피니언 기고 시론 논평 기획 연재 특집 르포
    현장 취재 뉴스 신문 일보 기사 보도 제보 헤드라인 브리핑 인사 부고 게시판 알림 오늘 내일 어제 모레 올해 작년 지난해
    내년 재작년 금년 이달 지난달 다음달 내달 이번주 지난주 다음주 주말 주중 평일 휴일 월요일 화요일 수요일 목요일 금요일
    토요일 일요일 오전 오후 아침 저녁 새벽 밤 낮 하루 이틀 사흘 나흘 최근 현재 당시 과거 미래 당분간 앞서 이후 이전
    상반기 하반기 분기 연말 연초 월말 월초 연간 월간 주간 일간 시간 시대 시점 시기 시작 시행 기간 기준 최대 최고 최저
    최소 최다 최초 최신 최종 최강 역대 사상 연속 첫날 처음 마지막 전체 전국 전년 동기 대비 평균 규모 수준 이유 까닭
    배경 원인 결과 효과 영향 논란 화제 관심 인기 열풍 대세 유행 트렌드 주목 눈길 눈앞 기대 우려 전망 예상 예측 분석
    평가 공개 공식 발표 발간 발매 출시 출간 론칭 런칭 선보 선정 선언 개최 개막 개장 개시 개통 개발 진행 진출 추진 추가
    추천 실시 시도 확대 확산 확정 확보 확인 강화 강조 지원 지속 지정 지급 지적 참여 참가 참석 초청 완료 완판 품절 매진
    품귀 대란 북적 행렬 줄서기 오픈런 인증 후기 리뷰 판매 판매량 매출 매출액 구매 구입 소비 소비자 고객 손님 주문 예약
    가격 가격대 할인 증가 감소 상승 하락 급증 급감 급등 급락 폭등 폭락 반등 돌파 달성 기록 경신 넘어 껑충 훌쩍 성장
    변화 전환 도입 도전 대응 대책 대비책 방안 방법 방침 방식 계획 목표 가능 가능성 불가 필요 필요성 중요 중심 주요 대표
    대상 대형 소형 중형 신규 신제품 제품 상품 브랜드 업체 업계 기업 회사 시장 매장 점포 서비스 사업 사용 이용 활용 운영
    관계자 전문가 사람 사람들 국민 시민 주민 직원 모습 이야기 얘기 생각 느낌 마음 자리 순간 하나 둘 셋 가지 종류 부분
    문제 문제점 경우 상황 상태 조건 사실 내용 의미 이슈 정보 자료 소식 방문 방문객 이벤트 행사 프로모션 기념 한정 한정판
    특별 특가 무료 유료 일부 절반 상당 다수 소수 다양 완전 본격 본격화 직접 간접 함께 한눈 한편 사이트 홈페이지 온라인
    오프라인 국내 국외 해외 글로벌 세계 한국 국내외 만원 천원 억원 조원 달러 퍼센트 만명 천명 포인트 개월 주년 시즌
    연령 세대 나이 남성 여성 남녀 아이 어른 어린이 남 여 톱 베스트 넘버 원 투 쓰리 뭐 왜 어떻게 무슨 어떤 누가
    """.split()
)
