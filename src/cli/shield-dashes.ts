/**
 * Drops `--` and marks the words after it as no options. The parser would read a positional `-srv-x` as options even
 * after `--`, and would not count it as positional. The mark is a NUL, which no argument can hold.
 */
export function shieldDashes(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  // A shell that completes `--` is not done with an option.
  if (end < 0 || words.includes('--get-yargs-completions')) return words;
  return [...words.slice(0, end), ...words.slice(end + 1).map((word) => mark + word)];
}

/** A value or a message of the parser as it was typed. */
export function unshield<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll(mark, '') as T & string;
  return Array.isArray(value) ? (value.map(unshield) as T & unknown[]) : value;
}

const mark = '\0';
