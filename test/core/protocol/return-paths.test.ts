import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withoutBatvTag } from '../../../lambda/core/protocol/batv.ts'
import { srsOriginal, withoutEopSrs } from '../../../lambda/core/protocol/srs.ts'

describe('withoutBatvTag', () => {
  it.each([
    ['prvs=3123abcdef=alice', 'alice'],
    ['PRVS=3123ABCDEF=Alice', 'Alice'],
    ['prvs=alice=3123abcdef', 'alice'],
    ['prvs=3123abcdef=a=b', 'a=b'],
    ['prvs=a=b=3123abcdef', 'a=b'],
    // Where both sides look like a tag, or neither does, the order of the draft holds.
    ['prvs=3123abcdef=4123abcdef', '4123abcdef'],
    ['prvs=XXXX=alice', 'alice'],
    ['btv1==0123456789a==alice', 'alice'],
    ['BTV1==0123456789a==alice', 'alice'],
    ['msprvs1=17865pCTkmQxp=bounces-12-34', 'bounces-12-34'],
    ['MsPrvs1=x=alice', 'alice'],
    ['alice', null],
    ['prvs', null],
    ['prvs=', null],
    ['prvs==alice', null],
    ['prvs=3123abcdef', null],
    ['prvs=3123abcdef=', null],
    ['prvs=alice', null],
    ['btv1=x=alice', null],
    ['btv1==x=alice', null],
    ['btv1====alice', null],
    ['xprvs=3123abcdef=alice', null],
  ])('reads %s as %s', (localPart, original) => {
    expect(withoutBatvTag(localPart)).toBe(original)
  })
})

describe('srsOriginal', () => {
  it.each([
    ['SRS0=HHH=TT=example.org=alice', { localPart: 'alice', domain: 'example.org' }],
    ['srs0+HHH=TT=Example.ORG=Alice', { localPart: 'Alice', domain: 'example.org' }],
    ['SRS0-HHH=TT=example.org=a=b', { localPart: 'a=b', domain: 'example.org' }],
    ['SRS1=HHH=forward.example==HHH=TT=example.org=alice', { localPart: 'alice', domain: 'example.org' }],
    ['SRS1=HHH=forward.example=+HHH=TT=example.org=alice', { localPart: 'alice', domain: 'example.org' }],
    ['SRS1+HHH=forward.example=-HHH=TT=example.org=a=b', { localPart: 'a=b', domain: 'example.org' }],
    ['alice', null],
    ['SRS0', null],
    ['SRS0=', null],
    ['SRS0=HHH=TT=example.org', null],
    ['SRS0=HHH=TT=example.org=', null],
    ['SRS0=HHH==example.org=alice', null],
    ['SRS0HHH=TT=example.org=alice', null],
    ['SRS1=HHH=forward.example=HHH=TT=example.org=alice', null],
    ['SRS2=HHH=TT=example.org=alice', null],
  ])('reads %s', (localPart, original) => {
    expect(srsOriginal(localPart)).toEqual(original)
  })
})

describe('withoutEopSrs', () => {
  it.each([
    ['alice+SRS=44ldt=IX', 'alice'],
    ['alice+srs=44ldt=IX', 'alice'],
    ['alice+SRS=44ldt=IX=example.org=bob', 'alice'],
    ['alice+news+SRS=44ldt=IX', 'alice+news'],
    ['alice+SRS=44ldt', null],
    ['alice+SRS=44ldt=', null],
    ['alice+SRS==IX', null],
    ['+SRS=44ldt=IX', null],
    ['alice+SRS', null],
    ['alice', null],
  ])('reads %s as %s', (localPart, original) => {
    expect(withoutEopSrs(localPart)).toBe(original)
  })
})

it('takes something off any tagged local part, leaves something, and never throws', () => {
  const piece = fc.constantFrom('prvs=', 'btv1==', 'msprvs1=', 'SRS0=', 'SRS1=', '+SRS=', '=', '==', 'a', '3123abcdef')
  const localPart = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(localPart, (text) => {
      for (const rest of [withoutBatvTag(text), withoutEopSrs(text), srsOriginal(text)?.localPart ?? null]) {
        if (rest === null) continue
        expect(rest).not.toBe('')
        expect(text.includes(rest)).toBe(true)
        expect(rest.length).toBeLessThan(text.length)
      }
    }),
    { numRuns: 1000 },
  )
})
