const trueWords: readonly string[] = ['true', 'yes', '1', 'on', 't'];
const falseWords: readonly string[] = ['false', 'no', '0', 'off', 'f'];

/** Whether fleet takes a value of `Global=` for true; everything else is false. */
export function isTrue(text: string): boolean {
  return trueWords.includes(text.toLowerCase());
}

/** Whether a value of `Global=` plainly means true or false. */
export function isBoolean(text: string): boolean {
  return isTrue(text) || falseWords.includes(text.toLowerCase());
}
