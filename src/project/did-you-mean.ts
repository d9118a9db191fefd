import leven from 'leven';

/** A hint for a word that is not among the known ones: the nearest of them, or all where none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = known
    .map((candidate) => ({ candidate, distance: leven(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .at(0);
  if (near && near.distance <= Math.max(1, Math.floor(word.length / 3))) {
    return `did you mean "${near.candidate}"?`;
  }
  if (known.length === 0 || known.length > 20) return undefined;
  return `known are ${known.map((candidate) => `"${candidate}"`).join(', ')}`;
}
