import { describe, expect, it } from 'vitest'
import { textOfHtml } from '../../../lambda/core/protocol/html-text.ts'

describe('the text of HTML', () => {
  it.each([
    ['ends a line where a tag does', '<p>One\r\ntwo</p>three<br>\r\nfour', '\nOne two\nthree\nfour'],
    ['keeps the blanks that fold a field', 'Received: a<br>\r\n by b<br> with c', 'Received: a\n by b\n with c'],
    [
      'keeps the lines of <pre>, in any case, and takes tags out of it',
      '<PRE>a\n\tb <b>c</b></PRE>d\ne',
      '\na\n\tb c\nd e',
    ],
    ['leaves out style sheets, scripts and comments', '<STYLE>p{}</style>a<script>x<p></script>b<!-- <p>c -->d', 'abd'],
    ['resolves entities once', '&lt;a&#64;b.example&gt; &amp;lt;', '<a@b.example> &lt;'],
    ['takes a bracket with an address behind it for what it is', 'To: <a=b@c.example><br>', 'To: <a=b@c.example>\n'],
    ['ends where a tag never closes', 'a<b', 'a'],
    ['ends where a comment never closes', 'a<!-- b <p>c', 'a'],
    ['ends where a style sheet never closes', 'a<style>b</p>c', 'a'],
  ])('%s', (_, html, text) => {
    expect(textOfHtml(html)).toBe(text)
  })
})
