import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { mountFault } from '../../testing/small-disk.ts'
import { fillableDisk } from '../testing/fillable-disk.ts'
import { openSqliteStore } from './sqlite-store.ts'
import { describeStore } from './store.conformance.ts'
import type { Store } from './store.ts'

const temporaryFile = () => join(temporaryFolder(), 'agent.sqlite')

function open(file: string): Store {
  const store = openSqliteStore(file)
  onTestFinished(() => store.close())
  return store
}

describeStore('in SQLite', () => {
  const file = temporaryFile()
  return { open: () => open(file) }
})

/** A process that writes one record after another, and says so after each. */
function writingProcess(file: string) {
  const script = fileURLToPath(new URL('../testing/write-for-ever.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

describe('a store in SQLite', () => {
  test('is refused to a second process by name, and loses nothing to a kill', async () => {
    const file = temporaryFile()
    const child = writingProcess(file)
    let acknowledged = 0
    child.stdout.setEncoding('utf8')
    for await (const text of child.stdout as AsyncIterable<string>) {
      acknowledged = Math.max(acknowledged, ...text.trim().split('\n').map(Number))
      if (acknowledged >= 20) break
    }
    expect(() => openSqliteStore(file)).toThrow(
      expect.objectContaining({
        code: 'DATA_FOLDER_IN_USE',
        message: `another agent (process ${child.pid}) has the agent's state ${file} open`,
        details: expect.objectContaining({ pid: child.pid }),
      }),
    )
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const records = open(file).read()
    for (let number = 1; number <= acknowledged; number++) {
      expect(records.get(`report/${number}`)).toBe(`text ${number}`)
    }
  })

  test('leaves nothing behind that says it is in use', () => {
    const file = temporaryFile()
    openSqliteStore(file).close()
    expect(existsSync(`${file}.pid`)).toBe(false)
  })

  test('says so where the file is no database', () => {
    const file = temporaryFile()
    writeFileSync(file, 'something else entirely, long enough to have a header'.repeat(40))
    expect(() => openSqliteStore(file)).toThrow(
      expect.objectContaining({ code: 'AGENT_STATE_CORRUPT' }),
    )
  })

  test('says so where the folder is not there', () => {
    expect(() => openSqliteStore(join(temporaryFile(), 'nowhere', 'agent.sqlite'))).toThrow(
      expect.objectContaining({ code: 'AGENT_STATE_FAILED' }),
    )
  })

  test.each([
    ['a later version of ours', 'pragma user_version = 99', 'AGENT_STATE_FAILED'],
    ['another program', 'pragma application_id = 7', 'AGENT_STATE_CORRUPT'],
  ])('does not touch the file of %s', (_, sql, code) => {
    const file = temporaryFile()
    openSqliteStore(file).close()
    const db = new DatabaseSync(file)
    db.exec(sql)
    db.close()
    expect(() => openSqliteStore(file)).toThrow(expect.objectContaining({ code }))
  })
})

// skipped: no file system can be mounted here, which small-disk.ts says aloud
describe.runIf(mountFault === null)('a store in SQLite on a full disk', () => {
  test('refuses a write whole, keeps what it had, and goes on when there is room', async () => {
    const disk = fillableDisk()
    const store = open(join(disk.folder, 'agent.sqlite'))
    await store.write([{ name: 'lease/1', text: 'one' }])
    disk.fill()
    const large = Array.from({ length: 100 }, (_, number) => {
      return { name: `report/${number}`, text: 'x'.repeat(4_000) }
    })
    await expect(store.write(large)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect([...store.read().keys()]).toEqual(['lease/1'])
    disk.clear()
    await store.write(large)
    expect(store.read().size).toBe(101)
  })
})
