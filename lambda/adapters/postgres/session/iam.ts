/** `?auth=iam` in a target's URL → a password that is a token, signed here and good for a quarter of an hour: one for each connection. */
import { MigrationError } from "../../../domain/migration-error.ts";
import type { Address } from "./address.ts";

/** As RDS names its hosts: the region stands in them. */
const RDS_HOST = /\.([a-z0-9-]+)\.rds\.amazonaws\.com(\.cn)?$/;

/** What signs in: a password as the URL has it, or a token for each connection. Throws MigrationError `settings`. */
export function passwordOf(
  url: string,
  { host, port, user, password }: Address,
): string | (() => Promise<string>) | undefined {
  const { searchParams, username } = new URL(url);
  const auth = searchParams.get("auth");
  if (auth === null) return password;
  const refused = (problem: string, remedy: string): MigrationError => new MigrationError("settings", problem, remedy);
  if (auth !== "iam")
    throw refused("the target asks for a way to sign in that is not known", "write auth=iam, or leave it out");
  const region = RDS_HOST.exec(host)?.[1] ?? process.env.AWS_REGION;
  // The driver would sign in as whoever runs this.
  if (user === undefined || (username === "" && !searchParams.get("user")))
    throw refused("the target names no user to sign in as", "write postgres://USER@HOST/DATABASE?auth=iam");
  if (region === undefined) throw refused("the region of the target is not known", "set AWS_REGION");
  return async () => {
    const { Signer } = await import("@aws-sdk/rds-signer");
    return new Signer({ hostname: host, port, username: user, region }).getAuthToken();
  };
}
