/** What a bench has found → a page of Markdown, and its last line: the ratios. */
import type { Cost, Seconds } from "./measure/cost.ts";
import type { Results } from "./results.ts";

const seconds = (value: number): string => value.toFixed(1);
const count = (value: number): string => Math.round(value).toLocaleString("en-US");
const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [line(header), line(header.map((_, at) => (at === 0 ? "---" : "--:"))), ...rows.map(line)];
}

const spent = ({ wall, client, postgres }: Seconds): string[] => [wall, client, postgres].map(seconds);

function rowsOf(name: string, cost: Cost): string[][] {
  const { wall, items, rows, peak, scaled, stages } = cost;
  const perSecond = rows === 0 ? count(items / wall) : count(rows / wall);
  const title = scaled === undefined ? name : `${name} (× ${scaled})`;
  return [
    [title, ...spent(cost), perSecond, peak === null ? "" : count(peak)],
    ...Object.entries(stages).map(([stage, each]) => [`… ${stage}`, ...spent(each), "", ""]),
  ];
}

const shown = (value: number | null): string => (value === null ? "not run" : String(value));

function ratioRows({ ratios, processorRatios }: Results): string[][] {
  const others = Object.values(processorRatios);
  return Object.entries(ratios).map(([name, value], at) => [name, shown(value), shown(others[at] ?? null)]);
}

export function pageOf(results: Results): string {
  const { machine, date, items, rounds, contestants, monster, secondPassWrote: wrote, skipped } = results;
  const costs = Object.entries(contestants).flatMap(([name, cost]) => rowsOf(name, cost));
  return [
    "# What it takes",
    "",
    "Written by `npm run bench -- --page test/bench/RESULTS.md`. Every contestant moves the same items into a PostgreSQL cluster of its own, started as",
    "`rehearse` starts one: without `fsync`, `synchronous_commit` and `full_page_writes`, with 2 GB of WAL before a checkpoint. `bareCopy` copies the rows and the ledger's lines of a",
    "finished run, without making them; `script` (`test/bench/programs/upsert.ts`) is what one would write by hand: 500 rows a statement, four connections, no ledger, no proof;",
    "`rawRead` is the SDK's client alone; `fromExport` and `fromExportHttp` read the items as one full export in AWS's layout, four gzipped data files, from disk and from a bucket of another process; × 10 was run with a tenth of the items. Walls depend on what else the machine does, processor seconds much less.",
    "",
    `${count(items)} items, ${rounds === 1 ? "one round" : `medians of ${rounds} interleaved rounds`}, ${date.slice(0, 10)}. ${machine}.`,
    "",
    ...table(["contestant", "wall s", "client CPU s", "Postgres CPU s", "rows/s", "peak MB"], costs),
    "",
    `The second pass wrote in the target's tables: ${count(wrote.rows)} rows, ${count(wrote.bytes)} bytes more, ${count(wrote.heapPages)} pages of theirs and ${count(wrote.indexPages)} of their indexes (tables vacuumed meanwhile: ${wrote.vacuumed}); ${wrote.wal.toFixed(1)} MB of WAL in all.`,
    ...Object.entries(monster).map(([version, peak]) => `The largest item, ${version}: ${count(peak)} MB.`),
    ...skipped.map((reason) => `Skipped: ${reason}.`),
    "",
    ...table(["ratio", "by the clock", "by processor seconds"], ratioRows(results)),
    "",
  ].join("\n");
}
