"""What the shipped packs are called, in English; any other is called by its key, or as translations/ say."""

from __future__ import annotations

from collections.abc import Mapping

PACKS: Mapping[str, str] = {
    "creators_br": "Creators in Brazil",
    "creators_id": "Creators in Indonesia",
    "creators_my": "Creators in Malaysia",
    "creators_ph": "Creators in the Philippines",
    "creators_sg": "Creators in Singapore",
    "creators_th": "Creators in Thailand",
    "creators_us": "Creators in the United States",
    "creators_vn": "Creators in Vietnam",
    "takedowns": "Takedowns",
    "amazon_account_health": "Account health at Amazon",
    "shopee_seller_points_my": "Seller points at Shopee in Malaysia",
    "shopee_seller_points_ph": "Seller points at Shopee in the Philippines",
    "shopee_seller_points_sg": "Seller points at Shopee in Singapore",
    "tiktok_campaigns_th": "Campaigns at TikTok in Thailand",
    "tiktok_campaigns_us": "Campaigns at TikTok in the United States",
    "tiktok_campaigns_vn": "Campaigns at TikTok in Vietnam",
    "tiktok_creator_points": "Creator points at TikTok",
    "tiktok_performance": "Performance at TikTok",
    "tiktok_pilot": "The pilot at TikTok",
    "tiktok_posting_limit": "The posting limit at TikTok",
    "tiktok_rewards": "Rewards at TikTok",
    "tiktok_seller": "Sellers at TikTok",
    "youtube_affiliate": "Affiliates at YouTube",
    "youtube_community_guidelines": "Community guidelines at YouTube",
    "youtube_copyright": "Copyright at YouTube",
    "airline_loyalty_tiers": "Loyalty tiers of an airline",
    "driving_licence_points": "Points on a driving licence",
    "library_fines": "Fines of a library",
}
