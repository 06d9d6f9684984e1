import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalStackDescription } from '../../local/local-stack-file.ts'

/** `npm start` as a person has it, in a process of its own. */
export type LocalStart = {
  readonly stack: LocalStackDescription
  /** Where its page is, without a slash at the end. */
  readonly page: string
  /** Everything that it has written. */
  readonly output: () => string
  readonly close: () => Promise<void>
}

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Starts it on free ports. Resolves when the samples have been sent and the page can be opened. */
export async function startLocally(...args: readonly string[]): Promise<LocalStart> {
  const folder = mkdtempSync(join(tmpdir(), 'quietgate-page-'))
  const stackFile = join(folder, 'local-stack.json')
  // Not by way of launch.mjs, which would install packages: whoever runs the tests has them.
  const start = ['--disable-warning=ExperimentalWarning', 'local/start.ts', '--port', '0', '--page-port', '0']
  const child = spawn(process.execPath, [...start, '--data-dir', join(folder, 'data'), ...args], {
    cwd: root,
    env: { ...process.env, QUIETGATE_LOCAL: stackFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const written = gathered(child)
  try {
    await written.until('Ctrl-C ends it.')
    const stack = JSON.parse(readFileSync(stackFile, 'utf8')) as LocalStackDescription
    if (stack.page === undefined) throw new Error(`npm start names no page:\n${written.text()}`)
    return { stack, page: stack.page.replace(/\/$/, ''), output: written.text, close }
  } catch (error) {
    await close()
    throw error
  }
}

function gathered(child: ChildProcess): {
  readonly text: () => string
  readonly until: (part: string) => Promise<void>
} {
  let text = ''
  let check: () => void = () => undefined
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      check()
    })
  }
  const until = (part: string): Promise<void> =>
    new Promise((resolve, reject) => {
      check = () => {
        if (text.includes(part)) resolve()
      }
      check()
      child.once('exit', (code) => reject(new Error(`npm start ended with ${String(code)}:\n${text}`)))
    })
  return { text: () => text, until }
}
