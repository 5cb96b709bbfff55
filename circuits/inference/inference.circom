pragma circom 2.2.3;

include "../parts/bits.circom";
include "../parts/commitment.circom";
include "../generated/tags.circom";

// A network of two layers on whole numbers: weights and input of 8 bits, biases of 16, ReLU, and 7
// bits dropped between the layers. The scores are public, model and input are committed to.
template Inference(n, hidden, classes) {
  signal input context;
  signal input in[n];
  signal input weight1[hidden][n];
  signal input bias1[hidden];
  signal input weight2[classes][hidden];
  signal input bias2[classes];
  signal input inputSalt;
  signal input modelSalt;
  signal output inputCommitment;
  signal output modelCommitment;
  signal output score[classes];

  var sizeBits = 0;
  while (2 ** sizeBits < n) sizeBits++;
  // A sum of n products is within 2^(14 + sizeBits), a bias within 2^15.
  var bits = 17 + sizeBits;
  var weights = hidden * n + classes * hidden + hidden + classes;

  component committedInput = PackedCommitment(n, 8, tagInput());
  component committedModel = PackedCommitment(weights, 16, tagNetwork());
  component inputRange[n];
  component weight1Range[hidden][n];
  component weight2Range[classes][hidden];
  component biasRange[hidden + classes];
  component sumBits[hidden];
  signal product1[hidden][n];
  signal product2[classes][hidden];
  signal active[hidden];

  for (var i = 0; i < n; i++) {
    inputRange[i] = Signed(8);
    inputRange[i].in <== in[i];
    committedInput.in[i] <== inputRange[i].shifted;
  }
  var at = 0;
  for (var h = 0; h < hidden; h++) {
    biasRange[h] = Signed(16);
    biasRange[h].in <== bias1[h];
    committedModel.in[at] <== biasRange[h].shifted;
    at++;
    var sum = bias1[h];
    for (var i = 0; i < n; i++) {
      weight1Range[h][i] = Signed(8);
      weight1Range[h][i].in <== weight1[h][i];
      committedModel.in[at] <== weight1Range[h][i].shifted;
      at++;
      product1[h][i] <== weight1[h][i] * in[i];
      sum += product1[h][i];
    }
    sumBits[h] = Bits(bits);
    sumBits[h].in <== sum + (1 << (bits - 1));
    var dropped = 0;
    for (var k = 7; k < bits - 1; k++) dropped += sumBits[h].bit[k] * (1 << (k - 7));
    active[h] <== sumBits[h].bit[bits - 1] * dropped; // the highest bit: not negative
  }
  for (var c = 0; c < classes; c++) {
    biasRange[hidden + c] = Signed(16);
    biasRange[hidden + c].in <== bias2[c];
    committedModel.in[at] <== biasRange[hidden + c].shifted;
    at++;
    var sum = bias2[c];
    for (var h = 0; h < hidden; h++) {
      weight2Range[c][h] = Signed(8);
      weight2Range[c][h].in <== weight2[c][h];
      committedModel.in[at] <== weight2Range[c][h].shifted;
      at++;
      product2[c][h] <== weight2[c][h] * active[h];
      sum += product2[c][h];
    }
    score[c] <== sum;
  }
  committedInput.salt <== inputSalt;
  committedModel.salt <== modelSalt;
  inputCommitment <== committedInput.out;
  modelCommitment <== committedModel.out;
}
