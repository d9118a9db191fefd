/** Does some work for each item, at most `width` at a time; results keep the items' order. */
export async function pool<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  width = 32,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
