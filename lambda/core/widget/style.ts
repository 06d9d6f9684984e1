import { themes, type Theme } from './themes.ts'

/** The rules of a theme. None of them reaches an element outside of ours, and none holds a character that HTML would read as its own. */
export function styleOf(theme: Theme): string {
  const { ground, text, quiet, line, raised, link, good, warning, bad, focus } = themes[theme]
  return [
    `.qg { background: ${ground}; color: ${text}; padding: 8px; font-size: 14px; line-height: 1.4 }`,
    `.qg .qg-title { color: ${text}; font-size: 16px; margin: 0 0 8px }`,
    `.qg p, .qg li, .qg label, .qg legend, .qg caption { color: ${text} }`,
    `.qg .qg-good { color: ${good} }`,
    `.qg .qg-warning { color: ${warning} }`,
    `.qg .qg-bad { color: ${bad} }`,
    `.qg .qg-quiet { color: ${quiet} }`,
    '.qg .qg-badge { font-weight: 700; white-space: nowrap }',
    '.qg .qg-notice { border-left: 4px solid; padding: 4px 8px; margin: 8px 0 }',
    '.qg .qg-headline { font-size: 16px; font-weight: 700 }',
    '.qg table { border-collapse: collapse; width: 100%; margin: 8px 0 }',
    '.qg caption { text-align: left; font-weight: 700; padding: 4px 0 }',
    `.qg th, .qg td { border: 1px solid ${line}; padding: 4px 8px; text-align: left; vertical-align: top }`,
    `.qg th, .qg td { color: ${text}; background: ${ground}; overflow-wrap: anywhere; font-weight: 400 }`,
    `.qg th { background: ${raised}; font-weight: 700 }`,
    // Words break where they must and not at each letter; a table that is wider than its panel is moved, and not the page.
    '.qg thead th { overflow-wrap: normal }',
    '.qg td, .qg tbody th { min-width: 84px }',
    '.qg .qg-table { overflow-x: auto }',
    `.qg pre { background: ${raised}; color: ${text}; border: 1px solid ${line}; padding: 8px }`,
    '.qg pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 480px; overflow: auto }',
    `.qg code { background: ${raised}; color: ${text}; overflow-wrap: anywhere }`,
    `.qg input, .qg select { background: ${ground}; color: ${text}; border: 1px solid ${line} }`,
    '.qg input, .qg select { padding: 4px 8px; max-width: 100%; display: block }',
    `.qg input::placeholder { color: ${quiet}; opacity: 1 }`,
    '.qg .qg-fields { display: flex; flex-wrap: wrap; gap: 8px 16px; margin: 8px 0 }',
    `.qg button { background: ${raised}; color: ${link}; border: 1px solid ${link}; padding: 4px 12px; margin: 2px 4px 2px 0 }`,
    `.qg button.btn-primary { background: ${link}; color: ${ground} }`,
    `.qg a { color: ${link} }`,
    `.qg :focus-visible { outline: 3px solid ${focus}; outline-offset: 1px }`,
  ].join('\n')
}
