{# Written by `python -m evenhand.reference.feeds` from the contracts; edit those. #}
{% macro creator_metrics() %}
{{ return([
    {"name": "followers", "is_flag": false}
]) }}
{% endmacro %}
