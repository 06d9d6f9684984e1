import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Synthesized = { readonly answer: 'synthesized' } | { readonly answer: 'refused'; readonly sentence: string }

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Makes the cloud assembly that `cdk deploy` would deploy, by running the very app of cdk.json as the CDK's command line
 * does: the output folder and the context in its environment.
 */
export function synthesize(config: unknown, region: string, outDir: string): Promise<Synthesized> {
  const environment = {
    ...process.env,
    CDK_OUTDIR: outDir,
    CDK_CONTEXT_JSON: JSON.stringify({ quietgate: config }),
    CDK_DEFAULT_REGION: region,
    // The checks of the CDK's own rules take longer than the rest together; `cdk synth` and the tests run them.
    CDK_VALIDATION: 'false',
  }
  return new Promise((resolve, reject) => {
    const app = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'infra/app.ts'], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const written: string[] = []
    app.stdout.setEncoding('utf8').on('data', (text: string) => written.push(text))
    app.stderr.setEncoding('utf8').on('data', (text: string) => written.push(text))
    app.on('error', reject)
    app.on('close', (code) => {
      if (code === 0) resolve({ answer: 'synthesized' })
      else
        resolve({
          answer: 'refused',
          sentence: written.join('').trim() || `The CDK app ended with exit code ${String(code)}.`,
        })
    })
  })
}
