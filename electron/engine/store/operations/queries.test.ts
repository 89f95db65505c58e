import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../../../tests/fakes/temp-dir.ts'
import { openDatabase } from '../database.ts'
import { READY_QUERIES } from './queries.ts'

function plan(sql: string): string {
  const db = openDatabase({ file: join(tempDir(), 'jobs.db') })
  onTestFinished(() => {
    db.close()
  })
  const parameters = { group_id: 1, limit: 10, priority: 0, position: 0, id: 0, wanted: 0 }
  const used = Object.fromEntries(Object.entries(parameters).filter(([name]) => sql.includes(`@${name}`)))
  return db
    .prepare<[Record<string, number>], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(used)
    .map(({ detail }) => detail)
    .join('\n')
}

test('ready jobs are found by walking the index from where one wants to start, without sorting', () => {
  const ways = {
    start: 'SEARCH job USING INDEX job_ready (group_id=?)',
    within: 'SEARCH job USING INDEX job_ready (group_id=? AND priority=? AND position>?)',
    below: 'SEARCH job USING INDEX job_ready (group_id=? AND priority<?)',
  }
  for (const [name, way] of Object.entries(ways)) {
    const details = plan(READY_QUERIES[name as keyof typeof ways])
    expect(details).toContain(way)
    expect(details).not.toContain('TEMP B-TREE')
    expect(details).not.toContain('SCAN job')
  }
})
