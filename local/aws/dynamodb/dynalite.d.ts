declare module 'dynalite' {
  import type { Server } from 'node:http'

  type Options = {
    /** Folder of the LevelDB store; without it, data is kept in memory. */
    readonly path?: string
    /** Milliseconds that a table stays in CREATING, DELETING or UPDATING. */
    readonly createTableMs?: number
    readonly deleteTableMs?: number
    readonly updateTableMs?: number
  }
  function dynalite(options: Options): Server
  export = dynalite
}
