import { writeFile } from 'node:fs/promises'
import {
  keyFileBytesMax,
  prove,
  rapidsnarkProver,
  snarkjsProver,
  verificationKeyFrom,
} from '@vcp/proofs'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputJson } from '../../input-file.ts'
import { CircuitInputJson } from '../../proof/circuit-input.ts'
import { fields } from '../../style.ts'

const inputBytesMax = 67_108_864
const defaultMemoryMb = 4_096

export const command = defineCommand({
  about:
    'Makes a Groth16 proof in a child process and checks it before it is written. The witness ' +
    'generator is code; it runs in a process that may read, write and start nothing.',
  arguments: [{ form: '<input>', about: 'values by the names of the circuit’s inputs, as JSON' }],
  options: [
    { form: '--wasm <file>', about: 'the witness generator of the circuit' },
    { form: '--zkey <file>', about: 'its proving key' },
    { form: '--key <file>', about: 'its verification key, as JSON' },
    { form: '--out <file>', about: 'where to write the proof and its signals' },
    { form: '--rapidsnark <file>', about: 'a rapidsnark binary to prove with, if you have one' },
    { form: '--memory <mb>', about: `the most memory the prover may take (${defaultMemoryMb})` },
  ],
  examples: [
    {
      line: 'vcp proof prove input.json --wasm c.wasm --zkey c.zkey --key c.json --out proof.json',
      about: 'prove what the input is true for',
    },
  ],
  input: z.strictObject({
    input: z.string(),
    wasm: z.string('--wasm is needed'),
    zkey: z.string('--zkey is needed'),
    key: z.string('--key is needed'),
    out: z.string('--out is needed'),
    rapidsnark: z.string().optional(),
    memory: z.coerce.number().int().min(64).max(262_144).default(defaultMemoryMb),
  }),
  async run({ input: inputFile, wasm, zkey, key: keyFile, out, rapidsnark, memory }, { host }) {
    const key = verificationKeyFrom(await readInputJson(keyFile, keyFileBytesMax))
    if (!key.ok) throw new VcpError(key.code, { message: `${keyFile}: ${key.reason}` })
    const input = CircuitInputJson.safeParse(await readInputJson(inputFile, inputBytesMax))
    if (!input.success) {
      throw new VcpError('INVALID', {
        message: `${inputFile} is not an object of numbers as texts, and lists of them`,
      })
    }
    const order = {
      input: input.data,
      witnessGenerator: wasm,
      provingKey: zkey,
      verificationKey: key.value,
    }
    const prover = rapidsnark === undefined ? snarkjsProver : rapidsnarkProver(rapidsnark)
    const startedMs = host.nowMs()
    const proved = await prove(prover, order, {
      signal: host.signal,
      memoryBytesMax: memory * 2 ** 20,
    })
    if (!proved.ok) throw new VcpError(proved.code, { message: proved.reason })
    const { proofJson: proof, signalsJson: signals } = proved.value
    await writeFile(out, `${JSON.stringify({ proof, signals }, null, 2)}\n`).catch((cause) => {
      throw new VcpError('OUTPUT_UNWRITABLE', { message: `${out} cannot be written`, cause })
    })
    return {
      file: out,
      prover: prover.name,
      took_ms: host.nowMs() - startedMs,
      verification_key: key.value.digest,
      signals: proved.value.signals.map(String),
    }
  },
  text({ file, prover, took_ms, signals }, style) {
    return fields(
      [
        ['proof', style.title(file)],
        ['made by', `${prover}, in ${took_ms} ms`],
        ...signals.map((signal, i) => [`signal ${i}`, signal] as const),
      ],
      style,
    )
  },
})
