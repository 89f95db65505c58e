/** Schema version 5: folders whose files become jobs of a recipe, and which of their files were taken. */
export const SCHEMA_0005 = `
CREATE TABLE watch_folder (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  folder     TEXT NOT NULL,
  recipe     TEXT NOT NULL,
  recursive  INTEGER NOT NULL,
  settle_ms  INTEGER NOT NULL,
  enabled    INTEGER NOT NULL DEFAULT 1,
  created_ms INTEGER NOT NULL,
  UNIQUE (folder, recipe)
) STRICT;

CREATE TABLE watched_file (
  watch_id INTEGER NOT NULL,
  path     TEXT NOT NULL,             -- from the folder on, with "/"
  size     INTEGER NOT NULL,
  mtime_ms INTEGER NOT NULL,
  gone     INTEGER NOT NULL DEFAULT 0, -- 1: it was not there when somebody looked; one that comes later is another
  PRIMARY KEY (watch_id, path)
) STRICT, WITHOUT ROWID;
`
