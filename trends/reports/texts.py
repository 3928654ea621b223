"""The words of a report. Every language fills every field, so a missing one is a type error.

`{name}` is filled in where the text is used. `one|many` holds two forms chosen by a number; a language that needs no
plural writes one form.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Texts:
    """One language's words, grouped by where they stand."""

    # What the report is
    title_all: str
    title_query: str
    made_up_tag: str
    made_up_banner: str
    partly_made_up_tag: str
    partly_made_up_banner: str
    span_days: str
    span_hours: str
    volume: str

    # Things counted
    stories: str
    headlines: str
    outlets: str
    sources: str
    days: str
    tests: str
    more: str

    # The five lines
    line_what: str
    line_rose: str
    line_nothing_rose: str
    line_all_hidden: str
    line_rose_other: str
    line_only_other: str
    line_no_data: str
    line_too_short: str
    line_first_run: str
    line_previous: str
    line_week_ago: str
    line_watching: str
    line_watching_none: str
    line_read: str
    line_claim: str
    topic_growth: str
    topic_new: str
    topic_fading: str
    changes_none: str
    changes_impossible: str
    sources_all: str
    sources_missing: str
    claim_short_calibrated: str
    claim_short_none: str

    # What may be claimed
    claim_calibrated: str
    claim_nothing_rose: str
    claim_too_short: str
    claim_no_data: str

    # Why a source failed, by error slug
    reason_unavailable: str
    reason_unreadable: str
    reason_refused: str
    reason_other: str

    # Notes
    note_made_up: str
    note_partly_made_up: str
    title_partial: str
    note_partial_edition: str
    note_sources_missing: str
    note_outlets_unknown: str
    note_rows_unreadable: str
    note_dates_assumed: str
    note_days_unobserved: str
    note_source_observed: str
    note_summary_skipped: str
    note_not_comparable: str
    note_sources_changed: str
    note_source_says: str
    note_hidden: str
    hidden_topic: str
    hidden_muted: str
    hidden_rejected: str
    hidden_until: str
    hidden_part_of: str
    note_holidays_inside: str
    note_holidays_before: str

    # What a model had to do with it
    heading_written: str
    written_dropped: str
    note_model_wrote: str
    note_model_dropped: str
    note_model_withheld: str
    note_planned: str
    note_plan_synonyms: str
    note_plan_excluded: str
    note_plan_rationale: str
    note_plan_missing: str
    withheld_budget: str
    withheld_frozen: str
    withheld_price: str
    withheld_key: str
    withheld_quota: str
    withheld_refused: str
    withheld_context: str
    withheld_answer: str
    withheld_late: str
    withheld_other: str

    # The watchlist
    heading_watch: str
    watch_intro: str
    column_entity: str
    column_verdict: str
    verdict_rising: str
    verdict_single_outlet: str
    verdict_usual: str
    heading_voice: str
    voice_intro: str
    voice_before: str

    # Topic states
    status_emerging: str
    status_rising: str
    status_peaking: str
    status_fading: str
    change_new: str
    change_back: str
    change_risen: str
    change_fallen: str
    change_gone: str
    change_steady: str
    change_group: str
    change_group_bare: str
    badge_new: str
    badge_back: str
    badge_followed: str
    badge_risen: str
    badge_fallen: str
    why_single_outlet: str
    why_below_error_rate: str
    why_past_too_short: str

    # Categories
    category: str
    category_food: str
    category_fashion: str
    category_beauty: str
    category_tech: str
    category_travel: str
    category_home: str
    category_entertainment: str
    category_money: str
    category_health: str
    category_politics: str
    category_accidents: str
    category_sport: str
    category_other: str

    # Headings
    heading_kind: str
    heading_all: str
    monitor: str
    heading_lines: str
    heading_topics: str
    heading_watching: str
    heading_other_news: str
    heading_changes: str
    heading_sources: str
    heading_counts: str
    heading_notes: str
    heading_reading: str
    heading_quotes: str
    heading_evidence: str
    heading_tests: str
    heading_previous: str
    heading_week_ago: str
    empty_topics: str
    empty_all_hidden: str
    empty_no_data: str
    empty_too_short: str
    watching_intro: str
    other_news_intro: str
    other_news_mark: str
    empty_only_other: str
    changes_first_run: str

    # Numbers of the run
    fact_announced: str
    fact_stories: str
    fact_outlets: str
    fact_past: str
    fact_error_rate: str
    fact_sources: str
    sources_share: str

    # Columns and labels
    column_topic: str
    column_category: str
    column_trend: str
    column_growth: str
    column_status: str
    column_stories: str
    column_persistence: str
    column_why: str
    column_day: str
    column_expected: str
    column_window: str
    column_seen: str
    column_q: str
    column_passed: str
    column_source: str
    column_outcome: str
    column_items: str
    passed_yes: str
    passed_no: str
    source_ok: str
    source_failed: str
    rows_bad: str
    no_data: str
    at_least: str
    interval: str
    growth_new: str
    growth_unit: str
    seen_expected: str
    seen_only: str
    last_days: str
    persistence: str
    persistence_short: str
    first_seen: str
    seen_since: str
    back_after: str
    told_since: str
    named_by_analyst: str
    merged_in: str
    carried_by: str
    joined: str
    read_it: str
    terms: str
    more_watched: str
    more_evidence: str
    per_day: str
    still_watched: str
    was_watched: str

    # Charts
    chart_title: str
    chart_desc: str
    chart_desc_expected: str
    chart_table: str
    chart_caption: str
    legend_stories: str
    legend_expected: str
    legend_missing: str
    overview_desc: str
    overview_caption: str

    # Counts of normalizing
    count_items_in: str
    count_items_kept: str
    count_other_language: str
    count_outside_window: str
    count_untitled: str
    count_repeated: str
    count_exact_duplicates: str
    count_near_duplicates: str
    count_stories: str
    count_matched_stories: str
    counts_intro: str

    # How to read it
    reading_story: str
    reading_growth: str
    reading_expected: str
    reading_status: str
    reading_persistence: str
    reading_error_rate: str

    # Feet
    market: str
    language_ko: str
    language_en: str
    times: str
    settings: str
    schema: str
    skip_to_topics: str
