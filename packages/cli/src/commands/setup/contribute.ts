import { contribute, readZkeyHeader } from '@vcp/proofs'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Adds a secret to the setup of a circuit, drawn here and forgotten. As long as one of all ' +
    'who contribute forgets theirs, nobody can forge proofs. Publish the transcript that it ' +
    'prints, so that others can see that yours is among them.',
  arguments: [
    { form: '<from>', about: 'the proving key so far' },
    { form: '<to>', about: 'the file to write the next one to' },
  ],
  options: [{ form: '--name <name>', about: 'who contributes; it is written into the key' }],
  examples: [
    { line: 'vcp setup contribute c_0001.zkey c_0002.zkey --name ana', about: 'add a secret' },
  ],
  input: z.strictObject({
    from: z.string(),
    to: z.string(),
    name: z
      .string('--name is needed')
      .min(1)
      .max(64)
      .regex(/^[\w .@-]+$/),
  }),
  async run({ from, to, name }, { host }) {
    const before = await readHeader(from)
    const entropy = Buffer.from(host.randomBytes(32)).toString('hex')
    const contributed = await contribute(from, to, { name, entropy }, { signal: host.signal })
    if (!contributed.ok) throw new VcpError(contributed.code, { message: contributed.reason })
    const { contributions } = await readHeader(to)
    if (contributions.length !== before.contributions.length + 1) {
      throw new VcpError('PROVING_FAILED', { message: `${to} has no new contribution` })
    }
    return { file: to, contributions }
  },
  text({ file, contributions }, style) {
    const last = contributions.at(-1)
    return fields(
      [
        ['key', style.title(file)],
        ['contributions', String(contributions.length)],
        ['transcript', last?.transcript ?? ''],
      ],
      style,
    )
  },
})

async function readHeader(file: string) {
  const header = await readZkeyHeader(file).catch((cause: unknown) => {
    throw new VcpError('INPUT_UNREADABLE', { message: `${file} cannot be read`, cause })
  })
  if (!header.ok) throw new VcpError(header.code, { message: `${file}: ${header.reason}` })
  return header.value
}
