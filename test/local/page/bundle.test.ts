import { describe, expect, it } from 'vitest'
import { bundlePage } from '../../../local/page/bundle.ts'

describe('what the browser gets', () => {
  it('is made of the client and of all that it stands on, and asks nobody else for anything', async () => {
    const { html, js, css } = await bundlePage()
    expect(html).toContain('<div id="app"></div>')
    expect(css).toContain('.uplot')
    expect(js.length).toBeGreaterThan(10_000)
    // The page's policy would stop these in the browser, where nobody sees why.
    expect(js).not.toMatch(/\beval\(|new Function\(|\bimport\(/)
    expect(css).not.toMatch(/@import|url\((?!['"]?data:)/)
    const addresses = [...js.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(([address]) => address)
    // Names of XML, and a sentence of marked's about its own bugs.
    const words = ['http://www.w3.org/', 'https://github.com/markedjs/marked.']
    expect(addresses.filter((address) => !words.some((known) => address.startsWith(known)))).toEqual([])
  })
})
