import { describe, expect, it } from 'vitest'
import { styleOf } from '../../../lambda/core/widget/style.ts'
import { themes, type Theme } from '../../../lambda/core/widget/themes.ts'

/** What is read on what: text on both grounds, and the label of the main button on its colour (WCAG 2.2, 1.4.3). */
const texts = (['text', 'quiet', 'link', 'good', 'warning', 'bad'] as const).flatMap((text) =>
  (['ground', 'raised'] as const).map((ground) => [text, ground] as const),
)
const pairs = [...texts, ['ground', 'link'] as const]

describe.each(['light', 'dark'] as const)('the %s theme', (theme: Theme) => {
  it.each(pairs)('can be read: %s on %s has 4.5 : 1', (text, ground) => {
    expect(contrast(themes[theme][text], themes[theme][ground])).toBeGreaterThanOrEqual(4.5)
  })

  it.each(['line', 'focus', 'link'] as const)(
    'shows where a field is and where the keyboard is: %s has 3 : 1',
    (name) => {
      for (const ground of ['ground', 'raised'] as const) {
        expect(contrast(themes[theme][name], themes[theme][ground])).toBeGreaterThanOrEqual(3)
      }
    },
  )

  it('uses no colour but its own, and none that HTML would read as its own', () => {
    const used = styleOf(theme).match(/#[0-9a-f]{6}/gi) ?? []
    expect(new Set(used)).toEqual(new Set(Object.values(themes[theme])))
    expect(styleOf(theme)).not.toMatch(/[<>&"'`]/)
  })
})

/** WCAG 2.2, "contrast ratio" and "relative luminance". */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
