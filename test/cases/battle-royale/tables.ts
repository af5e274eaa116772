/** The game of AWS's battle-royale lab as tables: players, games, and who plays in which. Its times have no zone. */
import {
  date,
  defineTables,
  integer,
  type TargetDatabase,
  text,
  timestamp,
  uuid,
} from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  users: {
    username: text().primaryKey(),
    name: text(),
    email: text(),
    birthdate: date(),
    address: text(),
  },

  games: {
    game_id: uuid().primaryKey(),
    map: text(),
    creator: text().references("users"),
    create_time: timestamp(),
    // A game is open until it starts, and has medals once it has ended.
    open_timestamp: timestamp().nullable(),
    start_time: timestamp().nullable(),
    end_time: timestamp().nullable(),
    gold: text().nullable().references("users"),
    silver: text().nullable().references("users"),
    bronze: text().nullable().references("users"),
    people: integer(),
  },

  game_players: {
    game_id: uuid().primaryKey().references("games"),
    username: text().primaryKey().references("users"),
    place: text().nullable(),
  },
});

export type Database = TargetDatabase<typeof tables>;
