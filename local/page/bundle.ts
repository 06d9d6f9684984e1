import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'

/** The browser's side, in memory. */
export type PageAssets = { readonly html: string; readonly js: string; readonly css: string }

/** Makes what the browser gets of client/main.ts and the styles that it imports. @throws where it cannot be bundled */
export async function bundlePage(): Promise<PageAssets> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('client/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    // Only names what is never written.
    outdir: '/app',
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'silent',
  })
  const textOf = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? ''
  return { html: pageHtml, js: textOf('.js'), css: textOf('.css') }
}

/** Without any script or style of its own, so that the page's policy can forbid those that stand in markup. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Quietgate</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/app.css">
<script type="module" src="/app.js"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript. What it shows stands in the terminal as well.</noscript>
</body>
</html>
`
