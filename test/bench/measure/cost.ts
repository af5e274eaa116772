/** What a contestant took, in all and by the stage; several rounds of it → their medians. */

/** Seconds: of the clock, of the client's processors, of Postgres'. */
export interface Seconds {
  readonly wall: number;
  readonly client: number;
  readonly postgres: number;
}

export interface Cost extends Seconds {
  /** The most memory the client held, in megabytes. Of a pipeline of several processes it is not known. */
  readonly peak: number | null;
  readonly items: number;
  /** Rows of the target's own tables. */
  readonly rows: number;
  readonly stages: Readonly<Record<string, Seconds>>;
  /** Run with so many times fewer items; the seconds are scaled up. */
  readonly scaled?: number;
}

export const NOTHING: Seconds = { wall: 0, client: 0, postgres: 0 };

export const processorSeconds = ({ client, postgres }: Seconds): number => client + postgres;

export const less = (a: Seconds, b: Seconds): Seconds => ({
  wall: a.wall - b.wall,
  client: a.client - b.client,
  postgres: a.postgres - b.postgres,
});

/** Of a contestant without stages. */
export const costOf = (
  { wall, client, postgres, peak }: Seconds & Pick<Cost, "peak">,
  counts: Pick<Cost, "items" | "rows">,
): Cost => ({ wall, client, postgres, peak, ...counts, stages: {} });

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const secondsOf = (of: readonly Seconds[]): Seconds => ({
  wall: median(of.map(({ wall }) => wall)),
  client: median(of.map(({ client }) => client)),
  postgres: median(of.map(({ postgres }) => postgres)),
});

/** The median of each figure by itself. */
export function medianCost(rounds: readonly [Cost, ...Cost[]]): Cost {
  const [first] = rounds;
  const stages = Object.keys(first.stages).map((name) => {
    const each = rounds.flatMap(({ stages: { [name]: stage } }) => (stage === undefined ? [] : [stage]));
    return [name, secondsOf(each)] as const;
  });
  const peaks = rounds.flatMap(({ peak }) => peak ?? []);
  return {
    ...first,
    ...secondsOf(rounds),
    peak: peaks.length === 0 ? null : median(peaks),
    stages: Object.fromEntries(stages),
  };
}

/** As if there had been so many times the items. */
export const scaledUp = (cost: Cost, times: number): Cost => ({
  ...cost,
  wall: cost.wall * times,
  client: cost.client * times,
  postgres: cost.postgres * times,
  items: cost.items * times,
  rows: cost.rows * times,
  scaled: times,
});
