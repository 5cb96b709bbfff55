import { claimFrom, verificationKeyFrom, verify } from '@vcp/proofs'
import { exitCodes, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputJson } from '../../input-file.ts'
import { fields } from '../../style.ts'

/** A key with as many points as keys may have, as JSON, with room. */
const fileBytesMax = 262_144

/** As `prove` writes it, or as a node hands it in for a task, with more beside. */
const ProofFile = z.object({ proof: z.unknown(), signals: z.unknown() })

export const command = defineCommand({
  about:
    'Checks a Groth16 proof offline, more strictly than snarkjs does: points in the subgroup, ' +
    'numbers in their one spelling, a key that somebody contributed to. It says that the signals ' +
    'are proved, not what they mean: that is the statement of the circuit whose key it is. Exits ' +
    '8 when the proof does not hold.',
  arguments: [
    {
      form: '<proof>',
      about: 'a file with `proof` and `signals`: of `prove`, or the result of a task',
    },
  ],
  options: [{ form: '--key <file>', about: 'the verification key of the circuit, as JSON' }],
  examples: [
    {
      line: 'vcp proof verify proof.json --key circuits/update-norm/update-norm.key.json',
      about: 'does the proof hold?',
    },
  ],
  input: z.strictObject({ proof: z.string(), key: z.string('--key is needed') }),
  async run({ proof: proofFile, key: keyFile }) {
    const key = verificationKeyFrom(await readInputJson(keyFile, fileBytesMax))
    if (!key.ok) throw new VcpError(key.code, { message: `${keyFile}: ${key.reason}` })
    const file = ProofFile.safeParse(await readInputJson(proofFile, fileBytesMax))
    const hasBoth = file.success && 'proof' in file.data && 'signals' in file.data
    if (!file.success || !hasBoth) {
      throw new VcpError('INVALID', { message: `${proofFile} has no \`proof\` and \`signals\`` })
    }
    const claim = claimFrom(file.data.proof, file.data.signals)
    const verdict = claim.ok ? verify(key.value, claim.value) : claim
    return {
      ok: verdict.ok,
      reason: verdict.ok ? null : verdict.reason,
      verification_key: key.value.digest,
      signals: claim.ok ? claim.value.signals.map(String) : [],
    }
  },
  text({ ok, reason, verification_key, signals }, style) {
    return fields(
      [
        ['verdict', ok ? style.good('the proof holds') : style.bad(`refused: ${reason}`)],
        ['key', verification_key],
        ...signals.map((signal, i) => [`signal ${i}`, signal] as const),
      ],
      style,
    )
  },
  exitCode: ({ ok }) => (ok ? exitCodes.ok : exitCodes.verificationFailed),
})
