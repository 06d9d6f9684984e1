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
    ...tableOf(settings.filter(({ path }) => !isInSection(path))),
    ...sections.flatMap(({ path, description, default: fallback }) => [
      '',
      `## ${path}`,
      '',
      `${literal(description)}${fallback === null ? ' It must be given.' : ''}`,
      '',
      ...tableOf(settings.filter((setting) => isIn(setting.path, path))),
    ]),
  ])
}

/** What has settings of its own below it gets a table of its own. */
const sections = settings.filter(({ path }) => !/[.[]/.test(path) && settings.some((other) => isIn(other.path, path)))

function isInSection(path: string): boolean {
  return sections.some((section) => section.path === path || isIn(path, section.path))
}

function isIn(path: string, section: string): boolean {
  return path.startsWith(`${section}.`) || path.startsWith(`${section}[]`)
}

function tableOf(rows: readonly Setting[]): readonly string[] {
  return ['| setting | default | what it is for | value |', '| --- | --- | --- | --- |', ...rows.map(rowOf)]
}

function rowOf({ path, type, default: fallback, description }: Setting): string {
  const shown = fallback === null ? 'must be given' : `\`${fallback}\``
  return `| \`${path}\` | ${shown} | ${literal(description)} | ${literal(type)} |`
}
