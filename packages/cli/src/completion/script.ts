// Completion scripts: static tables, so that a key press never starts a process.
import type { Word, Words } from './words.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export function scriptFor(shell: Shell, words: Words): string {
  const make = { bash, zsh, fish } satisfies Record<Shell, (words: Words) => string>
  return make[shell](words)
}

/** Quotes for any of the three shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** What stands before the cursor, as each shell spells it. */
const wordsBefore = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are those of the shell
  bash: '"${COMP_WORDS[@]:1:COMP_CWORD-1}"',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are those of the shell
  zsh: '"${words[@]:1:$((CURRENT - 2))}"',
}

function cases(words: Words, list: (candidates: readonly Word[]) => string): string {
  return [...words.after]
    .map(([before, candidates]) => `    ${quoted(before)}) ${list(candidates)} ;;`)
    .join('\n')
}

/** In bash and zsh alike: the words before the cursor, without options and what belongs to them. */
function placeIn(list: string, words: Words): string {
  return `  local word before='' count=0 skip=0
  for word in ${list}; do
    if [ "$skip" = 1 ]; then skip=0; continue; fi
    case "$word" in
    --data-dir | --coordinator | --set) skip=1; continue ;;
    -*) continue ;;
    esac
    count=$((count + 1))
    case "$before" in
    ${groupsOf(words).map(quoted).join(' | ')}) [ "$count" -gt 3 ] && break ;;
    *) [ "$count" -gt 2 ] && break ;;
    esac
    before="\${before:+$before }$word"
  done`
}

/** Two words that a verb follows: `node dataset`. */
function groupsOf({ after }: Words): readonly string[] {
  return [...after.keys()].filter(
    (before) =>
      before.includes(' ') && [...after.keys()].some((path) => path.startsWith(`${before} `)),
  )
}

function bash(words: Words): string {
  const lists = cases(words, (list) => `words=${quoted(list.map(({ text }) => text).join(' '))}`)
  return `# bash completion for vcp
_vcp() {
${placeIn(wordsBefore.bash, words)}
  local words=''
  case "$before" in
${lists}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _vcp vcp
`
}

function zsh(words: Words): string {
  const described = ({ text, about }: Word) => quoted(`${text.replaceAll(':', '\\:')}:${about}`)
  const lists = cases(words, (list) => `found=(${list.map(described).join(' ')})`)
  return `#compdef vcp
# zsh completion for vcp
_vcp() {
  local -a found
${placeIn(wordsBefore.zsh, words)}
  case "$before" in
${lists}
  esac
  if (( \${#found} )); then _describe 'vcp' found; else _files; fi
}
if [ "$funcstack[1]" = _vcp ]; then _vcp "$@"; else compdef _vcp vcp; fi
`
}

function fish(words: Words): string {
  const lines = [...words.after].flatMap(([before, candidates]) =>
    candidates.map(({ text, about }) => {
      const when = `-n ${quoted(`__vcp_after ${before}`.trimEnd())}`
      return text.startsWith('--')
        ? `complete -c vcp ${when} -l ${text.slice(2)} -d ${quoted(about)}`
        : `complete -c vcp ${when} -f -a ${quoted(text)} -d ${quoted(about)}`
    }),
  )
  return `# fish completion for vcp
function __vcp_may_follow
  test (count $argv) -lt 2; or contains -- "$argv" ${groupsOf(words).map(quoted).join(' ')}
end
function __vcp_after
  set -l before
  set -l skip 0
  for word in (commandline -opc)[2..]
    if test $skip = 1
      set skip 0
    else if contains -- $word --data-dir --coordinator --set
      set skip 1
    else if not string match -q -- '-*' $word; and __vcp_may_follow $before
      set before $before $word
    end
  end
  test "$before" = "$argv"
end
${lines.join('\n')}
`
}
