-- A table of 5,000 transfers, made by a small generator, and some questions about it.
CREATE TABLE transfers (id INTEGER PRIMARY KEY, payer INTEGER, payee INTEGER, amount INTEGER);
CREATE INDEX transfers_payer ON transfers (payer, amount);

WITH RECURSIVE numbers (n, x) AS (
  SELECT 1, 20260721
  UNION ALL
  SELECT n + 1, (x * 1103515245 + 12345) % 2147483648 FROM numbers WHERE n < 5000
)
INSERT INTO transfers SELECT n, x / 65536 % 97, x / 1024 % 89, x / 256 % 10000 FROM numbers;

SELECT count(*), sum(amount), min(amount), max(amount) FROM transfers;

SELECT payer, count(*) AS many, sum(amount) AS total, round(avg(amount), 3)
FROM transfers GROUP BY payer ORDER BY total DESC, payer LIMIT 5;

SELECT a.payer, a.payee, sum(a.amount - b.amount)
FROM transfers a JOIN transfers b ON a.payee = b.payer AND a.payer = b.payee
GROUP BY a.payer, a.payee ORDER BY 3 DESC, 1, 2 LIMIT 3;

UPDATE transfers SET amount = amount - amount / 10 WHERE payer % 7 = 0;
DELETE FROM transfers WHERE payee = payer;
SELECT count(*), sum(amount), hex(substr(printf('%08x', sum(id * amount)), 1, 4)) FROM transfers;

SELECT json_group_array(payee) FROM (SELECT DISTINCT payee FROM transfers WHERE payer = 13 ORDER BY 1 LIMIT 8);
SELECT NULL, x'00ff' = x'00ff', 'größe' LIKE 'GRö%', 7 / 2, 7 / 2.0, date(0, 'unixepoch');
