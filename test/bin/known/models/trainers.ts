/** Trainers and what they have caught, as DynamoDB-Toolbox's pages have them: keys by a function, by links, and by a prefix. */
import {
  any,
  binary,
  boolean,
  Entity,
  item,
  list,
  map,
  number,
  prefix,
  record,
  set,
  string,
  Table,
} from "dynamodb-toolbox";

const table = new Table({
  name: "pokemons",
  partitionKey: { name: "PK", type: "string" },
  sortKey: { name: "SK", type: "string" },
  indexes: {
    byLevel: {
      type: "global",
      partitionKey: { name: "GSI1PK", type: "string" },
      sortKey: { name: "level", type: "number" },
    },
  },
});

export const trainers = new Entity({
  name: "TRAINER",
  table,
  schema: item({ trainerId: string().key(), name: string() }).and((known) => ({
    PK: string()
      .key()
      .link<typeof known>(({ trainerId }) => `TRAINER#${trainerId}`),
    SK: string().key().default("PROFILE").transform(prefix("OF")),
  })),
});

export const pokemons = new Entity({
  name: "POKEMON",
  table,
  timestamps: { created: { name: "caughtAt", savedAs: "_caught" }, modified: false },
  schema: item({
    trainerId: string().key(),
    pokemonId: string().key().savedAs("pid"),
    number: number().key(),
    level: number(),
    form: string().enum("fire", "water"),
    weakTo: string().enum("fire", "water").transform(prefix("T")).optional(),
    home: map({ city: string(), zip: string().optional().savedAs("z") }).optional(),
    tags: set(string()).optional(),
    moves: list(map({ name: string() })).optional(),
    counts: record(string(), number()).optional(),
    shiny: boolean().default(false),
    picture: binary().optional(),
    more: any().optional(),
  }).and((known) => ({
    GSI1PK: string().link<typeof known>(({ form }) => `FORM#${form}`),
  })),
  computeKey: ({ trainerId, pokemonId, number: dex }) => ({
    PK: `TRAINER#${trainerId}`,
    SK: `POKEMON#${dex}#${pokemonId}`.toUpperCase(),
  }),
});

/** Its keys show nothing: one is counted, the other looks into a value. */
export const boxes = new Entity({
  name: "BOX",
  table,
  entityAttribute: false,
  timestamps: false,
  schema: item({ trainerId: string().key(), at: string().key() }),
  computeKey: ({ trainerId, at }) => ({ PK: `BOX#${trainerId.length}`, SK: `AT#${at.charAt(0)}` }),
});

/** Its keys cannot be computed of just anything. */
export const visits = new Entity({
  name: "VISIT",
  table,
  schema: item({ at: string().key(), to: string().key() }),
  computeKey: ({ at, to }) => ({ PK: `VISIT#${new Date(at).toISOString()}`, SK: to }),
});
