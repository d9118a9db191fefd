import { CoreshipError } from '../../src/errors.ts';
import { logicalValue } from '../../src/unit/unit-file.ts';

/**
 * Splits a value into words as systemd does: at whitespace outside quotes, quotes removed, C escapes undone
 * (systemd.syntax(7), "Quoting"). Specifiers (`%`) and variables (`$`) stay as written. Unknown escapes stay, as in systemd.
 * @throws CoreshipError `config` on a quote that is never closed or a backslash at the end
 */
export function splitWords(value: string): readonly string[] {
  const text = logicalValue(value);
  const words: string[] = [];
  let bytes: number[] | undefined;
  let quote = '';

  for (const [part] of text.matchAll(token)) {
    if (quote === '' && /^[ \t\r\n]/.test(part)) {
      if (bytes) words.push(decode(bytes));
      bytes = undefined;
      continue;
    }
    bytes ??= [];
    if (part === '\\') throw broken('ends in a backslash', text);
    if (part.length > 1 && part.startsWith('\\')) bytes.push(...escapedBytes(part));
    else if (part === quote) quote = '';
    else if (quote === '' && (part === '"' || part === "'")) quote = part;
    else bytes.push(...utf8(part));
  }
  if (quote !== '') throw broken(`has a ${quote} that is never closed`, text);
  if (bytes) words.push(decode(bytes));
  return words;
}

/** An escape, or one character. */
const token = /\\(?:x[0-9A-Fa-f]{2}|[0-3][0-7]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|./gsu;

const letters: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  s: ' ',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** The bytes of an escape; those of the text itself where it is none, or would make a NUL. */
function escapedBytes(sequence: string): readonly number[] {
  const kind = sequence.charAt(1);
  const letter = letters[kind];
  if (letter !== undefined) return utf8(letter);
  if (sequence.length === 2) return utf8(sequence);
  const octal = /[0-3]/.test(kind);
  const code = octal ? Number.parseInt(sequence.slice(1), 8) : Number.parseInt(sequence.slice(2), 16);
  if (code === 0 || code > 0x10ffff) return utf8(sequence);
  return octal || kind === 'x' ? [code] : utf8(String.fromCodePoint(code));
}

function utf8(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

function decode(bytes: readonly number[]): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function broken(what: string, text: string): CoreshipError {
  return new CoreshipError('config', `value ${what}: ${text}`, {
    hint: 'quote a literal quote, double a literal backslash',
  });
}
