import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest } from '@vcp/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { openDatasetBook } from '../../../datasets/dataset-book.ts'
import { openLedger } from '../../../datasets/ledger-place.ts'
import { run, temporaryFolder } from '../../../testing/host.ts'

const rows = Array.from({ length: 1_234 }, (_, at) => `${at},${at / 2},${at % 3}`)
const budget = ['--epsilon', '8', '--delta', '1e-5']
let dataDir = ''
let file = ''

beforeEach(() => {
  dataDir = join(temporaryFolder(), 'data')
  file = put('points.csv', ['a,b,label', ...rows].join('\n'))
})

function put(name: string, text: string): string {
  const path = join(dataDir, '..', name)
  writeFileSync(path, text)
  return path
}

function dataset(...words: string[]) {
  return run(['node', 'dataset', ...words, '--data-dir', dataDir])
}

describe('vcp node dataset add', () => {
  test('reads all of it, declares two digits of its count, and grants a budget', async () => {
    const { exitCode, out } = await dataset('add', 'points', file, ...budget, '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      name: 'points',
      format: 'csv',
      paths: [file],
      examples: 1_200,
      epsilon: 8,
      delta: 1e-5,
      epsilon_left: 8,
      allow_plain: false,
      shapes: { x: [2] },
    })
    for (const name of ['datasets.json', 'privacy.sqlite']) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600)
    }
    const listed = await dataset('list')
    expect(listed.out).toContain('epsilon 8 left of 8')
  })

  test('takes labels that are texts, in the order that is given', async () => {
    const path = put('pets.csv', 'weight,label\n1,cat\n9,dog\n')
    const named = [...budget, '--classes', 'dog,cat']
    expect((await dataset('add', 'pets', path, ...named)).exitCode).toBe(0)
    const { source } = openDatasetBook(dataDir).find('pets')!
    expect(source).toMatchObject({ labels: { classes: ['dog', 'cat'] } })
    const unnamed = await dataset('add', 'pets', path, ...budget)
    expect(unnamed).toMatchObject({ exitCode: 2 })
    expect(unnamed.err).toContain('is not a number')
  })

  test.each([
    ['a file that is not there', ['points', '/nowhere.csv'], 'ENOENT'],
    ['a column that is not there', ['points', 'FILE', '--label', 'age'], "no column 'age'"],
    ['a format that nobody told', ['points', 'TEXT'], 'give --format'],
    ['a cell that is no number', ['points', 'BAD'], 'row 3'],
    ['no budget', ['points', 'FILE', '--epsilon', '0'], 'epsilon'],
    ['a name with a space', ['my points', 'FILE'], 'letters'],
  ])('refuses %s, and nothing is kept', async (_, words, message) => {
    const files = {
      FILE: file,
      TEXT: put('points.txt', 'x'),
      BAD: put('bad.csv', 'a,label\n1,1\nmany,2\n'),
    }
    const given = words.map((word) => files[word as keyof typeof files] ?? word)
    const { exitCode, err } = await dataset('add', ...budget, ...given)
    expect(exitCode).not.toBe(0)
    expect(err).toContain(message)
    expect(openDatasetBook(dataDir).all()).toEqual([])
  })

  test('lowers a budget, and raises one only where that is said', async () => {
    await dataset('add', 'points', file, ...budget)
    const to = (epsilon: string, ...more: string[]) =>
      dataset('add', 'points', file, '--epsilon', epsilon, '--delta', '1e-5', ...more)
    expect((await to('2')).exitCode).toBe(0)
    const raised = await to('4')
    expect(raised.exitCode).toBe(2)
    expect(raised.err).toContain('--raise')
    expect((await to('4', '--raise')).exitCode).toBe(0)
  })

  test('gives one file one budget, whatever it is called', async () => {
    await dataset('add', 'points', file, ...budget)
    const again = await dataset('add', 'others', file, ...budget)
    expect(again.exitCode).toBe(2)
    expect(again.err).toContain('the data set points already')
    await dataset('remove', 'points')
    expect((await dataset('add', 'others', file, ...budget)).exitCode).toBe(2)
    expect((await dataset('add', 'points', file, ...budget)).exitCode).toBe(0)
  })

  test('finds the two files of MNIST, and images by class', async () => {
    const folder = join(dataDir, '..', 'mnist')
    mkdirSync(folder)
    const images = Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6])
    writeFileSync(join(folder, 'train-images-idx3-ubyte'), images)
    writeFileSync(
      join(folder, 'train-labels-idx1-ubyte'),
      Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 1, 0]),
    )
    const { out } = await dataset('add', 'digits', folder, ...budget, '--json')
    expect(JSON.parse(out)).toMatchObject({ format: 'idx', examples: 2, shapes: { x: [1, 2] } })
    const empty = await dataset('add', 'faces', join(dataDir, '..'), ...budget)
    expect(empty.err).toContain('no folders of PNG or JPEG images')
  })
})

describe('a data set is granted', () => {
  const [ana, ben] = ['a'.repeat(64), 'b'.repeat(64)]
  const allowed = () => openDatasetBook(dataDir).find('points')?.allow

  test('to every submitter, unless some are named', async () => {
    await dataset('add', 'points', file, ...budget)
    expect(allowed()).toBeNull()
    expect((await dataset('list')).out).toContain('every submitter')
    await dataset('add', 'points', file, ...budget, '--allow', ben, '--allow', ana)
    expect(allowed()).toEqual([ana, ben])
    expect((await dataset('list')).out).toContain(ana)
    expect(JSON.parse((await dataset('list', '--json')).out)).toMatchObject([{ allow: [ana, ben] }])
  })

  test('to one more and to one less, and to nobody at all', async () => {
    await dataset('add', 'points', file, ...budget)
    expect((await dataset('allow', 'points', ana)).out).toContain(ana)
    await dataset('allow', 'points', ana)
    await dataset('allow', 'points', ben)
    expect(allowed()).toEqual([ana, ben])
    await dataset('deny', 'points', ana)
    expect(allowed()).toEqual([ben])
    await dataset('deny', 'points', ben)
    expect(allowed()).toEqual([])
    expect((await dataset('list')).out).toContain('no submitter')
    await dataset('allow', 'points', 'everybody')
    expect(allowed()).toBeNull()
    await dataset('deny', 'points', 'everybody')
    expect(allowed()).toEqual([])
  })

  test('to the same as before where it is added again, after it was removed too', async () => {
    await dataset('add', 'points', file, ...budget, '--allow', ana)
    await dataset('add', 'points', file, ...budget)
    expect(allowed()).toEqual([ana])
    await dataset('remove', 'points')
    await dataset('add', 'points', file, ...budget)
    expect(allowed()).toEqual([ana])
    await dataset('add', 'points', file, ...budget, '--allow', 'everybody')
    expect(allowed()).toBeNull()
  })

  test('to as many as there is room for, and one more harms nothing', async () => {
    await dataset('add', 'points', file, ...budget)
    const many = Array.from({ length: 1_000 }, (_, at) => `${at}`.padStart(64, '0') as Digest)
    const book = openDatasetBook(dataDir)
    book.put({ ...book.find('points')!, allow: many })
    const one = await dataset('allow', 'points', ana)
    expect(one.exitCode).toBe(2)
    expect(one.err).toContain('has no room for this')
    expect(allowed()).toEqual(many)
    expect((await dataset('deny', 'points', many[0]!)).exitCode).toBe(0)
    expect((await dataset('allow', 'points', ana)).exitCode).toBe(0)
  })

  test('to everybody or to some, and never to both', async () => {
    const both = ['--allow', ana, '--allow', 'everybody']
    const { exitCode, err } = await dataset('add', 'points', file, ...budget, ...both)
    expect(exitCode).toBe(2)
    expect(err).toContain('nobody is to be named beside it')
    expect(allowed()).toBeUndefined()
  })

  test('to nobody whose name is none, and is not denied to one of all', async () => {
    await dataset('add', 'points', file, ...budget)
    const address = await dataset('allow', 'points', `0x${'a'.repeat(40)}`)
    expect(address).toMatchObject({ exitCode: 2 })
    expect(address.err).toContain('vcp account show')
    const one = await dataset('deny', 'points', ana)
    expect(one.exitCode).toBe(2)
    expect(one.err).toContain('vcp node dataset allow')
    expect(allowed()).toBeNull()
    expect((await dataset('allow', 'nobody', ana)).exitCode).toBe(2)
  })
})

describe('vcp node dataset remove', () => {
  test('takes it from tasks, and leaves what it has spent', async () => {
    await dataset('add', 'points', file, ...budget)
    const ledger = openLedger(dataDir)
    ledger.reserve({
      release: 'r',
      dataset: 'points',
      taskId: 'a task',
      taskBudget: { epsilon: 8, delta: 1e-5 },
      phase: { samplingRate: 1, noiseMultiplier: 1, steps: 1 },
    })
    ledger.close()
    expect((await dataset('remove', 'points')).exitCode).toBe(0)
    expect((await dataset('list')).out).toContain('There is none')
    await dataset('add', 'points', file, ...budget)
    const [shown] = JSON.parse((await dataset('list', '--json')).out)
    expect(shown.epsilon_left).toBeLessThan(4.5)
    expect((await dataset('remove', 'nobody')).exitCode).toBe(2)
  })
})

describe('vcp privacy show', () => {
  const show = (...words: string[]) => run(['privacy', 'show', ...words, '--data-dir', dataDir])

  test('says that nothing was granted, and of what it does not know nothing', async () => {
    expect((await show()).out).toContain('Nothing was granted')
    expect((await show('--dataset', 'points')).exitCode).toBe(2)
  })

  test('says what was spent, by both figures and by task, with the statement', async () => {
    await dataset('add', 'points', file, ...budget)
    const ledger = openLedger(dataDir)
    const phase = { samplingRate: 0.01, noiseMultiplier: 0.7, steps: 120 }
    const asked = { dataset: 'points', taskBudget: { epsilon: 5, delta: 1e-5 }, phase }
    ledger.reserve({ ...asked, release: 'r', taskId: 'a task' })
    ledger.close()
    const { out } = await show('--dataset', 'points')
    expect(out).toContain('3.239, 2.461 by PLD')
    expect(out).toContain('a task  3.239, 2.461 by PLD of 5; 1 releases, 1 of them not known')
    expect(out).toMatch(/neighbours +data sets that differ by one example/)
    expect(out).toMatch(/trusted +nobody/)
    const [json] = JSON.parse((await show('--json')).out)
    expect(json).toMatchObject({ dataset: 'points', granted: { epsilon: 8 } })
    expect(json.left).toBeCloseTo(8 - 3.239, 2)
  })
})
