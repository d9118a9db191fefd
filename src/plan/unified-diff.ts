import { createTwoFilesPatch } from 'diff';

/** A unified diff with three lines of context, or nothing where the texts are equal. */
export function unifiedDiff(
  from: string,
  to: string,
  labels: { readonly from: string; readonly to: string },
): string {
  if (from === to) return '';
  const patch = createTwoFilesPatch(labels.from, labels.to, from, to, undefined, undefined, { context: 3 });
  // The library heads a patch with a line of equal signs that patch(1) does not need.
  return patch.replace(/^=+\n/, '');
}
