#!/usr/bin/env bash
# gunzip | jq | \copy, a table at a time, as a patient operator types it. gunzip-jq-copy.sh URL FILE.gz
# No ledger, no proof; numbers inside JSON lose digits, of two items that tell the same only one is looked at, and base64 and the
# second half of users go through tables of their own.
set -euo pipefail
url=$1 file=$2

common='
  def plain: if has("S") then .S elif has("N") then .N | tonumber elif has("BOOL") then .BOOL elif has("NULL") then null
    elif has("M") then .M | map_values(plain) elif has("L") then .L | map(plain) else to_entries[0].value end;
  def text: if . == null or has("NULL") then null else .S end;
  def seconds: tonumber | strftime("%Y-%m-%dT%H:%M:%S");
  def millis: (.N[:-3] | seconds) + "." + .N[-3:] + "Z";
  def id: split("#")[1];
  .Item | .PK.S as $pk | .SK.S as $sk |
  def kind($p; $s): select(($pk | startswith($p + "#")) and ($sk | split("#")[0]) == $s);'

psql() { command psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$url" "$@"; }
into() { gunzip -c "$file" | jq -r "$common $2 | @csv" | psql -c "\\copy $1 from pstdin csv"; }

psql -c 'create table file_raw (like files); alter table file_raw alter checksum type text' -c 'create table profile (like users); alter table profile alter user_name drop not null, alter email drop not null, alter quota_bytes drop not null, alter created_at drop not null'

into 'users (user_id, user_name, email, quota_bytes, created_at)' \
  'kind("USER"; "METADATA") | [($pk | id), .UserName.S, .Email.S, .QuotaBytes.N, .CreatedAt.S]'
into 'profile (user_id, display_name, about, birthday, settings)' \
  'kind("USER"; "PROFILE") | [($pk | id), .DisplayName.S, (.About | text), .Birthday.S, (.Settings | plain | tojson)]'
into 'folders (folder_id, owner_id, parent_folder_id, name, created_at)' \
  'kind("USER"; "FOLDER") | [($sk | id), ($pk | id), .ParentFolderId.S, .FolderName.S, .CreatedAt.S]'
into 'file_raw (file_id, folder_id, name, description, size, score, checksum, archived, metadata, created_at, modified_at)' \
  'kind("FOLDER"; "FILE") | [($sk | id), ($pk | id), .FileName.S, (.Description | text), .FileSize.N, .Score.N, .Checksum.B,
    .Archived.BOOL, (.Metadata | plain | tojson), .CreatedAt.S, (.ModifiedAt | millis)]'
into 'file_tags (file_id, tag)' 'kind("FOLDER"; "FILE") | .Tags.SS[]? as $tag | [($sk | id), $tag]'
into 'file_categories (file_id, category_id)' \
  'kind("FOLDER"; "FILE") | .CategoryIds.L[]? as $category | [($sk | id), $category.S]'
into 'file_versions (file_id, position, size, uploaded_by, uploaded_at, note)' \
  'kind("FOLDER"; "FILE") | (.Versions.L // [] | to_entries[]) as {key: $position, value: {M: $v}} |
    [($sk | id), $position, $v.Size.N, $v.UploadedBy.S, ($v.UploadedAt | millis), $v.Note.S]'
into 'categories (category_id, name, price_per_gib)' \
  'kind("CATEGORY"; "METADATA") | [($pk | id), .CategoryName.S, .PricePerGiB.N]'
into 'file_shares (user_id, file_id, permission, shared_at)' \
  'kind("USER"; "SHARE") | [($pk | id), ($sk | id), .Permission.S, .SharedAt.S]'
into 'folder_collaborators (folder_id, user_id, role, since)' \
  'kind("FOLDER"; "COLLABORATOR") | [($pk | id), ($sk | id), .Role.S, .Since.S]'
into 'upload_sessions (session_id, user_id, folder_id, file_name, bytes_received, started_at, expires_at)' \
  'kind("USER"; "UPLOAD") | select((.ExpiresAt.N | tonumber) > now) |
    [($sk | id), ($pk | id), .FolderId.S, .FileName.S, .BytesReceived.N, .StartedAt.S, (.ExpiresAt.N | seconds) + "Z"]'

psql -c "insert into files select file_id, folder_id, name, description, size, score, decode(checksum, 'base64'), archived, metadata, created_at, modified_at from file_raw" \
  -c 'update users set display_name = p.display_name, about = p.about, birthday = p.birthday, settings = p.settings from profile p where p.user_id = users.user_id' \
  -c 'drop table file_raw, profile'
