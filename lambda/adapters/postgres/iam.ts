/** `?auth=iam` in a target's URL → a password that is a token, signed here and good for a quarter of an hour: one for each connection. */
import { Signer } from "@aws-sdk/rds-signer";
import type pg from "pg";
import { MigrationError } from "../../domain/migration-error.ts";

/** As RDS names its hosts: the region stands in them. */
const RDS_HOST = /\.([a-z0-9-]+)\.rds\.amazonaws\.com(\.cn)?$/;

/** The URL as the driver takes it, and the password where it is a token. Throws MigrationError `settings`. */
export function withToken(url: string): Pick<pg.ClientConfig, "connectionString" | "password"> {
  const parsed = new URL(url);
  const auth = parsed.searchParams.get("auth");
  if (auth === null) return { connectionString: url };
  parsed.searchParams.delete("auth");
  const refused = (problem: string, remedy: string): MigrationError => new MigrationError("settings", problem, remedy);
  if (auth !== "iam")
    throw refused("the target asks for a way to sign in that is not known", "write auth=iam, or leave it out");
  const { hostname, username } = parsed;
  const region = RDS_HOST.exec(hostname)?.[1] ?? process.env.AWS_REGION;
  if (username === "")
    throw refused("the target names no user to sign in as", "write postgres://USER@HOST/DATABASE?auth=iam");
  if (region === undefined) throw refused("the region of the target is not known", "set AWS_REGION");
  const port = parsed.port === "" ? 5432 : Number(parsed.port);
  const signer = new Signer({ hostname, port, username: decodeURIComponent(username), region });
  parsed.password = "";
  return { connectionString: parsed.href, password: () => signer.getAuthToken() };
}
