// A small text tool: `count` prints the lines, words and bytes of stdin, `sort` its lines in the
// order of their bytes. It speaks WASI itself, so it needs neither a library nor a collector.

const STDIN = 0
const STDOUT = 1
const STDERR = 2
const NEWLINE: u8 = 10
const CHUNK = 65536

const USAGE = 'usage: text count|sort\n'

@external('wasi_snapshot_preview1', 'args_sizes_get')
declare function argsSizesGet(count: usize, bytes: usize): i32

@external('wasi_snapshot_preview1', 'args_get')
declare function argsGet(argv: usize, buffer: usize): i32

@external('wasi_snapshot_preview1', 'fd_read')
declare function fdRead(fd: i32, iovecs: usize, count: i32, done: usize): i32

@external('wasi_snapshot_preview1', 'fd_write')
declare function fdWrite(fd: i32, iovecs: usize, count: i32, done: usize): i32

@external('wasi_snapshot_preview1', 'proc_exit')
declare function procExit(code: i32): void

// An iovec (address, length) and the number of bytes that went through it.
const iovec = memory.data(8)
const moved = memory.data(4)
const sizes = memory.data(8)

let text: usize = 0
let length: usize = 0

export function _start(): void {
  const command = argument()
  if (command == 'count') {
    readAll()
    print(STDOUT, count())
  } else if (command == 'sort') {
    readAll()
    sort()
  } else {
    print(STDERR, USAGE)
    procExit(2)
  }
}

/** The argument after the name of the program, where there is one and no more. */
function argument(): string {
  if (argsSizesGet(sizes, sizes + 4) != 0 || load<u32>(sizes) != 2) return ''
  const argv = heap.alloc(8)
  const buffer = heap.alloc(load<u32>(sizes, 4))
  if (argsGet(argv, buffer) != 0) return ''
  const last = load<u32>(argv, 4)
  const end = buffer + load<u32>(sizes, 4) - 1
  return String.UTF8.decodeUnsafe(last, end - last)
}

function readAll(): void {
  let room: usize = CHUNK
  text = heap.alloc(room)
  for (;;) {
    if (length == room) {
      room *= 2
      text = heap.realloc(text, room)
    }
    store<u32>(iovec, text + length)
    store<u32>(iovec, room - length, 4)
    if (fdRead(STDIN, iovec, 1, moved) != 0) fail()
    const some = load<u32>(moved)
    if (some == 0) return
    length += some
  }
}

function count(): string {
  let lines: u32 = 0
  let words: u32 = 0
  let inWord = false
  for (let i: usize = 0; i < length; i++) {
    const byte = load<u8>(text + i)
    if (byte == NEWLINE) lines++
    const isSpace = byte == 32 || (byte >= 9 && byte <= 13)
    if (!isSpace && !inWord) words++
    inWord = !isSpace
  }
  return lines.toString() + ' ' + words.toString() + ' ' + length.toString() + '\n'
}

/** Writes the lines in order, each with a newline after it. */
function sort(): void {
  const lines = lineCount()
  const starts = heap.alloc((lines + 1) * 4)
  const order = heap.alloc(lines * 4)
  let line: u32 = 0
  let start: usize = 0
  for (let i: usize = 0; i <= length; i++) {
    if (i < length ? load<u8>(text + i) != NEWLINE : start == length) continue
    store<u32>(starts + line * 4, start)
    store<u32>(order + line * 4, line)
    line++
    start = i + 1
  }
  store<u32>(starts + lines * 4, start)

  const sorted = mergeSort(order, starts, lines)
  const out = heap.alloc(length + 1)
  let end = out
  for (let i: u32 = 0; i < lines; i++) {
    const chosen = load<u32>(sorted + i * 4)
    const size = lineLength(starts, chosen)
    memory.copy(end, text + load<u32>(starts + chosen * 4), size)
    end += size
    store<u8>(end++, NEWLINE)
  }
  write(STDOUT, out, end - out)
}

/** How many lines there are, counting a last one that no newline ends. */
function lineCount(): u32 {
  let lines: u32 = 0
  for (let i: usize = 0; i < length; i++) {
    if (load<u8>(text + i) == NEWLINE) lines++
  }
  return length > 0 && load<u8>(text + length - 1) != NEWLINE ? lines + 1 : lines
}

function lineLength(starts: usize, line: u32): usize {
  return load<u32>(starts + line * 4, 4) - load<u32>(starts + line * 4) - 1
}

/** Bottom up, and back and forth between two arrays; returns the one that ends up sorted. */
function mergeSort(from: usize, starts: usize, count: u32): usize {
  let to = heap.alloc(count * 4)
  for (let width: u32 = 1; width < count; width *= 2) {
    for (let low: u32 = 0; low < count; low += 2 * width) {
      const middle = min(low + width, count)
      merge(from, to, starts, low, middle, min(middle + width, count))
    }
    const swapped = from
    from = to
    to = swapped
  }
  return from
}

function merge(from: usize, to: usize, starts: usize, low: u32, middle: u32, high: u32): void {
  let left = low
  let right = middle
  for (let at = low; at < high; at++) {
    const takesLeft =
      left < middle &&
      (right == high ||
        compare(starts, load<u32>(from + left * 4), load<u32>(from + right * 4)) <= 0)
    store<u32>(to + at * 4, load<u32>(from + (takesLeft ? left++ : right++) * 4))
  }
}

function compare(starts: usize, a: u32, b: u32): i32 {
  const sizeA = lineLength(starts, a)
  const sizeB = lineLength(starts, b)
  const first = memory.compare(
    text + load<u32>(starts + a * 4),
    text + load<u32>(starts + b * 4),
    min(sizeA, sizeB),
  )
  if (first != 0) return first
  return sizeA < sizeB ? -1 : sizeA > sizeB ? 1 : 0
}

function print(fd: i32, line: string): void {
  const bytes = String.UTF8.byteLength(line)
  const buffer = heap.alloc(bytes)
  String.UTF8.encodeUnsafe(changetype<usize>(line), line.length, buffer)
  write(fd, buffer, bytes)
}

function write(fd: i32, from: usize, bytes: usize): void {
  while (bytes > 0) {
    store<u32>(iovec, from)
    store<u32>(iovec, bytes, 4)
    if (fdWrite(fd, iovec, 1, moved) != 0) fail()
    from += load<u32>(moved)
    bytes -= load<u32>(moved)
  }
}

// A message could fail as well: the exit code has to do.
function fail(): void {
  procExit(1)
}
