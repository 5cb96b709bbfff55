import { catalogue } from '@vcp/proofs'
import * as z from 'zod'
import { defineCommand } from '../../command.ts'

export const command = defineCommand({
  about:
    'The circuits that come with vcp, in the sizes that are built. What each of them shows, and ' +
    'what it does not, is one page: circuits/<name>/statement.md.',
  examples: [{ line: 'vcp proof circuits', about: 'what can be proved?' }],
  input: z.strictObject({}),
  async run() {
    return catalogue.map(({ name, template, publicInputs, variants }) => ({
      name,
      template,
      public_inputs: publicInputs,
      small: variants.small.parameters,
      standard: variants.standard.parameters,
    }))
  },
  text(circuits, style) {
    const width = Math.max(...circuits.map(({ name }) => name.length))
    return circuits
      .map(({ name, template, small, standard }) => {
        const sizes = [small, standard].map((each) => `${template}(${each.join(', ')})`)
        return `${style.title(name.padEnd(width))}  ${sizes.join('  ')}`
      })
      .join('\n')
  },
})
