/**
 * Escapes any string for use in a unit name, as systemd-escape(1) does: `/` becomes `-`; other bytes outside
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
