import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type Page } from 'playwright-core'
import { installed } from './programs.ts'

/** What is left of a run to be looked at: see .ci/run. */
export const screenshots = fileURLToPath(new URL('../../artifacts/screenshots/', import.meta.url))

/** A page in a browser, and what happened in it that nobody asked for. */
export type Watched = {
  readonly page: Page
  /** Errors of scripts, complaints of the browser, dialogs that a script opened, and requests to anywhere else. */
  readonly complaints: readonly string[]
}

/** Starts Debian's Chromium, which can look and never calls home. */
export function startBrowser(): Promise<Browser> {
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({ executablePath: installed('chromium'), args: ['--no-sandbox', '--disable-gpu', ...quiet] })
}

/** Opens an address in a browser that knows nothing yet. Close the page's context when it is no longer needed. */
export async function open(
  browser: Browser,
  address: string,
  { theme = 'light', width = 1500, height = 1000 }: { theme?: 'light' | 'dark'; width?: number; height?: number } = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => void complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const url = request.url()
    // Nothing but this machine is ever asked for anything.
    if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(url)) complaints.push(`asked for ${url}`)
  })
  await page.goto(address)
  return { page, complaints }
}

/** Keeps what the page looks like, as an artifact of the run. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: `${screenshots}${name}.png` })
}
