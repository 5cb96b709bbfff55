import { verifySetup } from '@vcp/proofs'
import { exitCodes, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Checks that a proving key belongs to a circuit and to powers of tau, and that somebody ' +
    'contributed to it: a key without a contribution, or with a beacon alone, is one that ' +
    'anybody can forge proofs for. Takes as long as the setup did. Exits 8 when it is refused.',
  arguments: [{ form: '<zkey>', about: 'the proving key' }],
  options: [
    { form: '--r1cs <file>', about: 'the circuit, compiled' },
    { form: '--ptau <file>', about: 'the powers of tau, prepared for phase 2' },
  ],
  examples: [
    {
      line: 'vcp setup verify c.zkey --r1cs c.r1cs --ptau powers-14.ptau',
      about: 'may the key be used?',
    },
  ],
  input: z.strictObject({
    zkey: z.string(),
    r1cs: z.string('--r1cs is needed'),
    ptau: z.string('--ptau is needed'),
  }),
  async run({ zkey, r1cs, ptau }, { host }) {
    const files = { r1cs, ptau, provingKey: zkey }
    const verified = await verifySetup(files, { signal: host.signal }).catch((cause: unknown) => {
      throw new VcpError('INPUT_UNREADABLE', { message: `${zkey} cannot be read`, cause })
    })
    if (!verified.ok && verified.code !== 'ZK_PROOF_INVALID') {
      throw new VcpError(verified.code, { message: verified.reason })
    }
    return verified.ok
      ? { ok: true, reason: null, contributions: verified.value.contributions }
      : { ok: false, reason: verified.reason, contributions: [] }
  },
  text({ ok, reason, contributions }, style) {
    return fields(
      [
        ['verdict', ok ? style.good('the setup holds') : style.bad(`refused: ${reason}`)],
        ...contributions.map(({ kind, name, transcript }) => {
          return [kind, `${name ?? 'without a name'}  ${style.quiet(transcript)}`] as const
        }),
      ],
      style,
    )
  },
  exitCode: ({ ok }) => (ok ? exitCodes.ok : exitCodes.verificationFailed),
})
