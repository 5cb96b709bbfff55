import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { styleFor } from '../../style.ts'
import { temporaryFolder } from '../../testing/host.ts'
import { createLog, readable, readLine } from './log.ts'
import { follow, lastLines } from './read-log.ts'
import { filesOf, openRotatingFile } from './rotating-file.ts'

const style = styleFor(false, 80)

function opened(folder: string, bytesMax: number, filesKept = 2) {
  return openRotatingFile({ folder, name: 'agent', bytesMax, filesKept })
}

describe('a log', () => {
  test('is JSON in its file and readable on stderr', () => {
    const folder = temporaryFolder()
    const said: string[] = []
    const file = opened(folder, 10_000)
    const say = (text: string) => said.push(text)
    const log = createLog({ file, say, style, nowMs: () => 1_700_000_000_000 })
    log({ level: 'warning', message: 'parted', fields: { waitMs: 250, place: 'http://x' } })
    file.close()
    const text = readFileSync(file.path, 'utf8')
    const line = readLine(text.trim())
    expect(line).toEqual({
      at: '2023-11-14T22:13:20.000Z',
      level: 'warning',
      message: 'parted',
      waitMs: 250,
      place: 'http://x',
    })
    expect(said).toEqual(['22:13:20 warning parted waitMs=250 place=http://x\n'])
    expect(`${readable(line!, style)}\n`).toBe(said[0])
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(readLine('{"at": "half')).toBeNull()
  })

  test('keeps so many files of so many bytes, and no more', () => {
    const folder = temporaryFolder()
    const file = opened(folder, 100)
    for (let i = 0; i < 100; i++) file.write(`${`line ${i}`.padEnd(29)}\n`)
    file.close()
    expect(readdirSync(folder).sort()).toEqual(['agent.1.log', 'agent.2.log', 'agent.log'])
    for (const name of readdirSync(folder)) {
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100)
    }
    const files = filesOf({ folder, name: 'agent', filesKept: 2 })
    const last = lastLines(files, 5).map((line) => line.trim())
    expect(last).toEqual(['line 95', 'line 96', 'line 97', 'line 98', 'line 99'])
    expect(lastLines(files, 1_000)).toHaveLength(7)
  })

  test('goes on in the file that is there', () => {
    const folder = temporaryFolder()
    for (const text of ['one\n', 'two\n']) {
      const file = opened(folder, 1_000)
      file.write(text)
      file.close()
    }
    expect(lastLines([join(folder, 'agent.log')], 9)).toEqual(['one', 'two'])
  })

  test('is followed while it is written, over the turn of a file', async () => {
    const folder = temporaryFolder()
    const file = opened(folder, 60)
    file.write('before\n')
    const stop = new AbortController()
    const lines: string[] = []
    const seen = Promise.withResolvers<void>()
    const followed = follow(
      file.path,
      (line) => {
        lines.push(line)
        if (line === 'line 9') seen.resolve()
        else if (/^line \d$/.test(line)) write(Number(line.at(-1)) + 1)
      },
      stop.signal,
    )
    // Each line is written when the one before was seen: none is passed over.
    const write = (number: number) => setImmediate(() => file.write(`line ${number}\n`))
    write(0)
    await seen.promise
    stop.abort()
    await followed
    file.close()
    expect(lines).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i}`))
    expect(readdirSync(folder).length).toBeGreaterThan(1)
  })

  test('of which half a line is written shows it when it is whole', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'agent.log')
    appendFileSync(path, '')
    const stop = new AbortController()
    const lines: string[] = []
    const followed = follow(path, (line) => lines.push(line) && stop.abort(), stop.signal)
    appendFileSync(path, 'ha')
    setImmediate(() => appendFileSync(path, 'lf\n'))
    await followed
    expect(lines).toEqual(['half'])
  })
})
