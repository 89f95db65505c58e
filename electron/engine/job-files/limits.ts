/** What the readers of job files put up with. Each is told in the fault of whoever exceeds it, and in docs/job-files.md. */

const KIB = 1024
const MIB = 1024 * KIB

export const MAX_YAML_BYTES = 1 * MIB
export const MAX_JSON_BYTES = 8 * MIB
export const MAX_SCRIPT_BYTES = 16 * MIB
/** One line of JSON Lines; the file itself has no limit. */
export const MAX_LINE_BYTES = 1 * MIB
/** The first line of a script, as far as it is looked at. */
export const MAX_SHEBANG_BYTES = 1 * KIB
/** So much of a script is searched for NUL: what has one there is a program or an image, not a script. */
export const SCRIPT_TEXT_BYTES = 8 * KIB

/** The settings that stand in a script, in UTF-16 units. */
export const MAX_HEADER_CHARS = 64 * KIB

/** Jobs of one YAML or JSON file: as many as the shortest ones that can be written fit into the largest file. */
export const MAX_DOCUMENT_JOBS = MAX_JSON_BYTES / '{"command":"x"},'.length

/** Files whose jobs need jobs of other files are read together: UTF-16 units of all of them. */
export const MAX_LINKED_CHARS = 8 * MIB

/** Maps and lists inside each other. */
export const MAX_DEPTH = 100
/** UTF-16 units of all texts and one for each value, with every alias of a YAML file counted as a copy. */
export const MAX_EXPANDED_CHARS = 8 * MIB

/** Faults listed for one file; all are counted. */
export const MAX_FILE_PROBLEMS = 100
/** Faults listed for one drop; all are counted. */
export const MAX_PROBLEMS = 1_000
/** Text of a job file that is quoted in a fault, in UTF-16 units. */
export const MAX_QUOTED_CHARS = 60
export const MAX_PATH_CHARS = 200

/** Job files of one drop. More jobs than that belong into JSON Lines. */
export const MAX_FILES = 100_000
/** Names looked at in folders for one drop, job files or not. */
export const MAX_FOLDER_ENTRIES = 1_000_000

/** Jobs of one message, unless a need on a later job keeps more of them together. */
export const MAX_BATCH_JOBS = 512
/** Size of one message, roughly. */
export const MAX_BATCH_CHARS = 1 * MIB
/** Messages that wait for the consumer. */
export const MAX_BATCHES_IN_FLIGHT = 2
/** Heap of the reading thread; the worst file within the limits above needs about half. */
export const MAX_HEAP_MIB = 1_024
/** Half of Node's own: what is read does not live long, and memory of the owner counts. */
export const MAX_YOUNG_HEAP_MIB = 16
