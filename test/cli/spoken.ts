import { Writable } from 'node:stream'

/** A terminal that keeps what is said, for a verb that is called without the command line. */
export function spoken() {
  const said = { stdout: '', stderr: '' }
  const into = (name: 'stdout' | 'stderr') =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        said[name] += chunk.toString()
        done()
      },
    })
  return { terminal: { stdout: into('stdout'), stderr: into('stderr'), env: {} }, text: () => said }
}
