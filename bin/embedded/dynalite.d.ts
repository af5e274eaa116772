/** What this project uses of dynalite, which ships no types. */
declare module "dynalite" {
  import type { Server } from "node:http";
  export default function dynalite(options?: {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
  }): Server;
}
declare module "dynalite/validations/scan.js" {
  const validation: { readonly types: Record<string, string> };
  export default validation;
}
