/** What somebody asks for by what stands before a `cwdb-action`. */
export type Action = {
  readonly display: 'popup' | 'widget'
  /** To be asked first; null: nothing is asked. */
  readonly confirmation: string | null
  readonly does:
    | { readonly kind: 'html'; readonly content: string }
    | { readonly kind: 'call'; readonly endpoint: string; readonly params: unknown }
    | { readonly kind: 'mistake'; readonly sentence: string }
}

const events = new Set(['click', 'dblclick', 'mouseenter'])

/**
 * Makes each `cwdb-action` act on the element right before it (CloudWatch User Guide, "Custom widgets: interactivity"). What is no
 * control by itself becomes one, so that the keyboard reaches it.
 */
export function wire(root: ParentNode, act: (action: Action) => void): void {
  for (const form of root.querySelectorAll('form')) {
    // A form is never sent: its fields go with the next call.
    form.addEventListener('submit', (event) => event.preventDefault())
  }
  for (const element of root.querySelectorAll('cwdb-action')) {
    const before = element.previousElementSibling
    if (!(before instanceof HTMLElement || before instanceof SVGElement)) continue
    const named = element.getAttribute('event') ?? 'click'
    const event = events.has(named) ? named : 'click'
    const run = (happened: Event): void => {
      if (before.getAttribute('aria-disabled') === 'true') return
      happened.preventDefault()
      act(actionOf(element))
    }
    before.addEventListener(event, run)
    if (event !== 'mouseenter') reachable(before, run)
    // Whoever has no mouse enters with the keyboard.
    else before.addEventListener('focus', run)
  }
}

/** The attributes have defaults of CloudWatch: `html`, shown in a `popup`. */
function actionOf(element: Element): Action {
  const display = element.getAttribute('display') === 'widget' ? 'widget' : 'popup'
  return { display, confirmation: element.getAttribute('confirmation'), does: doneBy(element) }
}

function doneBy(element: Element): Action['does'] {
  if (element.getAttribute('action') !== 'call') return { kind: 'html', content: element.innerHTML }
  const endpoint = element.getAttribute('endpoint') ?? ''
  try {
    const text = element.textContent.trim()
    return { kind: 'call', endpoint, params: text === '' ? {} : (JSON.parse(text) as unknown) }
  } catch {
    return {
      kind: 'mistake',
      sentence: 'The parameters of this action are no JSON. The function that made the widget must be mended.',
    }
  }
}

function reachable(element: HTMLElement | SVGElement, run: (event: Event) => void): void {
  if (element.matches('button, input, select, textarea, summary, a[href]')) return
  element.setAttribute('role', element.getAttribute('role') ?? 'button')
  element.setAttribute('tabindex', '0')
  element.addEventListener('keydown', (event) => {
    if (event instanceof KeyboardEvent && (event.key === 'Enter' || event.key === ' ')) run(event)
  })
}
