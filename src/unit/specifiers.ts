import { unescapeInstance } from './escape.ts';

/**
 * Expands specifiers as fleet does in `[X-Fleet]` values: `%n` the full name, `%N` the name without type, `%p` the prefix,
 * `%i` the instance (empty where there is none), replaced one after another in this order. There is no `%%`.
 * A name without a type expands nothing, which is how fleet sees patterns when it validates them.
 */
export function expandSpecifiers(value: string, name: string): string {
  if (!name.includes('.')) return value;
  const { stem, prefix, instance } = nameParts(name);
  return value
    .replaceAll('%n', () => name)
    .replaceAll('%N', () => stem)
    .replaceAll('%p', () => prefix)
    .replaceAll('%i', () => instance);
}

/**
 * Expands those of systemd's specifiers (systemd.unit(5)) that need no machine: `%n %N %p %P %i %I %j %J %%`.
 * The others stay as they are.
 */
export function expandSystemdSpecifiers(value: string, name: string): string {
  const { stem, prefix, instance } = nameParts(name);
  const last = prefix.slice(prefix.lastIndexOf('-') + 1);
  const known: Readonly<Record<string, () => string>> = {
    n: () => name,
    N: () => stem,
    p: () => prefix,
    P: () => unescapeInstance(prefix),
    i: () => instance,
    I: () => unescapeInstance(instance),
    j: () => last,
    J: () => unescapeInstance(last),
    '%': () => '%',
  };
  return value.replace(/%([nNpPiIjJ%])/g, (text, letter: string) => known[letter]?.() ?? text);
}

function nameParts(name: string): { stem: string; prefix: string; instance: string } {
  const stem = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
  const at = stem.indexOf('@');
  return at < 0
    ? { stem, prefix: stem, instance: '' }
    : { stem, prefix: stem.slice(0, at), instance: stem.slice(at + 1) };
}
