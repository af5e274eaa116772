/** Work on many things, some at a time: what each waits for is a network. */
export async function several<T, R>(things: readonly T[], width: number, work: (thing: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < things.length; at = next++) {
      const thing = things[at];
      if (thing !== undefined) done[at] = await work(thing);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return done;
}
