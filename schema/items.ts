/**
 * How the items of the DynamoDB table become rows. Each `item` names one kind of item by the shape of its key; what stands
 * in braces is captured and can be used like any attribute. An attribute that is absent or NULL is refused unless it is
 * said to be `.optional()` or `.nullable()`, and an attribute nobody reads is reported: nothing is dropped in silence.
 */
import { defineItems } from "../lambda/mapping/index.ts";
import { tables } from "./tables.ts";

export const items = defineItems(
  tables,
  {
    keys: { pk: "PK", sk: "SK" },
    // The key already tells the type, and the keys of the index repeat what other attributes say.
    ignore: ["EntityType", "GSI1PK", "GSI1SK"],
    // Sessions that have expired when the run starts stay behind. They are counted, not forgotten.
    ttl: { attribute: "ExpiresAt", expired: "skip" },
  },
  ({ item, into, part, each }) => [
    item("User", { pk: "USER#{userId}", sk: "METADATA" }, ({ key, attr }) => [
      part("users", {
        user_id: key.userId,
        user_name: attr("UserName"),
        email: attr("Email"),
        quota_bytes: attr("QuotaBytes"),
        created_at: attr("CreatedAt"),
      }),
    ]),

    item("Profile", { pk: "USER#{userId}", sk: "PROFILE" }, ({ key, attr }) => [
      part("users", {
        user_id: key.userId,
        display_name: attr("DisplayName"),
        about: attr("About").optional().nullable(),
        birthday: attr("Birthday").optional(),
        settings: attr("Settings"),
      }),
    ]),

    item("Folder", { pk: "USER#{ownerId}", sk: "FOLDER#{folderId}" }, ({ key, attr }) => [
      into("folders", {
        folder_id: key.folderId,
        owner_id: key.ownerId,
        parent_folder_id: attr("ParentFolderId").optional(),
        name: attr("FolderName"),
        created_at: attr("CreatedAt"),
      }),
    ]),

    // One item, rows in four tables.
    item("File", { pk: "FOLDER#{folderId}", sk: "FILE#{fileId}" }, ({ key, attr }) => [
      into("files", {
        file_id: key.fileId,
        folder_id: key.folderId,
        name: attr("FileName"),
        description: attr("Description").optional().nullable(),
        size: attr("FileSize"),
        score: attr("Score"),
        checksum: attr("Checksum"),
        archived: attr("Archived"),
        metadata: attr("Metadata"),
        created_at: attr("CreatedAt"),
        // A number is no time until someone says what it counts.
        modified_at: attr("ModifiedAt").epochMillis(),
      }),
      each(attr("Tags").optional(), (tag) => into("file_tags", { file_id: key.fileId, tag })),
      each(attr("CategoryIds").optional(), (category) =>
        into("file_categories", { file_id: key.fileId, category_id: category }),
      ),
      each(attr("Versions").optional(), (version, position) =>
        into("file_versions", {
          file_id: key.fileId,
          position,
          size: version.at("Size"),
          uploaded_by: version.at("UploadedBy"),
          uploaded_at: version.at("UploadedAt").epochMillis(),
          note: version.at("Note").optional(),
        }),
      ),
    ]),

    item("Category", { pk: "CATEGORY#{categoryId}", sk: "METADATA" }, ({ key, attr }) => [
      into("categories", {
        category_id: key.categoryId,
        name: attr("CategoryName"),
        price_per_gib: attr("PricePerGiB"),
      }),
    ]),

    item("FileShare", { pk: "USER#{userId}", sk: "SHARE#{fileId}" }, ({ key, attr }) => [
      into("file_shares", {
        user_id: key.userId,
        file_id: key.fileId,
        permission: attr("Permission"),
        shared_at: attr("SharedAt"),
      }),
    ]),

    // The same fact in both directions: one table, two kinds of item.
    item("Collaborator", { pk: "FOLDER#{folderId}", sk: "COLLABORATOR#{userId}" }, ({ key, attr }) => [
      into("folder_collaborators", {
        folder_id: key.folderId,
        user_id: key.userId,
        role: attr("Role"),
        since: attr("Since"),
      }),
    ]),
    item("Collaboration", { pk: "USER#{userId}", sk: "COLLABORATION#{folderId}" }, ({ key, attr }) => [
      into("folder_collaborators", {
        folder_id: key.folderId,
        user_id: key.userId,
        role: attr("Role"),
        since: attr("Since"),
      }),
    ]),

    item("UploadSession", { pk: "USER#{userId}", sk: "UPLOAD#{sessionId}" }, ({ key, attr }) => [
      into("upload_sessions", {
        session_id: key.sessionId,
        user_id: key.userId,
        folder_id: attr("FolderId"),
        file_name: attr("FileName"),
        bytes_received: attr("BytesReceived"),
        started_at: attr("StartedAt"),
        expires_at: attr("ExpiresAt").epochSeconds(),
      }),
    ]),
  ],
);
