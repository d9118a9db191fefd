import { CoreshipError } from '../errors.ts';

/**
 * Escapes any string for use in a unit name, as systemd-escape(1) does: `/` becomes `-`, other bytes outside
 * `[A-Za-z0-9:_.]` and a leading dot become `\xNN`.
 */
export function escapeInstance(text: string): string {
  let escaped = '';
  for (const byte of new TextEncoder().encode(text)) {
    const char = String.fromCharCode(byte);
    if (char === '/') escaped += '-';
    else if (/[A-Za-z0-9:_]/.test(char) || (char === '.' && escaped !== '')) escaped += char;
    else escaped += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return escaped;
}

/**
 * Undoes {@link escapeInstance}: `-` becomes `/`, `\xNN` its byte.
 * @throws CoreshipError `usage` on a backslash that starts no `\xNN`, or bytes that are not UTF-8
 */
export function unescapeInstance(text: string): string {
  const bytes: number[] = [];
  for (const [part, hex] of text.matchAll(/\\x([0-9A-Fa-f]{2})|./gsu)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (part === '\\') throw badEscape(text);
    else bytes.push(...new TextEncoder().encode(part === '-' ? '/' : part));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    throw badEscape(text);
  }
}

function badEscape(text: string): CoreshipError {
  return new CoreshipError('usage', `${JSON.stringify(text)} is not escaped as systemd-escape does it`);
}
