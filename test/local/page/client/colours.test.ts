import { describe, expect, it } from 'vitest'
import { coloursOf } from '../../../../local/page/client/panels/colours.ts'

describe('the colours of series', () => {
  it('follow the meaning where a label has one, and else the order, so that a hidden one changes no other', () => {
    const [delivered, discarded, asked] = coloursOf(['delivered', 'discarded', 'asked'], 'light')
    expect(coloursOf(['asked', 'delivered'], 'light')).toEqual([asked, delivered])
    expect(new Set([delivered, discarded, asked]).size).toBe(3)
  })

  it.each([
    ['light', '#ffffff'],
    ['dark', '#161d26'],
  ] as const)('stand out from the panel in %s with at least 3 : 1 (WCAG 2.2, 1.4.11)', (theme, panel) => {
    const labels = ['delivered', 'quarantined', 'discarded', ...Array.from({ length: 8 }, (_, i) => `series ${i}`)]
    const contrasts = coloursOf(labels, theme).map((colour) => contrast(colour, panel))
    expect(contrasts.filter((one) => one < 3)).toEqual([])
  })
})

/** WCAG 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
