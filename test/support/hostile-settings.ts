/** As unlike this project's own session settings as a server can be: whoever forgets to pin one finds out. */
export const HOSTILE_SETTINGS = {
  timezone: "Asia/Kathmandu",
  datestyle: "SQL, DMY",
  extra_float_digits: "-5",
  bytea_output: "escape",
  max_connections: "200",
} as const;
