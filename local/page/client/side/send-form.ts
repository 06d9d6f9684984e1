import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { VNode } from 'preact'
import type { SampleView, SendKind, SendRequest, StackView } from '../../api.ts'
import { askSamples, send, sentenceOf } from '../ask.ts'
import { Choice } from '../choice.ts'
import { base64Of, filled, requestOf, type Filled } from './send-request.ts'

const kinds: readonly { readonly key: SendKind; readonly words: string }[] = [
  { key: 'plain', words: 'a plain letter' },
  { key: 'html', words: 'a letter in HTML' },
  { key: 'eicar', words: 'with a test virus (EICAR)' },
  { key: 'bounce', words: 'a bounce of mail we really sent' },
  { key: 'backscatter', words: 'a bounce of mail somebody forged' },
]
const ways = [
  { key: 'write', words: 'Write' },
  { key: 'sample', words: 'Sample' },
  { key: 'file', words: 'File' },
]

/** Sends a message through the very listener that SMTP clients use. */
export function SendForm({ stack }: { stack: StackView | null }): VNode {
  const [way, setWay] = useState('write')
  const [form, setForm] = useState<Filled>(filled)
  const [samples, setSamples] = useState<readonly SampleView[]>([])
  const [said, setSaid] = useState('')
  useEffect(() => {
    askSamples().then(setSamples, (error: unknown) => setSaid(sentenceOf(error)))
  }, [])
  const hand = async (request: SendRequest): Promise<void> => {
    setSaid('Sending ...')
    const answer = await send(request)
    setSaid(answer.answer === 'accepted' ? `Accepted as ${answer.messageId}.` : `Refused: ${answer.reply}`)
  }
  const submit = (event: Event): void => {
    event.preventDefault()
    hand(requestOf(form, way === 'file')).catch((error: unknown) => setSaid(sentenceOf(error)))
  }
  const again = ({ raw, from, to, clientIp, helo }: SampleView): void => {
    hand({ raw, from, to, clientIp, helo }).catch((error: unknown) => setSaid(sentenceOf(error)))
  }
  return html`
    <${Choice} of="What to send" options=${ways} chosen=${way} choose=${setWay} />
    ${
      way === 'sample'
        ? html`<${Samples} samples=${samples} again=${again} />`
        : html`<form class="send" onSubmit=${submit}>
            <${Envelope} form=${form} set=${setForm} known=${stack?.knownRecipients ?? []} />
            ${way === 'file' ? html`<${File} set=${setForm} />` : html`<${Letter} form=${form} set=${setForm} />`}
            <button type="submit" class="primary">Send it</button>
          </form>`
    }
    <p class="said" role="status">${said}</p>
  `
}

type Set = (change: (form: Filled) => Filled) => void
type Text = 'from' | 'to' | 'clientIp' | 'helo' | 'subject' | 'body'

/** What is written into the field of this name. */
function into(set: Set, name: Text): (event: Event) => void {
  return (event) => {
    const { value } = event.currentTarget as HTMLInputElement
    set((form) => ({ ...form, [name]: value }))
  }
}

function Envelope({ form, set, known }: { form: Filled; set: Set; known: readonly string[] }): VNode {
  return html`
    <label
      ><span>${'From (empty: <>, as bounces are)'}</span
      ><input name="from" value=${form.from} onInput=${into(set, 'from')}
    /></label>
    <label>To<input name="to" value=${form.to} list="known" required onInput=${into(set, 'to')} /></label>
    <datalist id="known">${known.map((address) => html`<option value=${address}></option>`)}</datalist>
    <div class="two">
      <label
        >Client address<input
          name="clientIp"
          value=${form.clientIp}
          list="clients"
          required
          onInput=${into(set, 'clientIp')}
      /></label>
      <datalist id="clients">
        <option value="198.51.100.10">a partner, on no list</option>
        <option value="203.0.113.66">on two lists</option>
      </datalist>
      <label>HELO<input name="helo" value=${form.helo} onInput=${into(set, 'helo')} /></label>
    </div>
  `
}

function Letter({ form, set }: { form: Filled; set: Set }): VNode {
  const kind = (event: Event): void => {
    const value = (event.currentTarget as HTMLSelectElement).value as SendKind
    set((was) => ({ ...was, kind: value }))
  }
  return html`
    <label
      >What it is<select name="kind" value=${form.kind} onChange=${kind}>
        ${kinds.map(({ key, words }) => html`<option value=${key}>${words}</option>`)}
      </select></label
    >
    <label>Subject<input name="subject" value=${form.subject} onInput=${into(set, 'subject')} /></label>
    <label>Text<textarea name="body" rows="4" value=${form.body} onInput=${into(set, 'body')}></textarea></label>
  `
}

function File({ set }: { set: Set }): VNode {
  const pick = (event: Event): void => {
    const file = (event.currentTarget as HTMLInputElement).files?.[0]
    if (file === undefined) return
    void file.arrayBuffer().then((bytes) => set((form) => ({ ...form, raw: base64Of(new Uint8Array(bytes)) })))
  }
  return html`<label
    >A message as a file (.eml), sent byte for byte<input type="file" name="raw" required onChange=${pick}
  /></label>`
}

function Samples({ samples, again }: { samples: readonly SampleView[]; again: (sample: SampleView) => void }): VNode {
  return html`
    <ul class="samples">
      ${samples.map(
        (sample) => html`
          <li>
            <button type="button" onClick=${() => again(sample)}>${sample.title}</button>
            <small>${sample.expected.action}${sample.expected.reasons.map((code) => ` · ${code}`)}</small>
          </li>
        `,
      )}
    </ul>
  `
}
