/** The items of the social network: the kind stands at the end of the partition key, or in quotes in the sort key. */
import { defineItems } from "../../../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(
  tables,
  // All timeline entries have long expired, and are wanted all the same.
  { keys: { pk: "PK", sk: "SK" }, ttl: { attribute: "ttl", expired: "migrate" } },
  ({ item, into, part }) => [
    item("UserInfo", { pk: "u#{user}", sk: '"info"' }, ({ key, attr }) => [
      part("users", {
        user_id: key.user,
        name: attr("name"),
        content: attr("content"),
        image_url: attr("imageUrl"),
        etc: attr("etc"),
      }),
    ]),
    item("UserCount", { pk: "u#{user}", sk: '"count"' }, ({ key, attr }) => [
      part("users", {
        user_id: key.user,
        followers: attr("follower#"),
        followings: attr("following#"),
        posts: attr("post#"),
      }),
    ]),
    item("Follower", { pk: "u#{user}#follower", sk: "u#{other}" }, ({ key }) => [
      into("follows", { follower_id: key.other, followed_id: key.user }),
    ]),
    item("Following", { pk: "u#{user}#following", sk: "u#{other}" }, ({ key }) => [
      into("follows", { follower_id: key.user, followed_id: key.other }),
    ]),
    item("Post", { pk: "u#{user}#post", sk: "p#{post}" }, ({ key, attr }) => [
      into("posts", {
        post_id: key.post,
        user_id: key.user,
        content: attr("content"),
        image_url: attr("imageUrl"),
        posted_at: attr("timestamp").digits().epochSeconds(),
      }),
    ]),
    item("Like", { pk: "p#{post}#likelist", sk: "u#{user}" }, ({ key }) => [
      into("likes", { post_id: key.post, user_id: key.user }),
    ]),
    item("LikeCount", { pk: "p#{post}#likecount", sk: '"count"' }, ({ key, attr }) => [
      into("like_counts", { post_id: key.post, likes: attr("etc").digits() }),
    ]),
    item("TimelineEntry", { pk: "u#{user}#timeline", sk: "p#{post}#u#{author}" }, ({ key, attr }) => [
      into("timeline_entries", {
        user_id: key.user,
        post_id: key.post,
        author_id: key.author,
        expires_at: attr("ttl").epochSeconds(),
      }),
    ]),
  ],
);
