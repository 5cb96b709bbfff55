pragma circom 2.2.3;

// Poseidon of n elements, as circomlib has it. What lies between two S-boxes is linear: it is kept in
// variables, not in signals, so that only the S-boxes make constraints: three each.
include "../generated/poseidon-constants.circom";

template Poseidon(n) {
  signal input in[n];
  signal output out;

  var t = n + 1;
  var partial = poseidonPartialRounds(t);
  var rounds = 8 + partial;
  var constants[t * rounds] = poseidonConstants(t);
  var matrix[t][t] = poseidonMatrix(t);

  signal square[8 * t + partial];
  signal fourth[8 * t + partial];
  signal fifth[8 * t + partial];

  var state[t];
  for (var i = 0; i < n; i++) state[i + 1] = in[i];
  var box = 0;
  for (var r = 0; r < rounds; r++) {
    var boxes = (r < 4 || r >= 4 + partial) ? t : 1;
    for (var i = 0; i < t; i++) {
      state[i] += constants[r * t + i];
      if (i < boxes) {
        square[box] <== state[i] * state[i];
        fourth[box] <== square[box] * square[box];
        // In this order the second matrix, which costs a setup most, stays sparse.
        fifth[box] <== state[i] * fourth[box];
        state[i] = fifth[box];
        box++;
      }
    }
    var mixed[t];
    for (var i = 0; i < t; i++) {
      for (var j = 0; j < t; j++) mixed[i] += matrix[i][j] * state[j];
    }
    for (var i = 0; i < t; i++) state[i] = mixed[i];
  }
  out <== state[0];
}
