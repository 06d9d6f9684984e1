import { html, render } from 'htm/preact'
import 'uplot/dist/uPlot.min.css'
import './style/page.css'
import './style/panels.css'
import './style/side.css'
import { App } from './app.ts'

const root = document.getElementById('app') ?? document.body
root.replaceChildren()
render(html`<${App} />`, root)
