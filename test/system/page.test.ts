import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import axe from 'axe-core'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { DashboardsAnswer, InboxAnswer, WidgetRequest } from '../../local/page/api.ts'
import { send } from '../../local/send.ts'
import { operatorKeys } from '../../local/stack.ts'
import { open, picture, startBrowser, type Watched } from './browser.ts'
import { startLocally, type LocalStart } from './local-start.ts'

/*
 * The local page in a real browser, over the stack that `npm start` runs: what a person sees, in the order in which they would.
 */

let local: LocalStart
let browser: Browser
let watched: Watched
let page: Page

/** What the page promises: a message is seen so many milliseconds after it was accepted. */
const promiseMs = 2000
/** A search is a call of a function that may start cold, on a machine that may be busy. */
const patience = { timeout: 30_000 }

beforeAll(async () => {
  ;[local, browser] = await Promise.all([startLocally(), startBrowser()])
  watched = await open(browser, `${local.page}/#Flow`)
  page = watched.page
  await feed().first().waitFor(patience)
  return async () => {
    await browser.close()
    await local.close()
  }
})
afterEach(() => {
  expect(watched.complaints).toEqual([])
})

describe('the local page', () => {
  it('shows a decision within 2 seconds after the message was accepted, and the charts move with it', async () => {
    const came = page.locator('dd[data-label="came"]')
    // What is far from the screen is not drawn.
    await panel('How much mail came, and what became of it?').scrollIntoViewIfNeeded()
    await expect.poll(() => numberIn(came), patience).toBeGreaterThan(0)
    const before = await numberIn(came)
    await sendLetter({ subject: 'The first one that is seen' })
    const accepted = performance.now()
    await feed('The first one that is seen').waitFor({ timeout: promiseMs })
    const seenAfter = performance.now() - accepted
    await expect.poll(() => numberIn(came), { timeout: promiseMs, interval: 50 }).toBe(before + 1)
    const movedAfter = performance.now() - accepted
    process.stdout.write(`seen after ${seenAfter.toFixed(0)} ms, charts moved after ${movedAfter.toFixed(0)} ms\n`)
    expect(seenAfter).toBeLessThan(promiseMs)
    expect(movedAfter).toBeLessThan(promiseMs)
  })

  it('draws every chart as numbers, too', async () => {
    const chart = panel('What became of the mail, hour by hour?')
    await chart.scrollIntoViewIfNeeded()
    await chart.getByRole('img', { name: /delivered: [1-9]/ }).waitFor(patience)
    await chart.getByRole('button', { name: 'Table' }).click()
    const heads = await chart.getByRole('columnheader').allTextContents()
    expect(heads).toEqual(['from (UTC)', 'delivered', 'quarantined', 'discarded'])
    expect(await chart.getByRole('rowheader').count()).toBeGreaterThan(0)
    await chart.getByRole('button', { name: 'Table' }).click()
  })

  it('finds a message by the keyboard alone, and says why it was stopped', async () => {
    await sendLetter({ ...spammer, subject: 'You have won once more' })
    await feed('You have won once more').waitFor(patience)
    const widget = panel('Where is my mail?')
    await widget.getByRole('button', { name: 'Ask again' }).focus()
    await answered(() => page.keyboard.press('Enter'))
    await tabTo(widget.getByLabel('Words of the subject'))
    await page.keyboard.type('won once more')
    await tabTo(widget.getByRole('button', { name: 'Search' }))
    await answered(() => page.keyboard.press('Enter'))
    const headline = widget.locator('.qg-headline')
    await headline.waitFor(patience)
    expect(await headline.textContent()).toMatch(/quarantine/i)
    const evidence = await widget.locator('.qg').textContent()
    expect(evidence).toContain('bl.example')
    expect(evidence).toContain('The listings add up to 4 (stopped from 3 on)')
    await picture(page, 'found-by-search')
  })

  it('releases a quarantined message, which arrives in the inbox byte for byte', async () => {
    const message = letter({ ...spammer, subject: 'Set me free', body: 'Dots:\r\n.\r\n..\r\nand \xe4\xf6\xfc, 8 bit' })
    const id = await sendLetter({ ...spammer, message })
    await feed('Set me free').waitFor(patience)
    const widget = panel('Quarantine: what is kept back?')
    await answered(() => widget.getByRole('button', { name: 'Ask again' }).click())
    await widget
      .getByRole('row', { name: /Set me free/ })
      .getByRole('button', { name: 'Show' })
      .click(patience)
    await widget.getByLabel('Who you are').fill('Carol of the help desk', patience)
    await widget.getByLabel('Why it is released').fill('Alice waits for it')
    await picture(page, 'quarantined-message')
    await widget.getByRole('button', { name: 'Release for alice@example.com' }).click()
    const question = page.getByRole('dialog')
    await question.getByRole('button', { name: 'Cancel' }).click()
    await widget.getByRole('button', { name: 'Release for alice@example.com' }).click()
    await question.getByRole('button', { name: 'Yes, do it' }).click()
    await widget.getByText(/Released at/).waitFor(patience)
    await picture(page, 'released')

    await page.getByRole('tab', { name: /Inbox/ }).click()
    const arrived = page.locator('.letter', { hasText: 'Set me free' })
    await arrived.locator('summary').click(patience)
    await arrived.getByText('Dots:').waitFor(patience)
    const downloading = page.waitForEvent('download')
    await arrived.getByRole('link', { name: /Download/ }).click()
    const file = readFileSync(await (await downloading).path())
    const kept = await keptMail(id)
    expect(sha256(file)).toBe(sha256(kept))
    // What SES puts in front of a message is part of what it keeps; what the sender wrote stands behind it as it was.
    expect(kept.subarray(-message.length).equals(message)).toBe(true)
    expect(await inbox('Set me free')).toHaveLength(1)
    await picture(page, 'inbox')
    await page.getByRole('tab', { name: /Decisions/ }).click()
  })

  it('sends a message by its form, and one of the samples again', async () => {
    await page.getByRole('tab', { name: /Send/ }).click()
    await page.getByLabel('Subject', { exact: true }).fill('By the form')
    await page.getByRole('button', { name: 'Send it' }).click()
    await page.getByText(/^Accepted as /).waitFor(patience)
    await picture(page, 'send')
    await page.getByRole('radio', { name: 'Sample' }).check({ force: true })
    await page.getByRole('button', { name: 'with a virus' }).click()
    await page.getByRole('tab', { name: /Decisions/ }).click()
    await feed('By the form').waitFor(patience)
    await expect.poll(() => feed('The invoice').count(), patience).toBe(2)
  })

  it('shows what a hostile sender wrote as text and as nothing else', async () => {
    const elements = (): Promise<number> => page.locator('script, iframe, img, marquee, svg[onload]').count()
    const before = await elements()
    for (const subject of hostileSubjects) await sendLetter({ ...spammer, subject })
    for (const subject of hostileSubjects) await feed(visible(subject)).waitFor(patience)
    const widget = panel('Quarantine: what is kept back?')
    await answered(() => widget.getByRole('button', { name: 'Ask again' }).click())
    await widget.getByRole('row', { name: 'cwdb-action action' }).waitFor(patience)
    expect(await elements()).toBe(before)
    expect(await page.getByRole('dialog').count()).toBe(0)
    // Of a subject that is markup of a button, no button was made.
    expect(await page.getByRole('button', { name: 'Free money' }).count()).toBe(0)
    await picture(page, 'hostile-subjects')
  })
})

describe('the HTML of a widget', () => {
  const hostile =
    '<p id="kept" class="a" style="color: red" onclick="alert(1)">Text</p><script>alert(2)</script><style>p { margin: 0 }</style>' +
    '<iframe src="https://evil.example/"></iframe><img id="img" src="x" onerror="alert(3)"><object data="x"></object><base href="//evil.example">' +
    '<a id="bad" href="java&#x09;script:alert(4)">bad</a><a id="good" href="https://docs.example/">good</a>' +
    '<svg id="svg"><use href="#x"></use><circle r="3" onload="alert(5)"></circle><animate attributeName="href" to="javascript:alert(6)"/></svg>' +
    '<form id="form" action="https://evil.example/"><input name="a" formaction="https://evil.example/" autofocus></form>' +
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(7)></style></mglyph></table></mtext></math>' +
    '<template><img src=x onerror=alert(8)></template><custom-element><b>inside</b></custom-element>' +
    '<div class="cwdb-no-default-styles"></div>'

  it('loses whatever could run, load or send something, and keeps the rest', async () => {
    const { page: seen, complaints, place } = await withWidget(() => hostile)
    const shown = await place.evaluate(markupOf)
    expect(shown).toBe(
      '<p id="kept" class="a" style="color: red">Text</p><style>p { margin: 0 }</style><img id="img">' +
        '<a id="bad">bad</a><a id="good" href="https://docs.example/" rel="noopener noreferrer" target="_blank">good</a>' +
        '<svg id="svg"><circle r="3"></circle></svg><form id="form"><input name="a"></form>' +
        '<b>inside</b><div class="cwdb-no-default-styles"></div>',
    )
    // While it parses, the browser complains of what the page's policy would forbid: all of that is taken away before it is shown.
    expect(complaints.filter((sentence) => !sentence.includes('Content Security Policy'))).toEqual([])
    await seen.context().close()
  })

  const interactive =
    '<form><label>Name <input name="who" value="nobody"></label><input type="checkbox" name="off"><input type="checkbox" name="on" value="1" checked>' +
    '<select name="choice" multiple><option selected>a<option>b<option selected>c</select></form>' +
    '<a class="btn">Ask</a><cwdb-action action="call" display="widget" endpoint="arn:one">{"does":"ask","n":1}</cwdb-action>' +
    '<button>Sure?</button><cwdb-action action="call" display="popup" endpoint="arn:two" confirmation="Really &lt;b&gt;?">{}</cwdb-action>' +
    '<button>More</button><cwdb-action><p>Here is more.</p></cwdb-action>' +
    '<button>Twice</button><cwdb-action event="dblclick" display="widget"><p>Clicked twice.</p></cwdb-action>' +
    '<button>Broken</button><cwdb-action action="call" endpoint="arn:three">{</cwdb-action>'

  it('acts as cwdb-action says: calls, asks first, opens a pop-up, and hands over the fields', async () => {
    const { page: seen, complaints, place, asked } = await withWidget(() => interactive)
    const dialog = seen.getByRole('dialog')
    await place.getByLabel('Name').fill('alice')
    // No control by itself, and yet the keyboard reaches it.
    await place.getByRole('button', { name: 'Ask' }).press('Enter')
    await expect
      .poll(() => asked.at(-1)?.call, patience)
      .toEqual({ endpoint: 'arn:one', params: { does: 'ask', n: 1 } })
    expect(asked.at(-1)?.forms).toEqual({ who: 'alice', on: '1', choice: ['a', 'c'] })

    const calls = asked.length
    await place.getByRole('button', { name: 'Sure?' }).click()
    await dialog.getByText('Really <b>?').waitFor()
    await seen.keyboard.press('Escape')
    await expect.poll(() => dialog.count()).toBe(0)
    expect(asked).toHaveLength(calls)
    await place.getByRole('button', { name: 'Sure?' }).click()
    await dialog.getByRole('button', { name: 'Yes, do it' }).click()
    await dialog.getByRole('button', { name: 'Broken' }).waitFor()
    expect(asked.at(-1)?.call).toEqual({ endpoint: 'arn:two', params: {} })
    await dialog.getByRole('button', { name: 'Close' }).click()

    await place.getByRole('button', { name: 'More' }).click()
    await dialog.getByText('Here is more.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await place.getByRole('button', { name: 'Broken' }).click()
    await dialog.getByText(/no JSON/).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await place.getByRole('button', { name: 'Twice' }).dblclick()
    await place.getByText('Clicked twice.').waitFor()
    expect(complaints).toEqual([])
    await seen.context().close()
  })

  it('is asked again when the dashboard is brought up to date, but not while a field of it is in use', async () => {
    const answer = ({ theme }: WidgetRequest): string => `<label>Name <input name="who"></label><p>${theme}</p>`
    // The one that asks for it, by its `updateOn`.
    const { page: seen, place, asked } = await withWidget(answer, 'Health', 'Zones: how is each list?')
    const refresh = seen.getByRole('button', { name: 'Refresh' })
    const calls = asked.length
    await refresh.click()
    await expect.poll(() => asked.length, patience).toBe(calls + 1)
    await place.getByLabel('Name').fill('half a na')
    const broughtUpToDate = seen.waitForResponse(/\/api\/alarms$/)
    await sendLetter({ subject: 'While somebody types' })
    await feed('While somebody types', seen).waitFor(patience)
    await broughtUpToDate
    expect(await place.getByLabel('Name').inputValue()).toBe('half a na')
    expect(asked).toHaveLength(calls + 1)
    await seen.getByText('Dark', { exact: true }).click()
    await place.getByText('dark').waitFor(patience)
    expect(asked).toHaveLength(calls + 2)
    await seen.context().close()
  })
})

/** A page of which one custom widget answers what `answer` says; `asked`: what it was asked. */
async function withWidget(answer: (asked: WidgetRequest) => string, tab = 'Flow', title = 'Where is my mail?') {
  const seen = await open(browser, 'about:blank')
  const asked: WidgetRequest[] = []
  await seen.page.route(/\/api\/widget$/, async (route, request) => {
    const body = request.postDataJSON() as WidgetRequest
    const dashboards = (await (await fetch(`${local.page}/api/dashboards`)).json()) as DashboardsAnswer
    const widget = dashboards
      .find(({ key }) => key === body.dashboard)
      ?.widgets.find(({ index }) => index === body.widget)
    const isIt = widget?.type === 'custom' && widget.properties.title === title
    if (isIt) asked.push(body)
    await route.fulfill({ json: { html: isIt ? answer(body) : '<p>another</p>' } })
  })
  await seen.page.goto(`${local.page}/#${tab}`)
  const host = seen.page
    .locator('section.panel')
    .filter({ has: seen.page.getByRole('heading', { name: title, exact: true }) })
  const place = host.locator('.widget-html')
  await place.waitFor(patience)
  return { ...seen, place, asked }
}

/** Runs in the browser: what stands in a widget's own tree. */
function markupOf(element: unknown): string {
  return (element as { readonly shadowRoot: { readonly innerHTML: string } }).shadowRoot.innerHTML
}

describe.each(['light', 'dark'] as const)('the page in %s', (theme) => {
  it.each(['Flow', 'Health', 'Cost'])(
    'has nothing serious for axe on %s, and is drawn without complaints',
    async (tab) => {
      // As high as the whole dashboard: what is far from the screen is not drawn.
      const seen = await open(browser, `${local.page}/#${tab}`, { theme, height: 5200 })
      await feed(undefined, seen.page).first().waitFor(patience)
      await settled(seen.page)
      await picture(seen.page, `${tab.toLowerCase()}-${theme}`)
      expect(await seriousOf(seen.page)).toEqual([])
      for (const name of ['Send', 'Inbox']) {
        await seen.page.getByRole('tab', { name: new RegExp(name) }).click()
        expect(await seriousOf(seen.page)).toEqual([])
      }
      expect(seen.complaints).toEqual([])
      await seen.page.context().close()
    },
  )

  it('fits a narrow screen', async () => {
    const seen = await open(browser, `${local.page}/#Flow`, { theme, width: 400, height: 5200 })
    await feed(undefined, seen.page).first().waitFor(patience)
    await settled(seen.page)
    await picture(seen.page, `narrow-${theme}`)
    expect(
      await seen.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0)
    expect(seen.complaints).toEqual([])
    await seen.page.context().close()
  })
})

const partner = { from: 'carol@partner.example', clientIp: '198.51.100.10', helo: 'mail.partner.example' }
/** On two lists of the samples. */
const spammer = { from: 'offers@spammer.example', clientIp: '203.0.113.66', helo: 'bulk.spammer.example' }

const hostileSubjects = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '"><svg onload=alert(3)><iframe src=https://evil.example/></iframe>',
  '<button>Free money</button><cwdb-action action="call" endpoint="arn:aws:lambda:us-east-1:1:function:x">{}</cwdb-action>',
  '\u202efdp.exe\u202c \u0007\u001b[31mred\u001b[0m',
  `${'A'.repeat(10_000)} the end`,
]

type Written = typeof partner & { readonly subject: string; readonly body?: string }

function letter({ from, subject, body = 'Yours' }: Pick<Written, 'from' | 'subject' | 'body'>): Buffer {
  // RFC 2047: what is no ASCII travels encoded.
  const encoded = /^[ -~]*$/.test(subject) ? subject : `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`
  const head = [
    `From: ${from}`,
    'To: alice@example.com',
    `Subject: ${encoded}`,
    'Date: Sat, 21 Nov 2026 10:00:00 +0000',
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}\r\n`, 'latin1')
}

/** Sends to alice@example.com by SMTP, and returns SES's id. */
async function sendLetter(of: Partial<Written> & { readonly message?: Buffer }): Promise<string> {
  const { from, clientIp, helo, subject = '', ...rest } = { ...partner, ...of }
  const message = rest.message ?? letter({ from, subject, ...(rest.body === undefined ? {} : { body: rest.body }) })
  const envelope = { reversePath: from, recipients: ['alice@example.com'], clientIp, helo }
  const sent = await send(local.stack.smtpPort, { ...envelope, message })
  if (sent.answer === 'refused') throw new Error(sent.reply)
  return sent.reply.split(' ').at(-1) ?? ''
}

/** Entries of the feed, those with this text. */
function feed(text?: string, of: Page = page): Locator {
  return of.locator('.feed .decision', text === undefined ? {} : { hasText: text })
}

/** A widget of the dashboard, by its title. */
function panel(title: string): Locator {
  return page.locator('section.panel').filter({ has: page.getByRole('heading', { name: title, exact: true }) })
}

/** How it begins as the page shows it. What turns the direction of writing is visible; control characters are blanks by then. */
function visible(subject: string): string {
  return subject.slice(0, 9).replaceAll(/\p{Cf}/gu, '\ufffd')
}

/** Does something, and waits until the function of a widget has answered it. */
async function answered(act: () => Promise<void>): Promise<void> {
  await Promise.all([page.waitForResponse(/\/api\/widget$/), act()])
  await expect.poll(() => page.locator('.custom[aria-busy="true"]').count(), patience).toBe(0)
}

async function numberIn(place: Locator): Promise<number> {
  return Number(((await place.textContent()) ?? '').replaceAll(',', ''))
}

/** Presses Tab until the element has the keyboard: 60 times is farther than anybody would go. */
async function tabTo(element: Locator): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await element.evaluate(hasKeyboard)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${String(element)}.`)
}

/** Runs in the browser. In the tree of a widget it is that tree which knows. */
function hasKeyboard(element: unknown): boolean {
  const { getRootNode } = element as { readonly getRootNode: () => { readonly activeElement: unknown } }
  return getRootNode.call(element).activeElement === element
}

/** Waits until every widget has its answer. */
async function settled(seen: Page): Promise<void> {
  await expect.poll(() => seen.locator('.panel').count(), patience).toBeGreaterThan(0)
  await expect
    .poll(() => seen.locator('.panel-body > .hint, .custom .hint, [aria-busy="true"]').count(), patience)
    .toBe(0)
}

/** What axe takes for serious or critical, each with where it is. */
async function seriousOf(seen: Page): Promise<readonly string[]> {
  // Evaluated and not added as an element: the page's policy runs no script that stands in it.
  await seen.evaluate(axe.source)
  const results: axe.AxeResults = await seen.evaluate('axe.run()')
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
    )
}

async function inbox(subject: string): Promise<InboxAnswer> {
  const messages = (await (await fetch(`${local.page}/api/inbox`)).json()) as InboxAnswer
  return messages.filter((message) => message.subject === subject)
}

/** What SES stored of a message, as an operator reads it. */
async function keptMail(id: string): Promise<Buffer> {
  const { s3: endpoint, region, outputs } = local.stack
  const s3 = new S3Client({ endpoint, region, credentials: operatorKeys, forcePathStyle: true })
  const object = await s3.send(new GetObjectCommand({ Bucket: outputs['MailBucket'], Key: `mail/${id}` }))
  const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? [])
  s3.destroy()
  return bytes
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
