import leven from 'leven';

/** A hint for a word that is not one of the known ones: the nearest of them, or all if none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (known.length === 0 || known.length > 20) return undefined;
  return `known are ${known.map((candidate) => `"${candidate}"`).join(', ')}`;
}

/** The known word that a misspelt one may stand for, if any is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: leven(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}
