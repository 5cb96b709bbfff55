// A result that proves itself, and a browser that verifies the proof: Groth16, on the page.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  apiKey,
  connect,
  type NamedBlob,
  nameBlob,
  prepareTask,
  submitTask,
  type TaskDraft,
} from '@vcp/client'
import { buildOwnCircuit } from '@vcp/proofs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chromium } from '../chromium.ts'
import { type NetworkShown, networkOfTest } from '../network.ts'
import { openPage, signIn, stepsShown } from '../page.ts'

const source = fileURLToPath(new URL('../../../examples/proofs/polynomial.circom', import.meta.url))

/** A point of a polynomial that only its submitter knows; resolves with the task’s id. */
async function submitPolynomial(network: NetworkShown): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-web-proofs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const built = await buildOwnCircuit(source, folder)
  if (!built.ok) throw new Error(built.reason)
  const { r1cs, provingKey, verificationKey, witnessGenerator } = built.value.files
  const blob = (file: string) => nameBlob(new Uint8Array(readFileSync(file)))
  const named: Record<string, NamedBlob> = {
    r1cs: blob(r1cs),
    proving_key: blob(provingKey),
    verification_key: blob(verificationKey),
    witness_generator: blob(witnessGenerator),
  }
  const secret = nameBlob(new TextEncoder().encode(JSON.stringify({ point: '17' })))
  const cids = Object.fromEntries(Object.entries(named).map(([name, { cid }]) => [name, cid]))
  const draft = {
    task_type: 'zk_proof',
    inputs: {
      circuit: { from: 'files', ...cids, public_order: ['context', 'low', 'high', 'coefficients'] },
      public_inputs: { low: '10', high: '20', coefficients: ['5', '0', '2', '1'] },
      private_inputs: secret.cid,
    },
    verification: { level: 'proved' },
    requirements: { max_execution_seconds: 120 },
  } as unknown as TaskDraft
  const task = prepareTask(draft, { blobs: [...Object.values(named), secret] })
  const connection = connect({ url: network.url, credentials: apiKey(network.api_key) })
  await submitTask(connection, task)
  await connection.close()
  return task.submission.task_id
}

// skipped: where this machine has no Chromium, chromium.ts says so on stderr
describe.skipIf(chromium === null)('a result that proves itself', () => {
  test('is verified on its page, and is not the proof of another task', async () => {
    const network = await networkOfTest()
    const taskId = await submitPolynomial(network)
    const { page, complaints } = await openPage()
    await signIn(page, network)
    await page.goto(`${network.url}/#/tasks/${taskId}`)
    await page.locator('.page-head').getByText('completed').waitFor({ timeout: 120_000 })
    expect(await stepsShown(page)).toMatchObject({ signatures: 'ok', output: 'ok', proof: 'ok' })
    await page.getByText('shown: proved').waitFor()

    await page.route('**/api/v1/tasks/*/spec', async (route) => {
      const response = await route.fetch()
      const spec = (await response.json()) as { inputs: { public_inputs: { low: string } } }
      spec.inputs.public_inputs.low = '11'
      return route.fulfill({ response, json: spec })
    })
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.locator('[data-step="proof"][data-result="failed"]').waitFor()
    expect(await page.getByText('shown: proved').count()).toBe(0)
    expect(complaints).toEqual([])
  }, 240_000)
})
