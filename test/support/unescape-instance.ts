import { CoreshipError } from '../../src/errors.ts';

/**
 * Undoes `escapeInstance`, as systemd does: `-` becomes `/`, `\xNN` its byte.
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
