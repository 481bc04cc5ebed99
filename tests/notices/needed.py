"""What the catalogs of the checkout must have."""

from __future__ import annotations

from pathlib import Path

TRANSLATIONS = Path(__file__).parents[2] / "translations"
LANGUAGES = ("en", "id", "vi", "th", "ms", "fil", "pt_BR", "zh")
PENALTIES = (
    "warning",
    "no_live",
    "live_paused",
    "publishing_paused",
    "posting_limited",
    "campaigns_closed",
    "commission_held",
    "ads_paused",
    "account_paused",
    "account_suspended",
    "account_closed",
)
REWARDS = (
    "lower_commission",
    "campaign_access",
    "ad_credit",
    "samples",
    "featured_live",
    "welcome_bonus",
    "flash_sales",
)
SCOPES = ("live", "short_video", "showcase", "campaign", "ads", "commission", "account")
PROGRAMMES = ("account_health", "copyright_strikes", "content_quality", "delivery", "emergency")
