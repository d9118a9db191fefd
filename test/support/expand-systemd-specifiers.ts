import { unescapeInstance } from './unescape-instance.ts';

/**
 * Expands those of systemd's specifiers (systemd.unit(5)) that do not depend on the machine: `%n %N %p %P %i %I %j %J %%`.
 * The others stay as they are.
 */
export function expandSystemdSpecifiers(value: string, name: string): string {
  const stem = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : name;
  const [prefix = '', ...rest] = stem.split('@');
  const instance = rest.join('@');
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
