import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chooseEnvironment, parseConfig, problemsText, type Config } from '../lambda/config.ts'
import { sampleConfig } from '../local/samples.ts'
import type { Verb } from './verb.ts'

export type Configuration = {
  readonly config: Config
  /** The same as it is written down, for whoever parses it again. */
  readonly settings: Settings
  /** Where to change it: "cdk.json, context quietgate". */
  readonly where: string
}

export type ReadConfiguration =
  | { readonly answer: 'read'; readonly configuration: Configuration }
  | { readonly answer: 'unreadable'; readonly sentence: string }

type Settings = { readonly [name: string]: unknown }

/**
 * The configuration that the stack was made of: what `--config` names, else cdk.json of this project, from which
 * `cdk deploy` makes the stack, or for the local stack that of its samples.
 */
export function readConfiguration({
  configFile,
  environment,
  target,
}: Pick<Verb, 'configFile' | 'environment' | 'target'>): ReadConfiguration {
  if (configFile === null && target.local) return parse(sampleConfig, 'the configuration of the samples')
  const file = configFile ?? fileURLToPath(new URL('../cdk.json', import.meta.url))
  const name = configFile ?? 'cdk.json'
  const read = readJson(file)
  if ('problem' in read) {
    return { answer: 'unreadable', sentence: `The configuration ${name} cannot be read: ${read.problem}` }
  }
  const inContext = settingsOf(settingsOf(read.value)['context'])['quietgate']
  const written = inContext === undefined ? read.value : inContext
  const chosen = chooseEnvironment(written, environment, inContext === undefined ? name : `${name}, context quietgate`)
  if (chosen.kind === 'problem') return { answer: 'unreadable', sentence: chosen.sentence }
  return parse(chosen.settings, chosen.where)
}

function parse(value: unknown, where: string): ReadConfiguration {
  const parsed = parseConfig(value, where)
  if (parsed.kind === 'problems') return { answer: 'unreadable', sentence: problemsText(parsed.problems).trimEnd() }
  return { answer: 'read', configuration: { config: parsed.config, settings: settingsOf(value), where } }
}

function readJson(file: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(readFileSync(file, 'utf8')) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { problem: error.message }
  }
}

function settingsOf(value: unknown): Settings {
  return typeof value === 'object' && value !== null ? (value as Settings) : {}
}
