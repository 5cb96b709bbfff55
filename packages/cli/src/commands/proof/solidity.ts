import { writeFile } from 'node:fs/promises'
import { keyFileBytesMax, soliditySource, verificationKeyFrom } from '@vcp/proofs'
import { VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'
import { readInputJson } from '../../input-file.ts'
import { fields } from '../../style.ts'

export const command = defineCommand({
  about:
    'Writes a contract in Solidity that verifies the proofs of one key: its `verify` takes a, b, ' +
    'c and the signals. Whoever calls it says which signals; what they mean is the statement of ' +
    'the circuit.',
  arguments: [{ form: '<key>', about: 'the verification key of the circuit, as JSON' }],
  options: [
    { form: '--name <name>', about: 'of the contract' },
    { form: '--out <file>', about: 'where to write it' },
  ],
  examples: [
    {
      line: 'vcp proof solidity update-norm.key.json --name Norm --out Norm.sol',
      about: 'a verifier for a chain',
    },
  ],
  input: z.strictObject({
    key: z.string(),
    name: z.string('--name is needed'),
    out: z.string('--out is needed'),
  }),
  async run({ key: keyFile, name, out }) {
    const json = await readInputJson(keyFile, keyFileBytesMax)
    const source = soliditySource(json, name)
    if (!source.ok) throw new VcpError(source.code, { message: `${keyFile}: ${source.reason}` })
    await writeFile(out, source.value).catch((cause) => {
      throw new VcpError('OUTPUT_UNWRITABLE', { message: `${out} cannot be written`, cause })
    })
    const key = verificationKeyFrom(json)
    return { file: out, contract: name, verification_key: key.ok ? key.value.digest : null }
  },
  text({ file, contract, verification_key }, style) {
    return fields(
      [
        ['contract', style.title(contract)],
        ['file', file],
        ['key', verification_key ?? ''],
      ],
      style,
    )
  },
})
