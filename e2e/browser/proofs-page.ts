// Runs in the browser: checks the proofs that the test serves, and writes what came of it into the
// page.
import {
  catalogue,
  claimFrom,
  poseidon,
  verificationKeyFrom,
  verify,
  verifyBatch,
} from '@vcp/proofs/browser'

declare const document: { body: { textContent: string } }
declare const crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }
declare const performance: { now(): number }
declare function fetch(url: string): Promise<{ json(): Promise<unknown> }>

interface Served {
  readonly key: { readonly vk_gamma_2: unknown }
  readonly proof: unknown
  readonly signals: readonly string[]
}

const { key: keyJson, proof, signals } = (await (await fetch('/served.json')).json()) as Served
const opened = verificationKeyFrom(keyJson)
if (!opened.ok) throw new Error(opened.reason)
const key = opened.value
const lower = [...signals.slice(0, -1), String(BigInt(signals.at(-1) ?? 0) - 1n)]
const [honest, forged] = [signals, lower].map((each) => claimFrom(proof, each))
if (honest?.ok !== true || forged?.ok !== true) throw new Error('the claims cannot be read')
const began = performance.now()
const holds = verify(key, honest.value).ok
const ms = performance.now() - began
const random = (count: number) => crypto.getRandomValues(new Uint8Array(count))
const batch = verifyBatch(key, [honest.value, forged.value, honest.value], random)
const found = {
  holds,
  forged: verify(key, forged.value).ok,
  forgeableKey: verificationKeyFrom({ ...keyJson, vk_delta_2: keyJson.vk_gamma_2 }).ok,
  batch: batch.map(({ ok }) => ok),
  poseidon: poseidon([1n, 2n]).toString(),
  circuits: catalogue.length,
  ms,
}
document.body.textContent = JSON.stringify(found)
