// Makes a small transformer that guesses the next character, and text for it: the documents of this
// repository, a share of them for each node.
//   node scripts/with-node.mjs examples/train/text/make.ts
//     [--out folder] [--seed 1] [--nodes 3] [--examples 1500]
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Chance, type Rows, readArguments, writeInto, writeSplit } from '../make-model.ts'
import { length, transformer } from './transformer.ts'

const heldOut = 300
const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../../..')

/** What may be guessed: a space stands for all else. */
const letters = ' abcdefghijklmnopqrstuvwxyz.,:;-\n'

function ourText(): string {
  const documents = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  const files = [
    join(root, 'README.md'),
    ...documents.sort().map((name) => join(root, 'docs', name)),
  ]
  return files.map((file) => readFileSync(file, 'utf8').toLowerCase()).join('\n')
}

/** Pieces of the text, and for each place in them the character that follows. */
function pieces(text: string, count: number, seed: number): Rows {
  const codes = Array.from(text, (letter) => BigInt(Math.max(0, letters.indexOf(letter))))
  const chance = new Chance(seed)
  const inputs = new BigInt64Array(count * length)
  const labels = new BigInt64Array(count * length)
  for (let at = 0; at < count; at++) {
    const from = chance.below(codes.length - length - 1)
    for (let place = 0; place < length; place++) {
      inputs[at * length + place] = codes[from + place]!
      labels[at * length + place] = codes[from + place + 1]!
    }
  }
  return { shape: [length], inputs, labelShape: [length], labels }
}

const asked = readArguments(here, 1_500)
writeInto(asked.folder, 'model.onnx', transformer(asked.seed, letters.length))
const count = asked.nodes * asked.examples + heldOut
writeSplit(asked, pieces(ourText(), count, asked.seed), heldOut)
