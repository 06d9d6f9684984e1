import { settings, type Setting } from '../../lambda/config.ts'
import { literal, pageOf, type Page } from './page.ts'

/** docs/configuration.md: every setting, from its one definition in lambda/config/schema.ts. */
export function configurationPage(): Promise<Page> {
  return pageOf('configuration.md', [
    '# Configuration',
    '',
    '<!-- Made from lambda/config/schema.ts by `npm run docs`. -->',
    '',
    'The configuration stands under `context.quietgate` in `cdk.json`. It is read when the stack is synthesized: a',
    'mistake stops the deploy, and all mistakes are named at once, each with its place. What the filter needs of it is shipped',
    'beside its code, so that a change takes effect with the next `cdk deploy`.',
    '',
    'A dot leads into a section, `[]` to each item of a list.',
    '',
    '| setting | what it is for | value | default |',
    '| --- | --- | --- | --- |',
    ...settings.map(rowOf),
  ])
}

function rowOf({ path, type, default: fallback, description }: Setting): string {
  const shown = fallback === null ? 'must be given' : `\`${fallback}\``
  return `| \`${path}\` | ${literal(description)} | ${literal(type)} | ${shown} |`
}
