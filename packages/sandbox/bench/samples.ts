// What the programs of the benchmark are given to work on. The same in every run.

function createRandom(): () => number {
  let x = 20_260_721
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}

export function pseudorandomBytes(count: number): Uint8Array {
  const random = createRandom()
  return Uint8Array.from({ length: count }, () => random())
}

/** A grey square in the PGM format. */
export function sampleImage(side: number): Uint8Array {
  return Buffer.concat([Buffer.from(`P5\n${side} ${side}\n255\n`), pseudorandomBytes(side * side)])
}

export function sampleJson(records: number): Uint8Array {
  const random = createRandom()
  const list = Array.from({ length: records }, (_, id) => ({
    id,
    name: `node ${random().toString(36)}`,
    isUp: random() % 3 > 0,
    load: (random() % 10_000) / 100,
    tags: Array.from({ length: random() % 4 }, () => random().toString(36)),
    at: random() % 5 === 0 ? null : { x: -(random() % 100), y: random() % 100 },
  }))
  return new TextEncoder().encode(JSON.stringify(list))
}

export function sampleLines(count: number): Uint8Array {
  const random = createRandom()
  const lines = Array.from({ length: count }, () => `${random().toString(36)} ${random() % 100}`)
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}

/** Filling a table with an index, then grouping, joining and changing it. */
export function sampleSql(rows: number): Uint8Array {
  return new TextEncoder().encode(`
    CREATE TABLE transfers (id INTEGER PRIMARY KEY, payer INTEGER, payee INTEGER, amount INTEGER);
    CREATE INDEX transfers_payer ON transfers (payer, amount);
    WITH RECURSIVE numbers (n, x) AS (
      SELECT 1, 20260721
      UNION ALL
      SELECT n + 1, (x * 1103515245 + 12345) % 2147483648 FROM numbers WHERE n < ${rows}
    )
    INSERT INTO transfers SELECT n, x / 65536 % 997, x / 1024 % 889, x / 256 % 10000 FROM numbers;
    SELECT payer, count(*), sum(amount) AS total, round(avg(amount), 3)
    FROM transfers GROUP BY payer ORDER BY total DESC, payer LIMIT 5;
    SELECT a.payer, a.payee, sum(a.amount - b.amount)
    FROM transfers a JOIN transfers b ON a.payee = b.payer AND a.payer = b.payee
    GROUP BY a.payer, a.payee ORDER BY 3 DESC, 1, 2 LIMIT 3;
    UPDATE transfers SET amount = amount - amount / 10 WHERE payer % 7 = 0;
    SELECT count(*), sum(amount), hex(printf('%08x', sum(id * amount))) FROM transfers;
    SELECT count(*) FROM transfers WHERE printf('%d-%d', payer, payee) LIKE '%9_-%8%';
  `)
}
