/** Values of SQLite's `PRAGMA synchronous` that we offer. */
export const SYNCHRONOUS = ['FULL', 'NORMAL'] as const
/** FULL: what was committed survives a power cut. NORMAL: a power cut may take the last commits, nothing is damaged. */
export type Synchronous = (typeof SYNCHRONOUS)[number]
