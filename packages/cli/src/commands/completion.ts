import * as z from 'zod'
import { defineCommand } from '../command.ts'
import { scriptFor, shells } from '../completion/script.ts'
import { wordsOf } from '../completion/words.ts'

export const command = defineCommand({
  about: 'Prints a script that makes the shell complete commands, options and settings of vcp.',
  arguments: [{ form: '<shell>', about: shells.join(', '), choices: shells }],
  examples: [
    {
      line: 'source <(vcp completion bash)',
      about: 'for this bash; put it in ~/.bashrc to keep it',
    },
    { line: 'vcp completion zsh > ~/.zfunc/_vcp', about: 'for zsh, with ~/.zfunc in fpath' },
    { line: 'vcp completion fish > ~/.config/fish/completions/vcp.fish', about: 'for fish' },
  ],
  input: z.strictObject({ shell: z.enum(shells) }),
  async run({ shell }, { program }) {
    return { shell, script: scriptFor(shell, wordsOf(await program())) }
  },
  text: ({ script }) => script,
})
