import { describe, expect, it } from 'vitest'
import { controlNames, familiesOf } from '../../lambda/core/control-questions.ts'

/** The address 127.200.1.2 of 127.128.0.0/9. */
const chance = ((72 << 16) + (1 << 8) + 2) / 2 ** 23

describe('the control questions of a zone (RFC 5782 5)', () => {
  it('are asked by IPv4 addresses', () => {
    expect(controlNames('ipv4', 'bl.example', chance)).toEqual({
      listed: '2.0.0.127.bl.example',
      unlisted: '1.0.0.127.bl.example',
      unheardOf: '2.1.200.127.bl.example',
    })
  })

  it('are asked by the nibbles of ::ffff:7f00:2 in the part for IPv6, and not as IPv4 again', () => {
    const tail = 'f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.{dqs}.zen.example'
    expect(controlNames('ipv6', '{dqs}.zen.example', chance)).toEqual({
      listed: `2.0.0.0.0.0.f.7.${tail}`,
      unlisted: `1.0.0.0.0.0.f.7.${tail}`,
      unheardOf: `2.0.1.0.8.c.f.7.${tail}`,
    })
  })

  it('are TEST and INVALID at a list of domains', () => {
    expect(controlNames('domain', 'dbl.example', chance)).toEqual({
      listed: 'test.dbl.example',
      unlisted: 'invalid.dbl.example',
      unheardOf: 'x90020400.invalid.dbl.example',
    })
  })

  it('have a name that nobody asked for before anywhere in 127.128.0.0/9', () => {
    const last = (of: number) => controlNames('ipv4', 'bl.example', of).unheardOf
    expect([last(0), last(0.5), last(1 - Number.EPSILON)]).toEqual([
      '0.0.128.127.bl.example',
      '0.0.192.127.bl.example',
      '255.255.255.127.bl.example',
    ])
  })

  it('are asked in the families that the zone serves', () => {
    expect([familiesOf({ families: 'both' }), familiesOf({ families: 'ipv6' })]).toEqual([['ipv4', 'ipv6'], ['ipv6']])
  })
})
