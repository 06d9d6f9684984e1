export type SubstitutionPart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'variable'; readonly name: string }

/**
 * Splits the text of an Fn::Sub: `${Name}` is a variable, `${!Literal}` is the text `${Literal}`, and a `${` that is
 * never closed is text. Linear. Source: CloudFormation Template Reference, "Fn::Sub".
 */
export function splitSubstitution(text: string): readonly SubstitutionPart[] {
  const parts: SubstitutionPart[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('${', at)
    const close = open < 0 ? -1 : text.indexOf('}', open)
    if (close < 0) {
      parts.push({ kind: 'text', text: text.slice(at) })
      break
    }
    if (open > at) parts.push({ kind: 'text', text: text.slice(at, open) })
    const name = text.slice(open + 2, close)
    parts.push(
      name.startsWith('!') ? { kind: 'text', text: `\${${name.slice(1)}}` } : { kind: 'variable', name: name.trim() },
    )
    at = close + 1
  }
  return parts
}
