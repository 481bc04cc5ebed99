{#- What an event shares with others that count once in this way; an event that belongs to nothing shares it with none. -#}
{% macro counted_once_as(events, way) -%}
    case {{ way }}
        when 'batch' then 'batch ' || coalesce({{ events }}.batch_id, {{ events }}.event_id)
        when 'content' then 'content ' || coalesce({{ events }}.content_id, {{ events }}.event_id)
        when 'day' then 'day ' || cast({{ events }}.on_day as varchar)
        when 'subject' then 'subject ' || coalesce({{ events }}.subject, {{ events }}.event_id)
    end
{%- endmacro %}
