/** Work on many things, some at a time: what each waits for is a network. After the first failure nothing more is begun. */
export async function several<T, R>(things: readonly T[], width: number, work: (thing: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  const left = things.entries();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (const [at, thing] of left) {
      done[at] = await work(thing).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      if (hasFailed) return;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return done;
}
