/**
 * Expands specifiers as fleet does in `[X-Fleet]` values: `%n` the full name, `%N` the name without type, `%p` the prefix,
 * `%i` the instance (empty where there is none), replaced one after another in this order. There is no `%%`.
 * A name without a type expands nothing, which is how fleet treats patterns when it validates them.
 */
export function expandSpecifiers(value: string, name: string): string {
  if (!name.includes('.')) return value;
  const stem = name.slice(0, name.lastIndexOf('.'));
  const [prefix = '', ...rest] = stem.split('@');
  return value
    .replaceAll('%n', () => name)
    .replaceAll('%N', () => stem)
    .replaceAll('%p', () => prefix)
    .replaceAll('%i', () => rest.join('@'));
}
