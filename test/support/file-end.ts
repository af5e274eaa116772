/** What is to be done when a test file has ended. Files share their modules, and a hook outside of them would be one file's alone. */
const works: (() => Promise<unknown>)[] = [];

export const atFileEnd = (work: () => Promise<unknown>): void => void works.push(work);

/** Last come, first done. */
export async function endFile(): Promise<void> {
  for (let work = works.pop(); work !== undefined; work = works.pop()) await work();
}
