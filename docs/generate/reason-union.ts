import ts from 'typescript'

/** A member of the union `Reason`, as its source tells it. */
export type DocumentedReason = {
  readonly code: string
  /** The comment above it. */
  readonly meaning: string
  readonly evidence: readonly Evidence[]
}

/** A field beside the code. */
export type Evidence = { readonly name: string; readonly optional: boolean; readonly value: Value }

export type Value =
  | { readonly kind: 'free' }
  | { readonly kind: 'one-of'; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly item: Value }
  | { readonly kind: 'fields'; readonly fields: readonly Evidence[] }

/** Reads the union from lambda/core/reasons.ts. Throws where a member has no comment: nobody would know what it means. */
export function readReasonUnion(file: string): readonly DocumentedReason[] {
  const program = ts.createProgram([file], { strict: true, noEmit: true, allowImportingTsExtensions: true, types: [] })
  const source = program.getSourceFile(file)
  const union = source?.statements
    .filter(ts.isTypeAliasDeclaration)
    .find((statement) => statement.name.text === 'Reason')?.type
  if (source === undefined || union === undefined || !ts.isUnionTypeNode(union)) {
    throw new Error(`${file} was expected to declare the union type Reason, and does not.`)
  }
  const checker = program.getTypeChecker()
  return union.types.map((member, index) => {
    const evidence = fieldsOf(checker.getTypeFromTypeNode(member), checker)
    const code = codeOf(evidence)
    // The bar stands between a comment and its member: the comment follows the end of the member before.
    const meaning = commentAt(source.text, union.types[index - 1]?.end ?? union.pos)
    if (meaning === '')
      throw new Error(`${file}: the reason "${code}" has no comment above it that says what it means.`)
    return { code, meaning, evidence: evidence.filter(({ name }) => name !== 'code') }
  })
}

function codeOf(evidence: readonly Evidence[]): string {
  const value = evidence.find(({ name }) => name === 'code')?.value
  return value?.kind === 'one-of' ? (value.words[0] ?? '') : ''
}

function fieldsOf(type: ts.Type, checker: ts.TypeChecker): readonly Evidence[] {
  return checker.getPropertiesOfType(type).map((property) => ({
    name: property.name,
    optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
    value: valueOf(checker.getTypeOfSymbol(property), checker),
  }))
}

function valueOf(type: ts.Type, checker: ts.TypeChecker): Value {
  const words = wordsOf(checker.getNonNullableType(type))
  if (words.length > 0) return { kind: 'one-of', words }
  const item = checker.isArrayLikeType(type) ? checker.getIndexTypeOfType(type, ts.IndexKind.Number) : undefined
  if (item !== undefined) return { kind: 'list', item: valueOf(item, checker) }
  if ((type.flags & ts.TypeFlags.Object) !== 0) return { kind: 'fields', fields: fieldsOf(type, checker) }
  return { kind: 'free' }
}

/** The words of a union of string literals; none for any other type. */
function wordsOf(type: ts.Type): readonly string[] {
  const members = type.isUnion() ? type.types : [type]
  const words = members.flatMap((member) => (member.isStringLiteral() ? [member.value] : []))
  return words.length === members.length ? words : []
}

/** The last documentation comment in the white space at that place, as one line. */
function commentAt(text: string, at: number): string {
  const range = ts.getLeadingCommentRanges(text, at)?.at(-1)
  if (range === undefined || !text.startsWith('/**', range.pos)) return ''
  const lines = text.slice(range.pos + 3, range.end - 2).split('\n')
  return lines
    .map((line) => line.trim().replace(/^\*\s*/, ''))
    .join(' ')
    .trim()
}
