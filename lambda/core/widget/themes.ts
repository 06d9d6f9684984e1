/** The dashboard's own two, as `widgetContext.theme` names them. */
export type Theme = 'light' | 'dark'

/** A colour as `#rrggbb`. */
export type Colours = {
  readonly ground: string
  readonly text: string
  /** What matters less, and still must be read. */
  readonly quiet: string
  readonly line: string
  /** Behind table heads, previews and what is to be copied. */
  readonly raised: string
  readonly link: string
  readonly good: string
  readonly warning: string
  readonly bad: string
  /** Round whatever has the keyboard. */
  readonly focus: string
}

/**
 * Every text colour stands on `ground` and on `raised` with at least 4.5 : 1 (WCAG 2.2, 1.4.3), and what outlines a field or has the
 * keyboard with 3 : 1 (1.4.11). The ground is ours, too: what a dashboard paints behind a widget is nowhere promised.
 */
export const themes: Readonly<Record<Theme, Colours>> = {
  light: {
    ground: '#ffffff',
    text: '#16191f',
    quiet: '#545b64',
    line: '#7d8790',
    raised: '#f2f3f3',
    link: '#0064a8',
    good: '#1a6b1a',
    warning: '#8a4b00',
    bad: '#b3120b',
    focus: '#0064a8',
  },
  dark: {
    ground: '#161d26',
    text: '#ebebf0',
    quiet: '#b6bec9',
    line: '#7d8790',
    raised: '#232b37',
    link: '#75cfff',
    good: '#7fd37f',
    warning: '#ffc266',
    bad: '#ff9d94',
    focus: '#75cfff',
  },
}
