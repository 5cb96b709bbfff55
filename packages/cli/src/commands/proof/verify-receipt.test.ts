import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../../testing/host.ts'

/** What RISC Zero published to test its contracts with: see the README there. */
const example = fileURLToPath(new URL('../../../../../examples/proofs/risc0/', import.meta.url))
const imageId = '11d264ed8dfdee222b820f0278e4d7f55d4b69a5472253a471c102265a91ea1a'
let folder = ''
const file = (name: string) => join(folder, name)
const journalFile = join(example, 'journal')
const sealFile = join(example, 'seal.hex')
const words = (journal = journalFile, seal = sealFile) => [
  ...['proof', 'verify', '--kind', 'risc0-groth16', '--image-id', imageId],
  ...['--journal', journal, '--seal', seal],
]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vcp-receipt-'))
  await writeFile(file('other'), 'just another receipt')
  const digits = (await readFile(sealFile, 'utf8')).trim().slice(2)
  await writeFile(file('seal'), Buffer.from(digits, 'hex'))
  await writeFile(file('short'), digits.slice(8))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('vcp proof verify --kind risc0-groth16', () => {
  test('takes a receipt that RISC Zero published, its seal in hex or as bytes', async () => {
    for (const seal of [sealFile, file('seal')]) {
      const { exitCode, out } = await run([...words(journalFile, seal), '--json'])
      expect(exitCode).toBe(0)
      expect(JSON.parse(out)).toMatchObject({
        kind: 'risc0-groth16',
        ok: true,
        image_id: imageId,
        release: '3.0',
      })
    }
    expect((await run(words())).out).toContain('the proof holds')
  })

  test('refuses another journal, and says so', async () => {
    const { exitCode, out } = await run(words(file('other')))
    expect(exitCode).toBe(8)
    expect(out).toContain('the equation does not hold')
    expect(JSON.parse((await run([...words(file('other')), '--json'])).out)).toMatchObject({
      ok: false,
      claim_digest: null,
      release: null,
    })
  })

  test('says what is missing, wrong, or of the other kind', async () => {
    const said = async (line: readonly string[]) => {
      const { exitCode, err } = await run([...line])
      return [exitCode, err]
    }
    const kind = ['proof', 'verify', '--kind', 'risc0-groth16']
    expect(await said(kind)).toEqual([2, expect.stringContaining('--image-id is needed')])
    expect(await said(['proof', 'verify', '--seal', file('seal')])).toEqual([
      2,
      expect.stringContaining('--seal has no meaning for groth16-circuit'),
    ])
    const mixed = await said([...words(), '--key', file('seal')])
    expect(mixed).toEqual([2, expect.stringContaining('--key has no meaning for risc0-groth16')])
    expect(await said(words(journalFile, file('short')))).toEqual([
      2,
      expect.stringContaining('260 bytes'),
    ])
    expect((await run(words('nowhere'))).exitCode).toBe(2)
    expect((await run([...kind, '--image-id', 'xyz'])).exitCode).toBe(2)
    expect((await run(['proof', 'verify', '--kind', 'plonk'])).exitCode).toBe(2)
  })
})
