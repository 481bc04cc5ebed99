{#- Written by `python -m evenhand.reference.labels` from translations/en.po.
    What no catalogue has a word for is its key with blanks for underscores. -#}
{% macro label_of(kind, key) -%}
    {%- set labels = {
        'measure': {
            'account_closed': 'Account closed',
            'account_paused': 'Account paused',
            'account_suspended': 'Account suspended',
            'ad_credit': 'Ad credit',
            'ads_paused': 'Ads paused',
            'campaign_access': 'Access to campaigns',
            'campaigns_closed': 'Campaigns closed',
            'commission_held': 'Commission held',
            'featured_live': 'Featured live streams',
            'flash_sales': 'Access to flash sales',
            'live_paused': 'Live streaming paused',
            'lower_commission': 'Lower platform commission',
            'no_live': 'No live streaming',
            'posting_limited': 'Posting limited',
            'publishing_paused': 'Publishing paused',
            'samples': 'Free samples',
            'warning': 'Warning',
            'welcome_bonus': 'Welcome bonus',
        },
        'programme': {
            'account_health': 'Account health',
            'campaign_access': 'Access to campaigns',
            'content_quality': 'Content quality',
            'copyright_strikes': 'Copyright strikes',
            'delivery': 'Delivery of orders',
            'emergency': 'Decision of our team',
            'flash_sales': 'Access to flash sales',
            'welcome_bonus': 'Welcome bonus',
        },
        'violation_type': {
            'copyright': 'Copyright',
            'counterfeit': 'Counterfeit goods',
            'low_quality': 'Low quality',
            'misleading_claim': 'Misleading claim',
            'other': 'Violation',
            'prohibited_goods': 'Prohibited goods',
        },
    } -%}
    case {{ key }}
        {%- for name, label in labels[kind].items() %}
        when '{{ name }}' then '{{ label }}'
        {%- endfor %}
        else {{ in_words(key) }}
    end
{%- endmacro %}

{% macro in_words(key) -%}
    replace({{ key }}, '_', ' ')
{%- endmacro %}
