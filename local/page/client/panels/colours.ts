import type { Theme } from '../theme.ts'

/** In the order in which series take them; each stands out from the panel with at least 3 : 1 (WCAG 2.2, 1.4.11). */
const palette: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#0972d3', '#c33d69', '#8456ce', '#096f7a', '#b35900', '#a13e8f', '#4c7a12', '#5f6b7a'],
  dark: ['#539fe5', '#e07f9d', '#b088f5', '#4fb8c4', '#f89256', '#d68ad0', '#93c057', '#a7b4c4'],
}

/** What has a meaning has one colour everywhere. */
const meanings: Readonly<Record<string, keyof typeof tones>> = {
  delivered: 'good',
  healthy: 'good',
  known: 'good',
  ours: 'good',
  quarantined: 'held',
  silent: 'held',
  discarded: 'bad',
  unknown: 'bad',
  'not ours': 'bad',
}

const tones = {
  good: { light: '#1d8102', dark: '#6fbf5b' },
  held: { light: '#b36b00', dark: '#ffb84d' },
  bad: { light: '#c7361f', dark: '#ff8a75' },
} as const

/** The colours of series, by their labels where those mean something, else in order. */
export function coloursOf(labels: readonly string[], theme: Theme): readonly string[] {
  const free = palette[theme]
  let taken = 0
  return labels.map((label) => {
    const tone = meanings[label]
    return tone === undefined ? (free[taken++ % free.length] ?? 'gray') : tones[tone][theme]
  })
}
