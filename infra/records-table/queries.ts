export type NamedQuery = { readonly name: string; readonly description: string; readonly sql: string }

/** Every query names days, so that it reads these and not all. */
export const namedQueries: readonly NamedQuery[] = [
  {
    name: 'Where is my mail?',
    description: 'What became of the mail of a sender to a recipient. Put in addresses and days.',
    sql: `SELECT received_at, r.address, r.action, r.would_be_action, mail_from, subject,
       transform(reasons, one -> one.code) AS why, message_id, kept_key
FROM records CROSS JOIN UNNEST(recipients) AS t(r)
WHERE dt BETWEEN '2026-11-16' AND '2026-11-17'
  AND lower(r.address) = 'alice@example.com'
  AND (lower(mail_from) = 'bob@partner.example' OR lower(header_from) = 'bob@partner.example')
ORDER BY received_at DESC LIMIT 100`,
  },
  {
    name: 'Why mail was stopped',
    description: 'How many messages were stopped in the last week, by day, action and reason.',
    sql: `SELECT dt, action, one.code AS reason, count(DISTINCT message_id) AS messages
FROM records CROSS JOIN UNNEST(reasons) AS t(one)
WHERE dt >= date_format(current_date - interval '7' day, '%Y-%m-%d') AND action <> 'deliver'
GROUP BY dt, action, one.code ORDER BY dt DESC, messages DESC`,
  },
  {
    name: 'What enforce would stop',
    description: 'Mail of the last week that was let through and would be stopped in enforce.',
    sql: `SELECT received_at, mail_from, subject, would_be_action, transform(reasons, one -> one.code) AS why, message_id
FROM records
WHERE dt >= date_format(current_date - interval '7' day, '%Y-%m-%d')
  AND action = 'deliver' AND would_be_action <> 'deliver'
ORDER BY received_at DESC LIMIT 1000`,
  },
  {
    name: 'Unknown recipients that are written to most',
    description: 'Addresses of the last week that do not exist: perhaps one of them should.',
    sql: `SELECT lower(r.address) AS address, count(*) AS messages, count(DISTINCT mail_from) AS senders
FROM records CROSS JOIN UNNEST(recipients) AS t(r)
WHERE dt >= date_format(current_date - interval '7' day, '%Y-%m-%d') AND r.answer = 'unknown'
GROUP BY lower(r.address) ORDER BY senders DESC, messages DESC LIMIT 200`,
  },
  {
    name: 'What a list touched',
    description: 'Mail whose client a DNS list names. Put in the zone and days.',
    sql: `SELECT received_at, action, would_be_action, client_ip, mail_from, one.weight, message_id, kept_key
FROM records CROSS JOIN UNNEST(reasons) AS t(one)
WHERE dt BETWEEN '2026-11-16' AND '2026-11-17' AND one.code = 'zone-listed' AND one.zone = 'zen.spamhaus.org'
ORDER BY received_at DESC LIMIT 1000`,
  },
]
