// The body of an async function with one parameter, `input`. What it returns is the result; what it
// logs goes to stderr. There are no files, no network, no timers, and the clock is virtual.
const sorted = input.values.toSorted((one, other) => one - other)
const sum = sorted.reduce((total, value) => total + value, 0)
const mean = sum / sorted.length
const middle = sorted.length >> 1
const median =
  sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
const variance = sorted.reduce((total, value) => total + (value - mean) ** 2, 0) / sorted.length

console.log(`${sorted.length} values`)
return { mean, median, deviation: Math.sqrt(variance) }
