import type { FormValue } from '../../api.ts'

/**
 * The fields of all forms under `roots`, by name, as a widget's function finds them in `widgetContext.forms.all`. A box that is not
 * ticked is no field, as in any form; a choice of several is a list.
 */
export function fieldsOf(roots: readonly ParentNode[]): Readonly<Record<string, FormValue>> {
  const fields = new Map<string, FormValue>()
  for (const root of roots) {
    for (const field of root.querySelectorAll('input, select, textarea')) {
      const value = valueOf(field)
      if (value !== null) fields.set(value.name, value.value)
    }
  }
  // Object.fromEntries: a field of the name __proto__ is a field, and nothing else.
  return Object.fromEntries(fields)
}

function valueOf(field: Element): { readonly name: string; readonly value: FormValue } | null {
  const name = field.getAttribute('name') ?? ''
  if (name === '' || field.hasAttribute('disabled')) return null
  if (field instanceof HTMLSelectElement) {
    const chosen = [...field.selectedOptions].map((option) => option.value)
    return { name, value: field.multiple ? chosen : (chosen[0] ?? '') }
  }
  if (field instanceof HTMLTextAreaElement) return { name, value: field.value }
  if (!(field instanceof HTMLInputElement)) return null
  if ((field.type === 'checkbox' || field.type === 'radio') && !field.checked) return null
  return { name, value: field.value }
}
