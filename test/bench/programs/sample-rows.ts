/** An item of the sample domain, unmarshalled → its rows, as one would write it by hand: field by field, and no question asked. */
import { unmarshall } from "@aws-sdk/util-dynamodb";

export interface TableShape {
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

export type Row = readonly unknown[];
export type TableName = keyof typeof TABLES;

const table = (columns: string, key: string): TableShape => ({ columns: columns.split(" "), key: key.split(" ") });

export const TABLES = {
  users: table("user_id user_name email quota_bytes created_at display_name about birthday settings", "user_id"),
  folders: table("folder_id owner_id parent_folder_id name created_at", "folder_id"),
  files: table(
    "file_id folder_id name description size score checksum archived metadata created_at modified_at",
    "file_id",
  ),
  file_tags: table("file_id tag", "file_id tag"),
  file_categories: table("file_id category_id", "file_id category_id"),
  file_versions: table("file_id position size uploaded_by uploaded_at note", "file_id position"),
  categories: table("category_id name price_per_gib", "category_id"),
  file_shares: table("user_id file_id permission shared_at", "user_id file_id"),
  folder_collaborators: table("folder_id user_id role since", "folder_id user_id"),
  upload_sessions: table("session_id user_id folder_id file_name bytes_received started_at expires_at", "session_id"),
} as const;

/** Numbers come as objects that keep their text: Postgres takes the text, and JSON what a double keeps of it. */
const number = (value: unknown): string => String(value);
const moment = (value: unknown, unit: number): string => new Date(Number(number(value)) * unit).toISOString();

const isNumber = (value: unknown): value is { readonly value: string } =>
  typeof value === "object" && value !== null && "value" in value && Object.keys(value).length === 1;

const json = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (isNumber(each) ? Number(each.value) : each instanceof Set ? [...each] : each));

/** Users come in two items; the half that is there first waits for the other. */
interface Halves {
  readonly account?: Row;
  readonly profile?: Row;
}

const waiting = new Map<string, Halves>();

function* userOf(userId: string, half: Halves): Generator<readonly [TableName, Row]> {
  const both = { ...waiting.get(userId), ...half };
  if (both.account === undefined || both.profile === undefined) waiting.set(userId, both);
  else {
    waiting.delete(userId);
    yield ["users", [userId, ...both.account, ...both.profile]];
  }
}

/** Accounts without a profile, at the end. */
export function* loneAccounts(): Generator<readonly [TableName, Row]> {
  for (const [userId, { account = [] }] of waiting) yield ["users", [userId, ...account, null, null, null, null]];
}

export function* rowsOf(line: string, now: number): Generator<readonly [TableName, Row]> {
  const item = unmarshall(JSON.parse(line).Item, { wrapNumbers: true });
  const [kind, owner] = item.PK.split("#");
  const [sort, id] = item.SK.split("#");
  switch (`${kind}/${sort}`) {
    case "USER/METADATA":
      return yield* userOf(owner, { account: [item.UserName, item.Email, number(item.QuotaBytes), item.CreatedAt] });
    case "USER/PROFILE":
      return yield* userOf(owner, { profile: [item.DisplayName, item.About, item.Birthday, json(item.Settings)] });
    case "USER/FOLDER":
      return yield ["folders", [id, owner, item.ParentFolderId, item.FolderName, item.CreatedAt]];
    case "CATEGORY/METADATA":
      return yield ["categories", [owner, item.CategoryName, number(item.PricePerGiB)]];
    case "USER/SHARE":
      return yield ["file_shares", [owner, id, item.Permission, item.SharedAt]];
    case "FOLDER/COLLABORATOR":
      return yield ["folder_collaborators", [owner, id, item.Role, item.Since]];
    case "USER/COLLABORATION":
      return yield ["folder_collaborators", [id, owner, item.Role, item.Since]];
    case "USER/UPLOAD": {
      if (Number(number(item.ExpiresAt)) * 1000 < now) return;
      const [bytes, expires] = [number(item.BytesReceived), moment(item.ExpiresAt, 1000)];
      return yield ["upload_sessions", [id, owner, item.FolderId, item.FileName, bytes, item.StartedAt, expires]];
    }
    case "FOLDER/FILE": {
      const [size, score] = [number(item.FileSize), number(item.Score)];
      const described = [
        item.FileName,
        item.Description,
        size,
        score,
        Buffer.from(item.Checksum, "base64"),
        item.Archived,
      ];
      const times = [item.CreatedAt, moment(item.ModifiedAt, 1)];
      yield ["files", [id, owner, ...described, json(item.Metadata), ...times]];
      for (const tag of item.Tags ?? []) yield ["file_tags", [id, tag]];
      for (const category of item.CategoryIds ?? []) yield ["file_categories", [id, category]];
      for (const [position, version] of (item.Versions ?? []).entries()) {
        const uploaded = [version.UploadedBy, moment(version.UploadedAt, 1), version.Note];
        yield ["file_versions", [id, position, number(version.Size), ...uploaded]];
      }
      return;
    }
    default:
      throw new Error(`no row for ${item.PK} ${item.SK}`);
  }
}
