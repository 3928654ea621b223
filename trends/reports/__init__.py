"""Draw a report: five lines, JSON, Markdown, HTML; in Korean or English."""
