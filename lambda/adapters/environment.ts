/**
 * The variables that the stack gives a function, read once and by name.
 *
 * A missing one is an error at load, before any mail is touched: the alias then stays on the version that worked. Read at
 * the moment of use, it would be an `undefined` that drops mail.
 */
export function readEnvironment<Name extends string>(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly Name[],
): { readonly [N in Name]: string } {
  const missing = names.filter((name) => environment[name] === undefined)
  if (missing.length > 0)
    throw new Error(`The function's environment lacks ${missing.join(', ')}; the stack sets them.`)
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as { readonly [N in Name]: string }
}
