#!/usr/bin/env node
// The command `quietgate`. Plain JavaScript, so that an old Node, too, gets as far as launch.mjs, which finds a Node that
// runs TypeScript or says in one sentence that there is none. The caller's folder is kept: paths are relative to it.
process.argv.splice(2, 0, 'cli/main.ts')
import('../launch.mjs')
