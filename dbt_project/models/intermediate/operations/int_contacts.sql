with

contacts as (
    select * from {{ ref('stg_creator_contacts') }}
),

creators as (
    select * from {{ ref('stg_creators') }}
),

contacts_of_markets as (
    select
        contacts.contact_id,
        creators.market,
        contacts.subject,
        contacts.rule,
        contacts.opened_on,
        contacts.solved_on,
        contacts.satisfaction,
        {{ days_between('contacts.opened_on', 'contacts.solved_on') }} as days_to_solve,
        {{ hours_between('contacts.opened_at', 'contacts.solved_at') }} as hours_to_solve
    from contacts
    inner join creators on contacts.account_id = creators.account_id
)

select * from contacts_of_markets
