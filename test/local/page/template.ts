import { readTemplate } from '../../../local/template/assembly.ts'
import type { Template } from '../../../local/template/template.ts'
import { sampleConfig } from '../../../local/samples.ts'
import { stackOf } from '../../infra/synthesized.ts'

/** The template that `npm start` runs, with functions of one line: its dashboards, alarms and widgets are those that are deployed. */
export function localTemplate(settings: object = {}): Template {
  const handOver = { smtp: { host: '127.0.0.1', port: 2526, tls: 'none' } }
  const { app } = stackOf({ ...sampleConfig, handOver, ...settings })
  return readTemplate(app.synth().directory)
}
