import { Digest, exitCodes, ProofKind, proofKinds, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { type CheckedCircuit, checkCircuitProof } from '../../proof/circuit-proof-file.ts'
import { type CheckedReceipt, checkRisc0Receipt } from '../../proof/risc0-receipt-file.ts'
import { fields, type Style } from '../../style.ts'

const [ofCircuit, ofRisc0] = proofKinds

export const command = defineCommand({
  about:
    'Checks a Groth16 proof offline, more strictly than snarkjs does: points in the subgroup, ' +
    'numbers in their one spelling, a key that somebody contributed to. It says that the signals ' +
    'are proved, not what they mean: that is the statement of the circuit whose key it is. Of a ' +
    'receipt of RISC Zero it says that the program of this image wrote this journal; which ' +
    'program that is, only building it shows. Exits 8 when the proof does not hold.',
  arguments: [
    {
      form: '[proof]',
      about: `a file with \`proof\` and \`signals\`, of \`prove\` or a task; for ${ofCircuit}`,
    },
  ],
  options: [
    { form: '--kind <kind>', about: `${proofKinds.join(' or ')} (default: ${ofCircuit})` },
    { form: '--key <file>', about: 'the verification key of the circuit, as JSON' },
    { form: '--image-id <hex>', about: `which program it was; for ${ofRisc0}, as the rest` },
    { form: '--journal <file>', about: 'what the program wrote, byte for byte' },
    { form: '--seal <file>', about: 'the proof: 260 bytes, its selector first, or their hex' },
  ],
  examples: [
    {
      line: 'vcp proof verify proof.json --key circuits/update-norm/update-norm.key.json',
      about: 'does the proof hold?',
    },
    {
      line:
        `vcp proof verify --kind ${ofRisc0} --image-id 11d2...ea1a ` +
        '--journal journal --seal seal.hex',
      about: 'did this program write this?',
    },
  ],
  input: z.strictObject({
    proof: z.string().optional(),
    kind: ProofKind.default(ofCircuit),
    key: z.string().optional(),
    imageId: z
      .string()
      .transform((text) => text.replace(/^0x/, '').toLowerCase())
      .pipe(Digest)
      .optional(),
    journal: z.string().optional(),
    seal: z.string().optional(),
  }),
  async run({
    kind,
    proof,
    key,
    imageId,
    journal,
    seal,
  }): Promise<CheckedCircuit | CheckedReceipt> {
    switch (kind) {
      case 'groth16-circuit': {
        refuseWords(kind, { '--image-id': imageId, '--journal': journal, '--seal': seal })
        return checkCircuitProof({ proof: needed('<proof>', proof), key: needed('--key', key) })
      }
      case 'risc0-groth16': {
        refuseWords(kind, { '<proof>': proof, '--key': key })
        return checkRisc0Receipt({
          imageId: needed('--image-id', imageId),
          journal: needed('--journal', journal),
          seal: needed('--seal', seal),
        })
      }
    }
  },
  text: (checked, style) => fields([verdictLine(checked, style), ...linesOf(checked)], style),
  exitCode: ({ ok }) => (ok ? exitCodes.ok : exitCodes.verificationFailed),
})

function verdictLine({ ok, reason }: CheckedCircuit | CheckedReceipt, style: Style) {
  return ['verdict', ok ? style.good('the proof holds') : style.bad(`refused: ${reason}`)] as const
}

function linesOf(checked: CheckedCircuit | CheckedReceipt): (readonly [string, string])[] {
  if (checked.kind === 'groth16-circuit') {
    const signals = checked.signals.map((signal, i) => [`signal ${i}`, signal] as const)
    return [['key', checked.verification_key], ...signals]
  }
  return [
    ['image id', checked.image_id],
    ['journal', `sha256 ${checked.journal_digest}`],
    ...(checked.claim_digest === null ? [] : [['claim', checked.claim_digest] as const]),
    ...(checked.release === null ? [] : [['release', `RISC Zero ${checked.release}`] as const]),
  ]
}

function needed<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw new VcpError('USAGE', { message: `${name} is needed` })
}

function refuseWords(kind: ProofKind, words: Readonly<Record<string, unknown>>): void {
  const [name] = Object.entries(words).find(([, value]) => value !== undefined) ?? []
  if (name === undefined) return
  throw new VcpError('USAGE', { message: `${name} has no meaning for ${kind}` })
}
