/** An estimate → what a person reads before a window is agreed upon. */
import { type Estimate, MANY, type Passes } from "../../domain/estimate/estimate.ts";
import { GIGABYTE, MOST_ACU, type PassRates, type Processor } from "../../domain/estimate/passes.ts";
import { numeral } from "../../domain/proof/summary.ts";
import { grid } from "./text.ts";

export function estimateText(found: Estimate): string {
  const { size, reads, limited, unlimited, oneInvocation, standing, prices } = found;
  return [
    `ESTIMATE  ${numeral(size.items)} items of ${numeral(size.bytes)} bytes, ${gigabytes((size.items * size.bytes) / GIGABYTE)}, ${size.of}.`,
    `A pass reads ${numeral(reads.units)} units: ${money(reads.onDemand)} on demand, ${money(reads.provisioned)} of provisioned capacity.`,
    ...(limited === undefined
      ? []
      : [
          "",
          `Reads keep to ${numeral(limited.unitsPerSecond)} units a second${limited.of === undefined ? "" : `, half of ${limited.of}: nobody else is slowed`}`,
          ...passesText(limited.passes),
        ]),
    "",
    "Reads are not limited (--max-read-units none): nobody else reads, as in the window",
    ...passesText(unlimited),
    "",
    ...playbooksText(found.playbooks),
    "",
    `One invocation ${oneInvocation.fits ? "does all of it" : "does not end with it: start the workflow"} (${duration(oneInvocation.seconds)} of 15 min).`,
    `The stack: ${money(standing.hour)} an hour while nobody is at work; without the migrator ${money(standing.month)} a month, ${money(standing.paused)} where it may pause, with ${gigabytes(standing.gigabytes)} in it.`,
    "",
    `Fewer or more of such items, ${MANY} workers, reads not limited`,
    ...grid(
      ["items", "first pass", "window", "ACU", "both"],
      found.sizes.map(({ items, ...each }) => [items, ...passesCells(each).slice(1)]),
    ),
    "",
    "What it rests on",
    ...ratesText(found),
    `  prices: ${prices.region}, ${prices.date}; other prices: --prices FILE`,
    "",
  ].join("\n");
}

/** What each way risks that the others do not. */
function playbooksText({ workers, changed, scan, live, exports, exported }: Estimate["playbooks"]): string[] {
  const ways = [
    ["scan in the window", scan, "what does not decode shows at night"],
    ["live copy, second pass", live, "the live table is read for it, twice"],
    ["export, what has changed", exports, "AWS does not promise how long an export takes"],
  ] as const;
  return [
    `Three ways, ${workers} workers, reads not limited; ${numeral(changed * 100)} % of the items change before the window (--changed)`,
    ...grid(
      ["", "before", "window", "costs", "risk"],
      ways.map(([name, { before, window, price }, risk]) => [
        name,
        before === 0 ? "nothing" : duration(before),
        duration(window),
        money(price),
        risk,
      ]),
    ),
    `An export is reckoned with ${duration(exported.seconds)}; it costs ${money(exported.full)} of all, ${money(exported.window)} of what has changed, and ${money(exported.recoveryMonth)} a month of point-in-time recovery where that is not on already.`,
  ];
}

const passesText = (passes: readonly Passes[]): string[] =>
  grid(["workers", "first pass", "window", "ACU", "both"], passes.map(passesCells));

const passesCells = ({ workers, first, second, price }: Passes): [number, string, string, string, string] => [
  workers,
  duration(first.whole),
  duration(second.whole),
  `${first.acu}${first.acu === MOST_ACU ? ", the most there is" : ""}`,
  money(price),
];

function ratesText({ rates: { measured, machine, items, rounds, item, first, second } }: Estimate): string[] {
  const micros = ({ client, postgres }: Processor): string => `${Math.round(client)} + ${Math.round(postgres)}`;
  const pass = ({ copy, build, verify }: PassRates): string =>
    `copy ${micros(copy)}, build ${micros(build)}, verify ${micros(verify)}`;
  return [
    `  measured ${measured} in ${rounds} ${rounds === 1 ? "round" : "rounds"} with ${numeral(items)} items of ${item.bytes} bytes that give ${item.rows} rows each, on ${machine}`,
    "  microseconds of a processor an item, of a worker + of Postgres:",
    `      first pass: ${pass(first)}`,
    `      unchanged, as the second pass of a window: ${pass(second)}`,
    "  a worker is a function of one processor; four ACU have one; larger items take as much longer as they are larger",
    "  window: the second pass, when nothing has changed since the first. ACU: with which no worker waits for the database (maxAcu)",
    "  not in it: what the network adds, throttling, indexes that outgrow memory, storage in S3. Rehearse on a copy: its times are yours",
  ];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Two figures: an estimate has no more. */
function duration(seconds: number): string {
  if (seconds < MINUTE) return "under a minute";
  const minutes = Math.round(seconds / MINUTE);
  if (seconds < HOUR) return `${minutes} min`;
  if (seconds < DAY) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(seconds / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const money = (dollars: number): string =>
  dollars >= 100 ? `$${numeral(Math.round(dollars))}` : dollars < 0.01 ? "less than $0.01" : `$${dollars.toFixed(2)}`;

const gigabytes = (count: number): string =>
  count < 0.1 ? `${(count * 1000).toFixed(1)} MB` : `${count.toLocaleString("en-US", { maximumFractionDigits: 1 })} GB`;
