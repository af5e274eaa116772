/**
 * Ids and chance → the items of the sample domain, one method for each kind, as plain JavaScript values to be marshalled.
 * They hold on purpose what migrations lose: many digits, empty texts, NULL beside absent, times spelled in several ways.
 */
import { NumberValueImpl as ExactNumber, type NativeAttributeValue } from "@aws-sdk/util-dynamodb";
import type { Random } from "./random.ts";
import { CATEGORIES, FAMILY_NAMES, FILE_STEMS, FILE_TYPES, FOLDER_NAMES, TAGS, TEXTS } from "./words.ts";

/** An item before it is marshalled. What is `undefined` is absent. */
export type Draft = Record<string, NativeAttributeValue>;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;

export class Drafts {
  readonly #random: Random;
  /** Milliseconds since 1970. */
  readonly #now: number;

  constructor(random: Random, now: number) {
    this.#random = random;
    this.#now = now;
  }

  category(id: string, name: string): Draft {
    return {
      PK: `CATEGORY#${id}`,
      SK: "METADATA",
      EntityType: "Category",
      CategoryName: name,
      PricePerGiB: ExactNumber.from(`0.0${this.#random.digits(37)}`),
    };
  }

  user(userId: string, latin: string): Draft {
    const email = `${userId}@${this.#random.pick(["example.com", "example.org", "mail.example.net"])}`;
    return {
      PK: `USER#${userId}`,
      SK: "METADATA",
      EntityType: "User",
      GSI1PK: `EMAIL#${email}`,
      GSI1SK: "USER",
      UserName: this.#random.chance(0.5) ? latin : `${latin} ${this.#random.pick(FAMILY_NAMES)}`,
      Email: email,
      // The largest bigint is how this team writes "no limit". A JavaScript number would round it.
      QuotaBytes: this.#random.chance(0.1) ? 2n ** 63n - 1n : 5n * 2n ** 30n,
      CreatedAt: this.#iso(this.#past()),
    };
  }

  profile(userId: string, given: string, pinned: readonly string[]): Draft {
    const random = this.#random;
    const born = this.#now - random.between(18 * YEAR, 80 * YEAR);
    return {
      PK: `USER#${userId}`,
      SK: "PROFILE",
      EntityType: "Profile",
      DisplayName: `${given} ${random.pick(FAMILY_NAMES)}`,
      About: this.#perhapsText(),
      Birthday: random.chance(0.7) ? new Date(born).toISOString().slice(0, 10) : undefined,
      Settings: {
        theme: random.pick(["light", "dark", ""]),
        "e-mail": { weekly: random.chance(0.5), "reply.to": null },
        pinned: [...pinned],
        zoom: ExactNumber.from(random.pick(["1", "1.50", "0.75", "1e-7", "12345678901234567890.12345"])),
      },
    };
  }

  folder(ownerId: string, folderId: string, parentFolderId: string | undefined): Draft {
    return {
      PK: `USER#${ownerId}`,
      SK: `FOLDER#${folderId}`,
      EntityType: "Folder",
      ParentFolderId: parentFolderId,
      FolderName: this.#random.pick(FOLDER_NAMES),
      CreatedAt: this.#iso(this.#past()),
    };
  }

  file(folderId: string, fileId: string, writers: readonly string[]): Draft {
    const random = this.#random;
    const [ending, mediaType] = random.pick(FILE_TYPES);
    const created = this.#past();
    const tags = random.some(TAGS, random.between(0, 4));
    return {
      PK: `FOLDER#${folderId}`,
      SK: `FILE#${fileId}`,
      EntityType: "File",
      GSI1PK: `WRITER#${random.pick(writers)}`,
      GSI1SK: `FILE#${new Date(created).toISOString()}`,
      FileName: `${random.pick(FILE_STEMS)}.${ending}`,
      Description: this.#perhapsText(),
      FileSize: random.chance(0.02) ? 0 : random.magnitude(100, 2e9),
      Score: this.#score(),
      Checksum: random.chance(0.02) ? new Uint8Array() : random.bytes(32),
      Archived: random.chance(0.2),
      Metadata: this.#metadata(mediaType),
      CreatedAt: this.#iso(created),
      ModifiedAt: random.between(created, this.#now),
      // DynamoDB knows no empty set: a file without tags lacks the attribute. A list may be empty or lacking.
      Tags: tags.length === 0 ? undefined : new Set<string>(tags),
      CategoryIds: random.chance(0.1) ? undefined : random.some(CATEGORIES, random.between(0, 2)).map(([id]) => id),
      Versions: random.chance(0.4)
        ? undefined
        : Array.from({ length: random.between(0, 4) }, () => this.#version(created, writers)),
    };
  }

  share(userId: string, fileId: string): Draft {
    return {
      PK: `USER#${userId}`,
      SK: `SHARE#${fileId}`,
      EntityType: "FileShare",
      GSI1PK: `FILE#${fileId}`,
      GSI1SK: `USER#${userId}`,
      Permission: this.#random.pick(["read", "comment", "write"]),
      SharedAt: this.#iso(this.#past()),
    };
  }

  /** Both directions of one edge. */
  collaborator(userId: string, folderId: string): readonly [Draft, Draft] {
    const edge = { Role: this.#random.pick(["viewer", "editor", "manager"]), Since: this.#iso(this.#past()) };
    return [
      { PK: `FOLDER#${folderId}`, SK: `COLLABORATOR#${userId}`, EntityType: "Collaborator", ...edge },
      { PK: `USER#${userId}`, SK: `COLLABORATION#${folderId}`, EntityType: "Collaboration", ...edge },
    ];
  }

  session(userId: string, folderId: string, state: "live" | "expired"): Draft {
    const random = this.#random;
    const expires = this.#now + (state === "live" ? 1 : -1) * random.between(DAY, 7 * DAY);
    return {
      PK: `USER#${userId}`,
      SK: `UPLOAD#${random.uuid()}`,
      EntityType: "UploadSession",
      FolderId: folderId,
      FileName: `${random.pick(FILE_STEMS)}.${random.pick(FILE_TYPES)[0]}`,
      BytesReceived: random.magnitude(1, 1e9),
      StartedAt: this.#iso(expires - 8 * DAY),
      ExpiresAt: Math.floor(expires / 1000),
    };
  }

  #version(created: number, writers: readonly string[]): Draft {
    const random = this.#random;
    return {
      Size: random.magnitude(100, 2e9),
      UploadedBy: random.pick(writers),
      UploadedAt: random.between(created, this.#now),
      Note: random.chance(0.5) ? random.pick(TEXTS) : undefined,
    };
  }

  /** Free-form data, as it collects in the map of every grown system. */
  #metadata(mediaType: string): Draft {
    const random = this.#random;
    const isImage = mediaType.startsWith("image/");
    return {
      mediaType,
      pixels: isImage ? { width: random.between(1, 8000), height: random.between(1, 8000) } : undefined,
      "scan.result": random.chance(0.3) ? { clean: true, engines: ["a", "b"], seconds: 0.25 } : undefined,
      history: random.chance(0.2) ? [] : undefined,
      replacedBy: random.chance(0.2) ? null : undefined,
      note: random.chance(0.2) ? random.pick(TEXTS) : undefined,
      wei: random.chance(0.1) ? ExactNumber.from(random.digits(38)) : undefined,
    };
  }

  /** Numbers as DynamoDB can hold them: up to 38 digits, far from zero and close to it. */
  #score(): ExactNumber {
    const random = this.#random;
    const sign = random.chance(0.2) ? "-" : "";
    switch (random.between(0, 5)) {
      case 0:
        return ExactNumber.from(`${sign}${random.digits(random.between(1, 38))}`);
      case 1:
        return ExactNumber.from(`${sign}${random.digits(20)}.${random.digits(18)}`);
      case 2:
        return ExactNumber.from(`${sign}${random.digits(1)}.${random.digits(37)}E-${random.between(1, 120)}`);
      case 3:
        return ExactNumber.from(`${random.digits(3)}E${random.between(1, 60)}`);
      case 4:
        return ExactNumber.from("0");
      default:
        return ExactNumber.from(`${sign}0.${random.digits(4)}`);
    }
  }

  /** A text, NULL, or nothing: three different things. */
  #perhapsText(): string | null | undefined {
    const choice = this.#random.fraction();
    if (choice < 0.6) return this.#random.pick(TEXTS);
    return choice < 0.8 ? null : undefined;
  }

  #past(): number {
    return this.#now - this.#random.between(8 * DAY, 5 * YEAR);
  }

  /** The moment as one of the writers of a long-lived table would have spelled it. */
  #iso(millis: number): string {
    const text = new Date(millis).toISOString();
    switch (this.#random.between(0, 3)) {
      case 0:
        return `${text.slice(0, 19)}Z`;
      case 1:
        return `${text.slice(0, 23)}${this.#random.between(100, 999)}Z`;
      case 2:
        return `${new Date(millis + 330 * MINUTE).toISOString().slice(0, 23)}+05:30`;
      default:
        return text;
    }
  }
}
