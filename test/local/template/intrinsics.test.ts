import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveValue } from '../../../local/template/intrinsics.ts'
import type { Json } from '../../../local/template/json.ts'
import { splitSubstitution } from '../../../local/template/substitution.ts'
import { templateOf } from './template-of.ts'

const template = templateOf(
  {
    Named: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Sub': 'mail-${AWS::AccountId}' } } },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
    Odd: { Type: 'AWS::Odd::Thing' },
    Egg: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Hen' } } },
    Hen: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Egg' } } },
  },
  {
    conditions: {
      Home: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] },
      Away: { 'Fn::Not': [{ Condition: 'Home' }] },
      Either: { 'Fn::Or': [{ Condition: 'Away' }, { Condition: 'Home' }] },
      Both: { 'Fn::And': [{ Condition: 'Away' }, { Condition: 'Home' }] },
    },
    mappings: { Hosts: { 'eu-west-1': { smtp: 'inbound' } } },
    parameters: { Size: { Type: 'Number', Default: 5 }, Asked: { Type: 'String' } },
  },
)
const resolved = (value: Json): Json | undefined => resolveValue(template, value, 'Outputs.X')

describe('intrinsic functions', () => {
  it.each<[string, Json, Json | undefined]>([
    ['a name that itself has an intrinsic', { Ref: 'Named' }, 'mail-123456789012'],
    ['an attribute as a list', { 'Fn::GetAtt': ['Named', 'Arn'] }, 'arn:aws:s3:::mail-123456789012'],
    ['an attribute as a text', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws:sqs:eu-west-1:123456789012:jobs'],
    [
      'the pseudo parameters',
      { 'Fn::Join': ['|', ['AWS::Partition', 'AWS::URLSuffix', 'AWS::StackName'].map((Ref) => ({ Ref }))] },
      'aws|amazonaws.com|Quietgate',
    ],
    ['a part of a split', { 'Fn::Select': ['1', { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    [
      'a substitution with its own variables',
      { 'Fn::Sub': ['${A}-${Queue.QueueName}-${!B}', { A: { Ref: 'Queue' } }] },
      'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs-jobs-${B}',
    ],
    ['a condition that holds', { 'Fn::If': ['Either', 'yes', 'no'] }, 'yes'],
    ['a condition that does not', { 'Fn::If': ['Both', 'yes', { Ref: 'AWS::NoValue' }] }, undefined],
    ['no value inside lists and objects', { a: [1, { Ref: 'AWS::NoValue' }], b: { Ref: 'AWS::NoValue' } }, { a: [1] }],
    ['an entry of a mapping', { 'Fn::FindInMap': ['Hosts', { Ref: 'AWS::Region' }, 'smtp'] }, 'inbound'],
    ['the default of a parameter', { Ref: 'Size' }, 5],
  ])('resolves %s', (_, value, expected) => expect(resolved(value)).toEqual(expected))

  it.each<[string, Json, RegExp]>([
    [
      'an intrinsic that is not known',
      { a: { 'Fn::ImportValue': 'x' } },
      /^Outputs\.X\.a: expected one of Ref, .* found \{"Fn::ImportValue":"x"\}$/,
    ],
    [
      'a resource that is not there',
      { Ref: 'Lost' },
      /^Outputs\.X Ref: expected the logical id of a resource .* found "Lost"$/,
    ],
    [
      'a type that is not known',
      { Ref: 'Odd' },
      /^Outputs\.X Ref: what Ref gives for a AWS::Odd::Thing \(Odd\) is not known here$/,
    ],
    [
      'an attribute that is not known',
      { 'Fn::GetAtt': ['Named', 'Colour'] },
      /the attribute Colour of a AWS::S3::Bucket \(Named\) is not known here$/,
    ],
    ['a parameter without a default', { Ref: 'Asked' }, /the parameter Asked has no default/],
    ['names in a circle', { Ref: 'Egg' }, /Properties\.BucketName.*: names that refer to each other in a circle$/],
    ['an index that is too high', { 'Fn::Select': [3, ['a']] }, /expected an index into a list of 1, found 3$/],
    ['a name of Object.prototype', { 'Fn::toString': 1 }, /expected one of Ref/],
  ])('names the place of %s', (_, value, message) => expect(() => resolved(value)).toThrow(message))
})

describe('the text of a substitution', () => {
  it('splits any text without losing a character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('${', '}', '${!', 'a', ' b', '$', '{')).map((parts) => parts.join('')),
        (text) => {
          const parts = splitSubstitution(text)
          const again = parts.map((part) => (part.kind === 'text' ? part.text : `\${${part.name}}`)).join('')
          const bare = (one: string): string => one.replaceAll('${!', '${').replaceAll(' ', '')
          expect(bare(again)).toBe(bare(text))
        },
      ),
    )
  })

  it('takes an unclosed variable for text', () => {
    expect(splitSubstitution('a${b}c${d')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'variable', name: 'b' },
      { kind: 'text', text: 'c${d' },
    ])
  })
})
