/**
 * What a widget looks like that brings no style of its own: the dashboard's letters, tables and `btn`. One element of the class
 * `cwdb-no-default-styles` turns all of it off but the first line, without which the parameters of actions would be seen.
 */
const css = `
cwdb-action { display: none }
:host { font: inherit; color: var(--text) }
h1, h2, h3, h4 { margin: 0.6em 0 0.3em; line-height: 1.25 }
p, ul, ol, dl { margin: 0.4em 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid var(--line); padding: 4px 10px; text-align: left; vertical-align: top }
th { font-weight: 600 }
a { color: var(--link) }
label { font-weight: 600 }
input, select, textarea {
  font: inherit; font-weight: 400; color: var(--text); background: var(--field); border: 1px solid var(--edge); border-radius: 6px; padding: 4px 8px;
}
button, .btn {
  display: inline-block; white-space: nowrap; font: inherit; font-weight: 600; cursor: pointer; text-decoration: none;
  color: var(--link); background: var(--panel); border: 1.5px solid var(--link); border-radius: 999px; padding: 3px 14px;
}
button:hover, .btn:hover { background: var(--raised) }
.btn-primary, .btn-primary:hover { color: var(--on-accent); background: var(--accent); border-color: var(--accent) }
.btn-primary:hover { filter: brightness(1.08) }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px }
`

let made: CSSStyleSheet | null = null

/** One sheet for all widgets. */
export function defaultStyles(): CSSStyleSheet {
  if (made !== null) return made
  made = new CSSStyleSheet()
  made.replaceSync(css)
  return made
}
