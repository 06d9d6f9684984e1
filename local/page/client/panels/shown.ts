import type { TimeRange } from '../../api.ts'
import type { Theme } from '../theme.ts'

/** Which widget is shown, and how. */
export type Shown = {
  readonly dashboard: string
  /** The widget's `index` in the dashboard. */
  readonly index: number
  /** A new object with every refresh. */
  readonly range: TimeRange
  /** Whether the range ends now, whenever that is. */
  readonly isLive: boolean
  readonly theme: Theme
  /** Numbers as a table instead of a chart. */
  readonly asTable: boolean
  /** Counts how often somebody asked for a custom widget anew. */
  readonly again: number
}
