/** A small social network as tables. Most of its users are known only from the edges that lead to them. */
import {
  bigint,
  defineTables,
  numeric,
  type TargetDatabase,
  table,
  text,
  timestamptz,
} from "../../../lambda/mapping/index.ts";

export const tables = defineTables({
  // One row from two items, "info" and "count".
  users: table({
    user_id: text().primaryKey(),
    name: text(),
    content: text(),
    image_url: text(),
    etc: text(),
    followers: bigint(),
    followings: bigint(),
    posts: bigint(),
  }).duplicates("merge"),
  // An edge stands in both lists, and is one row.
  follows: table({
    follower_id: text().primaryKey().references("users"),
    followed_id: text().primaryKey().references("users"),
  }).duplicates("identical"),
  posts: {
    post_id: text().primaryKey(),
    user_id: text().references("users"),
    content: text(),
    image_url: text(),
    posted_at: timestamptz(),
  },
  likes: {
    post_id: text().primaryKey().references("posts"),
    user_id: text().primaryKey().references("users"),
  },
  like_counts: { post_id: text().primaryKey().references("posts"), likes: numeric() },
  timeline_entries: {
    user_id: text().primaryKey().references("users"),
    post_id: text().primaryKey().references("posts"),
    author_id: text().references("users"),
    expires_at: timestamptz(),
  },
});

export type Database = TargetDatabase<typeof tables>;
