import { describe, expect, it } from 'vitest'
import { templateOf } from './synthesized.ts'

type Resource = {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
}
type Outputs = Readonly<
  Record<string, { readonly Value: { readonly 'Fn::Join': readonly [string, readonly unknown[]] } }>
>

function made(settings: object) {
  const template = templateOf({ domains: ['example.com', 'bücher.example'], region: 'eu-west-1', ...settings }).toJSON()
  const all = Object.values(template['Resources'] as Readonly<Record<string, Resource>>)
  const outputs = template['Outputs'] as Readonly<Record<string, { readonly Value: unknown }>>
  return { of: (type: string) => all.filter(({ Type }) => Type === type), outputs }
}

describe('the records of the domains', () => {
  it('are made in the hosted zones that are given, and the others are printed', () => {
    const { of, outputs } = made({ receiving: { hostedZones: { 'bücher.example': 'Z1' } } })
    expect(of('AWS::Route53::RecordSet').map(({ Properties }) => Properties)).toEqual([
      {
        HostedZoneId: 'Z1',
        Name: 'xn--bcher-kva.example.',
        Type: 'MX',
        TTL: '300',
        ResourceRecords: ['10 inbound-smtp.eu-west-1.amazonaws.com'],
      },
    ])
    expect(outputs['MxRecords']?.Value).toBe('example.com: MX 10 inbound-smtp.eu-west-1.amazonaws.com')
    expect(of('AWS::SES::EmailIdentity')).toEqual([])
  })

  it('are not printed where all of them are made', () => {
    const { outputs } = made({ domains: ['example.com'], receiving: { hostedZones: { 'example.com': 'Z1' } } })
    expect(outputs['MxRecords']).toBeUndefined()
  })

  it('are those of Easy DKIM as well where SES is told of the domains; an identity stays when the stack goes', () => {
    const { of, outputs } = made({ receiving: { identities: true, hostedZones: { 'example.com': 'Z1' } } })
    const identities = of('AWS::SES::EmailIdentity')
    expect(identities.map(({ Properties, DeletionPolicy }) => [Properties['EmailIdentity'], DeletionPolicy])).toEqual([
      ['example.com', 'Retain'],
      ['xn--bcher-kva.example', 'Retain'],
    ])
    const types = of('AWS::Route53::RecordSet').map(({ Properties }) => Properties['Type'])
    expect(types.toSorted()).toEqual(['CNAME', 'CNAME', 'CNAME', 'MX'])
    const [, parts] = (outputs as Outputs)['DkimRecords2']!.Value['Fn::Join']
    const attributes = parts.flatMap((part) =>
      typeof part === 'object' && part !== null ? [(part as { 'Fn::GetAtt': readonly string[] })['Fn::GetAtt'][1]] : [],
    )
    expect(attributes).toEqual([1, 2, 3].flatMap((at) => [`DkimDNSTokenName${at}`, `DkimDNSTokenValue${at}`]))
    expect(outputs['DkimRecords1']).toBeUndefined()
  })

  it('fit into an output, however many domains there are', () => {
    const domains = Array.from({ length: 500 }, (_, index) => `${'long'.repeat(10)}${index}.example`)
    const value = String(made({ domains }).outputs['MxRecords']?.Value)
    expect(value).toMatch(/ and 460 more: MX 10 inbound-smtp\.eu-west-1\.amazonaws\.com$/)
    expect(value.length).toBeLessThan(4096)
  })
})
