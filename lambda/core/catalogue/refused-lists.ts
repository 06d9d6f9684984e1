import type { DeadList, RefusedList } from './entry.ts'

/** Lists that ended. Many went on to list the whole world, some years later, to be left alone at last. */
export const deadLists: readonly DeadList[] = [
  { title: 'NiX Spam', zones: ['dnsbl.manitu.net'], died: '2025-01-17', after: 'empty' },
  { title: 'Madavi:BL', zones: ['dnsbl.madavi.de'], died: '2025-03', after: 'empty' },
  { title: 'Anonmails', zones: ['dnsbl.anonmails.de'], died: '2024-11-12', after: 'lists-the-world' },
  { title: 'SORBS', zones: ['sorbs.net'], died: '2024-06-05', after: 'empty' },
  { title: 'DRBL of drand.net', zones: ['drbl.drand.net'], died: '2024-03-26', after: 'lists-the-world' },
  { title: 'WPBL', zones: ['wpbl.info'], died: '2024', after: 'empty' },
  { title: 'inps.de', zones: ['inps.de'], died: '2020-05-25', after: 'empty' },
  { title: 'Email Basura', zones: ['emailbasura.org'], died: '2019-10-30', after: 'lists-the-world' },
  { title: 'SpamCannibal', zones: ['spamcannibal.org'], died: '2018-05-30', after: 'lists-the-world' },
  { title: 'VirBL', zones: ['virbl.bit.nl', 'virbl.dnsbl.bit.nl'], died: '2017-01', after: 'empty' },
  { title: 'dul.ru', zones: ['dul.ru'], died: '2015-05-19', after: 'lists-the-world' },
  { title: 'AHBL', zones: ['ahbl.org'], died: '2015-01-01', after: 'lists-the-world' },
  { title: 'TRBLSPAM', zones: ['trblspam.com'], died: '2013-04-02', after: 'empty' },
  { title: 'NJABL', zones: ['njabl.org'], died: '2013', after: 'empty' },
  { title: 'DSBL', zones: ['dsbl.org'], died: '2008', after: 'empty' },
  { title: 'ORDB', zones: ['ordb.org'], died: '2006', after: 'lists-the-world' },
]

/** Lists that live, and would be of no use or do harm. */
export const refusedLists: readonly RefusedList[] = [
  {
    zones: ['spamhaus.org'],
    why: 'it answers 127.255.255.254 to every question of a cloud resolver, of which the one of Lambda is one. Get a key of the Data Query Service, and write {dqs}.zen.dq.spamhaus.net',
    unlessKeyed: false,
  },
  {
    zones: ['dq.spamhaus.net'],
    why: 'it answers nobody without a key: write {dqs}.zen.dq.spamhaus.net, and in dnsbl.keys where the key is kept',
    unlessKeyed: true,
  },
  {
    zones: ['mail.abusix.zone'],
    why: 'it answers nobody without a key: write {abusix}.combined.mail.abusix.zone, and in dnsbl.keys where the key is kept',
    unlessKeyed: true,
  },
  {
    zones: ['score.senderscore.com'],
    why: 'it answers 127.255.255.255 to every resolver that is not registered',
    unlessKeyed: false,
  },
  {
    zones: ['surbl.org', 'uribl.com'],
    why: 'it lists domains, and here lists are asked about addresses',
    unlessKeyed: false,
  },
]
