/**
 * What an item of the sample takes, in microseconds of a processor (the migration's own and Postgres'), stage by stage, and in bytes. Written by
 * `node test/bench/rates.bench.ts`: a table in memory read by Scan, PostgreSQL on the same machine.
 */
export const RATES = {
  measured: "2026-11-21",
  machine: "2 × Intel(R) Xeon(R) Processor, Node 24.21.0",
  items: 100000,
  item: {
    bytes: 356,
    rows: 3.33,
  },
  first: {
    copy: {
      client: 131.8,
      postgres: 55,
    },
    build: {
      client: 2.1,
      postgres: 25.9,
    },
    verify: {
      client: 3.3,
      postgres: 19.1,
    },
  },
  second: {
    copy: {
      client: 71.7,
      postgres: 7.9,
    },
    build: {
      client: 1.5,
      postgres: 14.3,
    },
    verify: {
      client: 4.7,
      postgres: 22.7,
    },
  },
  stored: 1637,
  logged: 1929,
} as const;
