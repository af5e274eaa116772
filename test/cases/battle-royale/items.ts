/**
 * The items of the battle-royale lab. No attribute tells their type; the keys do, though `USER#{username}` is a partition
 * key of one kind and a sort key of another. The ids stand in the keys and in attributes: the attributes are read.
 */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(tables, { keys: { pk: "PK", sk: "SK" } }, ({ item, into }) => [
  item("User", { pk: "USER#{username}", sk: "#METADATA#{username}" }, ({ attr }) => [
    into("users", {
      username: attr("username"),
      name: attr("name"),
      email: attr("email"),
      birthdate: attr("birthdate"),
      address: attr("address"),
    }),
  ]),

  item("Game", { pk: "GAME#{gameId}", sk: "#METADATA#{gameId}" }, ({ attr }) => [
    into("games", {
      game_id: attr("game_id"),
      map: attr("map"),
      creator: attr("creator"),
      create_time: attr("create_time"),
      open_timestamp: attr("open_timestamp").optional(),
      start_time: attr("start_time").optional(),
      end_time: attr("end_time").optional(),
      gold: attr("gold").optional(),
      silver: attr("silver").optional(),
      bronze: attr("bronze").optional(),
      people: attr("people"),
    }),
  ]),

  item("Player", { pk: "GAME#{gameId}", sk: "USER#{username}" }, ({ attr }) => [
    into("game_players", {
      game_id: attr("game_id"),
      username: attr("username"),
      place: attr("place").optional(),
    }),
  ]),
]);
