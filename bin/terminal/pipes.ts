/** Whoever reads along (`… | head -1`, `… 2>&1 | less`) may have seen enough: that ends what is told, not what is done, and is no failure. */
import { EXIT } from "./exit.ts";

/** A reader that has gone, and what a stream says of everything that is written to it afterwards. */
const GONE: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET", "EIO", "ERR_STREAM_DESTROYED"]);

/** To be called before anything is written. What is printed from then on to somebody who has gone is lost, quietly. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (GONE.has(error.code ?? "")) return;
      // A file on a full disk: the answer is lost, and somebody counts on it.
      process.exitCode = EXIT.incomplete;
      if (stream === process.stdout) process.stderr.write(`The output could not be written (${error.code}).\n`);
    });
}
