/**
 * What an item of the sample takes, in microseconds of a processor (the migration's own and Postgres'), stage by stage, and in bytes. Written by
 * `node test/bench/rates.bench.ts`: a table in memory read by Scan, PostgreSQL on the same machine.
 */
export const RATES = {
  measured: "2026-11-22",
  machine: "2 × Intel(R) Xeon(R) Processor, Node 24.21.0",
  items: 100000,
  rounds: 3,
  item: {
    bytes: 356,
    rows: 3.33,
  },
  first: {
    copy: {
      client: 152,
      postgres: 51.2,
    },
    build: {
      client: 2.2,
      postgres: 19.5,
    },
    verify: {
      client: 5.9,
      postgres: 22.8,
    },
  },
  second: {
    copy: {
      client: 90.2,
      postgres: 6.5,
    },
    build: {
      client: 1.3,
      postgres: 16.4,
    },
    verify: {
      client: 4,
      postgres: 18.6,
    },
  },
  stored: 1640,
  logged: 1931,
} as const;
