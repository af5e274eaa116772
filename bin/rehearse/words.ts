/** The words made-up data is made of: names, folders, files and texts as people in many places write them. */

/** A given name as it is written, and in the letters of an address. */
export const GIVEN_NAMES = [
  ["Zoë", "zoe"],
  ["Łukasz", "lukasz"],
  ["Σοφία", "sofia"],
  ["محمد", "mohammed"],
  ["Ngọc", "ngoc"],
  ["小林", "kobayashi"],
  ["Siobhán", "siobhan"],
  ["José", "jose"],
  ["Ольга", "olga"],
  ["Ada", "ada"],
  ["Grace", "grace"],
  ["Édouard", "edouard"],
  ["अनन्या", "ananya"],
  ["Jürgen", "jurgen"],
  ["שרה", "sarah"],
  ["Wanjirũ", "wanjiru"],
] as const;

export const FAMILY_NAMES = [
  "O’Brien",
  "García Márquez",
  "Møller",
  "Nguyễn",
  "Öztürk",
  "de la Cruz",
  "Lovelace",
  "Wójcik",
  "Åkesson",
  "Smith-Jones",
  "Papadopoulos",
  "Tanaka",
] as const;

export const FOLDER_NAMES = [
  "Projects",
  "Résumés",
  "Invoices",
  "写真",
  "Old",
  "Drafts",
  "Family 👨‍👩‍👧",
  "Taxes 2024",
  "To be sorted",
  "Музыка",
  "Contracts",
  "Reisen",
  "a/b\\c",
  "Design",
] as const;

export const FILE_STEMS = [
  "report",
  "budget",
  "holiday-photo",
  "Übersicht",
  "minutes",
  "契約書",
  "invoice",
  "backup",
  "thesis final FINAL",
  "naïve résumé",
  "screenshot",
  "données",
  "🎉 party",
  "read me first",
] as const;

/** Endings of file names, each with its media type. */
export const FILE_TYPES = [
  ["pdf", "application/pdf"],
  ["jpg", "image/jpeg"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["txt", "text/plain"],
  ["mp4", "video/mp4"],
  ["zip", "application/zip"],
] as const;

export const TAGS = [
  "urgent",
  "draft",
  "final",
  "2024",
  "privé",
  "重要",
  "to review",
  "💡",
  "customer:acme",
  "x",
] as const;

/** Texts that are easily lost or changed on the way: empty, the word NULL, blanks at the ends, quotes, other scripts. */
export const TEXTS = [
  "",
  "NULL",
  "  kept as it is  ",
  "Two lines,\nthe second with a\ttab.",
  `He said: "it's in C:\\temp"; then left.`,
  "Crème brûlée, 100 % — für 3 €",
  "日本語のメモ",
  "نص من اليمين إلى اليسار",
  "e\u0301 is not é",
  "🏳️‍🌈 and 👩🏽‍🚀",
  '{"not": ["json"]}',
  "Second quarter, as discussed on Monday.",
  "Please do not edit; ask me first.",
] as const;

export const CATEGORIES = [
  ["contracts", "Contracts & legal"],
  ["finance", "Finance"],
  ["photos", "Photos 📷"],
  ["research", "Research"],
  ["music", "Musique"],
  ["design", "Design"],
  ["private", "Private"],
  ["archive", "Archiv"],
] as const;
