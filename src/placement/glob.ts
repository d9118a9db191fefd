type Token =
  | { readonly kind: 'many' }
  | { readonly kind: 'one' }
  | { readonly kind: 'char'; readonly char: string }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/**
 * Whether a name matches a pattern, by the rules of Go's `path.Match`, which fleet uses: `*` and `?` match anything but
 * `/`, `[a-z]` and `[^a-z]` match one character, `\` makes the next character literal. A malformed pattern matches nothing.
 */
export function globMatches(pattern: string, name: string): boolean {
  return compileGlob(pattern)?.(name) ?? false;
}

/** A matcher for a pattern; undefined where the pattern is malformed. */
export function compileGlob(pattern: string): ((name: string) => boolean) | undefined {
  const tokens = readTokens([...pattern]);
  return tokens && ((name) => matches(tokens, [...name]));
}

/** Greedy match that backtracks to the last `*` only: linear for usual patterns, never exponential. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0;
  let at = 0;
  let star: { token: number; at: number } | undefined;
  while (at < name.length || token < tokens.length) {
    const expected = tokens[token];
    const char = name[at];
    if (expected?.kind === 'many') {
      star = { token, at };
      token += 1;
    } else if (expected && char !== undefined && matchesOne(expected, char)) {
      token += 1;
      at += 1;
    } else {
      const taken = star && name[star.at];
      if (!star || taken === undefined || taken === '/') return false;
      star.at += 1;
      at = star.at;
      token = star.token + 1;
    }
  }
  return true;
}

function matchesOne(token: Token, char: string): boolean {
  if (token.kind === 'char') return token.char === char;
  if (token.kind === 'class') {
    return token.ranges.some(([low, high]) => within(low, char, high)) !== token.negated;
  }
  return char !== '/';
}

function within(low: string, char: string, high: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return (low.codePointAt(0) ?? 0) <= code && code <= (high.codePointAt(0) ?? 0);
}

function readTokens(chars: readonly string[]): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < chars.length) {
    const char = chars[at] ?? '';
    at += 1;
    if (char === '*') tokens.push({ kind: 'many' });
    else if (char === '?') tokens.push({ kind: 'one' });
    else if (char === '[') {
      const negated = chars[at] === '^';
      const ranges = readRanges(chars, negated ? at + 1 : at);
      if (!ranges) return undefined;
      tokens.push({ kind: 'class', negated, ranges: ranges.ranges });
      at = ranges.end;
    } else if (char !== '\\') tokens.push({ kind: 'char', char });
    else {
      const literal = chars[at];
      if (literal === undefined) return undefined;
      tokens.push({ kind: 'char', char: literal });
      at += 1;
    }
  }
  return tokens;
}

/** The ranges of a class up to its `]`; undefined where the class is not closed, or not valid in Go. */
function readRanges(
  chars: readonly string[],
  start: number,
): { ranges: readonly (readonly [string, string])[]; end: number } | undefined {
  const ranges: (readonly [string, string])[] = [];
  let at = start;
  while (chars[at] !== ']' || ranges.length === 0) {
    const low = classChar(chars, at);
    if (!low) return undefined;
    const high = chars[low.end] === '-' ? classChar(chars, low.end + 1) : low;
    if (!high) return undefined;
    ranges.push([low.char, high.char]);
    at = high.end;
  }
  return { ranges, end: at + 1 };
}

function classChar(chars: readonly string[], at: number): { char: string; end: number } | undefined {
  const first = chars[at];
  if (first === undefined || first === '-' || first === ']') return undefined;
  if (first !== '\\') return { char: first, end: at + 1 };
  const literal = chars[at + 1];
  return literal === undefined ? undefined : { char: literal, end: at + 2 };
}
