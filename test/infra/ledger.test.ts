import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { Ledger } from '../../infra/ledger.ts'

describe('the ledger', () => {
  it('is one table by id, that forgets by itself, can be restored, and stays when the stack goes', () => {
    const stack = new Stack(new App({ autoSynth: false }), 'Test')
    const ledger = new Ledger(stack, 'Ledger')
    const tables = Template.fromStack(stack).findResources('AWS::DynamoDB::Table')
    expect(Object.keys(tables)).toEqual([stack.getLogicalId(ledger.table.node.defaultChild as never)])
    expect(Object.values(tables)).toEqual([
      {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
        },
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      },
    ])
  })
})
