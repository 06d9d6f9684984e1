import { closest } from 'fastest-levenshtein'

/** One configuration of those that stand in one file, and what its stack is called. */
export type Chosen =
  | { readonly kind: 'chosen'; readonly settings: unknown; readonly where: string; readonly stackName: string }
  | { readonly kind: 'problem'; readonly sentence: string }

/** The stack of a configuration that has no name. */
export const usualStackName = 'Quietgate'

/** The stack of an environment. */
export function stackNameOf(environment: string): string {
  return `${usualStackName}-${environment}`
}

/**
 * The configuration that a deploy is about: the whole of what stands there, or one of `{"environments": {NAME: ...}}`.
 *
 * Nothing is chosen by default where several stand: a deploy that hits the wrong account's mail cannot be taken back.
 * `where` is what the operator would open: "cdk.json, context quietgate".
 */
export function chooseEnvironment(value: unknown, name: string | null, where: string): Chosen {
  if (!isRecord(value) || !Object.hasOwn(value, 'environments')) {
    if (name === null) return { kind: 'chosen', settings: value, where, stackName: usualStackName }
    return problem(
      `There is no environment ${shown(name)}: ${where} holds one configuration and no "environments". Leave the name out.`,
    )
  }
  const { environments, ...beside } = value
  const strays = Object.keys(beside)
  if (strays.length > 0) {
    return problem(
      `${strays.slice(0, 5).join(', ')} (${where}) would be read by nobody: settings stand inside each of the "environments".`,
    )
  }
  if (!isRecord(environments) || Object.keys(environments).length === 0) {
    return problem(
      `environments (${where}) is not an object with a configuration for each name, such as {"production": {...}}.`,
    )
  }
  return chooseFrom(environments, name, where)
}

function chooseFrom(environments: Readonly<Record<string, unknown>>, name: string | null, where: string): Chosen {
  const names = Object.keys(environments)
  const bad = names.find((one) => !environmentName.test(one))
  if (bad !== undefined) {
    return problem(
      `environments.${bad.slice(0, 40)} (${where}): expected a name of 1 to 40 letters, digits and hyphens, a letter first: it becomes part of the stack's name.`,
    )
  }
  const list = names.join(', ')
  if (name === null) {
    return problem(
      `${where} holds several environments (${list}): say which one with -c env=NAME (quietgate: --env NAME).`,
    )
  }
  if (!Object.hasOwn(environments, name)) {
    return problem(
      `There is no environment ${shown(name)} in ${where}; did you mean ${closest(name.slice(0, 40), names)}? There are: ${list}.`,
    )
  }
  return {
    kind: 'chosen',
    settings: environments[name],
    where: `${where}.environments.${name}`,
    stackName: stackNameOf(name),
  }
}

const environmentName = /^[A-Za-z][A-Za-z0-9-]{0,39}$/

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 40))
}

function problem(sentence: string): Chosen {
  return { kind: 'problem', sentence }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
