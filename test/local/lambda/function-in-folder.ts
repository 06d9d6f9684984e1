import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { onTestFinished } from 'vitest'

import type { LocalFunction } from '../../../local/lambda/function.ts'
import { createFunctionPool, type FunctionPool, type FunctionPoolOptions } from '../../../local/lambda/pool.ts'

const credentials = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'secret', sessionToken: 'token' }

/** A function whose index.mjs is `code`, in a folder that is removed after the test. */
export function functionOf(code: string, more: Partial<LocalFunction> = {}): LocalFunction {
  const codeDir = mkdtempSync(path.join(tmpdir(), 'quietgate-function-'))
  onTestFinished(() => rmSync(codeDir, { recursive: true, force: true }))
  writeFileSync(path.join(codeDir, 'index.mjs'), code)
  return {
    logicalId: 'Filter',
    name: 'filter',
    arn: 'arn:aws:lambda:eu-west-1:111122223333:function:filter',
    codeDir,
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeoutSeconds: 10,
    memoryMb: 128,
    environment: { TABLE_NAME: 'recipients' },
    roleLogicalId: 'FilterRole',
    roleArn: 'arn:aws:iam::111122223333:role/filter',
    ...more,
  }
}

/** Its processes, ended after the test. */
export function poolOf(fn: LocalFunction, options: Partial<FunctionPoolOptions> = {}): FunctionPool {
  const pool = createFunctionPool(fn, { region: 'eu-west-1', credentials, ...options })
  onTestFinished(() => pool.close())
  return pool
}
