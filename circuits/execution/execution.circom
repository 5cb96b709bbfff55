pragma circom 2.2.3;

include "../parts/bits.circom";
include "../generated/tags.circom";
include "chain.circom";
include "datapath.circom";

// Bits that hold every number from 0 to n.
function bitsFor(n) {
  var bits = 0;
  while ((1 << bits) <= n) bits++;
  return bits;
}

// So many steps of a program of `length` instructions on a memory of so many words. Instructions
// are looked up in the program, and accesses matched with one another, at a challenge that depends
// on everything that a prover may choose: see statement.md.
template Execution(steps, length, words) {
  signal input context;
  signal input value; // of word 0 at the end: what a function returns
  signal input startAt;
  signal input program[length];
  signal input count[length]; // how often each instruction runs
  signal input first[words];
  signal input last[words - 1]; // of the words after word 0, at the end
  signal input lastTime[words]; // when each word was written last
  signal input word[steps];
  signal input a[steps];
  signal input b[steps];
  signal input old[steps];
  signal input gap[steps][3]; // for b, a and what is overwritten: times between, less one
  signal output programHash;
  signal output start;
  signal output end;
  signal output endAt;
  signal output run;

  var timeBits = bitsFor(3 * steps);
  var countBits = bitsFor(steps);
  var times = 253 \ timeBits;
  var counts = 253 \ countBits;
  var timeElements = (words + times - 1) \ times;
  var countElements = (length + counts - 1) \ counts;
  component path[steps];
  component gapBits[steps][3];
  component timeRange[words];
  component countRange[length];

  component hash = Chain(length, tagProgram());
  for (var j = 0; j < length; j++) hash.in[j] <== program[j];
  programHash <== hash.out;

  // Everything that the challenge must not be known for: each value in so many bits, so that an
  // element stands for one choice only.
  component challenge = Chain(3 + steps + timeElements + countElements, tagRun());
  for (var i = 0; i < steps; i++) {
    path[i] = Datapath();
    if (i == 0) {
      path[i].at <== startAt;
    } else {
      path[i].at <== path[i - 1].next;
    }
    path[i].word <== word[i];
    path[i].a <== a[i];
    path[i].b <== b[i];
    path[i].old <== old[i];
    var element = word[i] + a[i] * (1 << 46) + b[i] * (1 << 78) + old[i] * (1 << 110);
    for (var k = 0; k < 3; k++) {
      gapBits[i][k] = Bits(timeBits);
      gapBits[i][k].in <== gap[i][k];
      element += gap[i][k] * (1 << (142 + timeBits * k));
    }
    challenge.in[3 + i] <== element;
  }
  for (var e = 0; e < timeElements; e++) {
    var element = 0;
    for (var i = 0; i < times && e * times + i < words; i++) {
      timeRange[e * times + i] = Bits(timeBits);
      timeRange[e * times + i].in <== lastTime[e * times + i];
      element += lastTime[e * times + i] * (1 << (timeBits * i));
    }
    challenge.in[3 + steps + e] <== element;
  }
  for (var e = 0; e < countElements; e++) {
    var element = 0;
    for (var i = 0; i < counts && e * counts + i < length; i++) {
      countRange[e * counts + i] = Bits(countBits);
      countRange[e * counts + i].in <== count[e * counts + i];
      element += count[e * counts + i] * (1 << (countBits * i));
    }
    challenge.in[3 + steps + timeElements + e] <== element;
  }

  component startRange = Bits(8);
  startRange.in <== startAt;
  component before = State(words);
  before.at <== startAt;
  component after = State(words);
  after.at <== path[steps - 1].next;
  for (var j = 0; j < words; j++) {
    before.word[j] <== first[j];
    if (j == 0) {
      after.word[j] <== value;
    } else {
      after.word[j] <== last[j - 1];
    }
  }
  start <== before.out;
  end <== after.out;
  endAt <== path[steps - 1].next;
  challenge.in[0] <== hash.out;
  challenge.in[1] <== before.out;
  challenge.in[2] <== after.out;
  run <== challenge.out;

  // Every instruction that ran is one of the program's.
  signal inverse[steps];
  signal tableInverse[length];
  signal share[length];
  var ran = 0;
  var listed = 0;
  for (var i = 0; i < steps; i++) {
    var key = path[i].at + word[i] * (1 << 16);
    inverse[i] <-- 1 / (run - key);
    inverse[i] * (run - key) === 1;
    ran += inverse[i];
  }
  for (var j = 0; j < length; j++) {
    var key = j + program[j] * (1 << 16);
    tableInverse[j] <-- 1 / (run - key);
    tableInverse[j] * (run - key) === 1;
    share[j] <== count[j] * tableInverse[j];
    listed += share[j];
  }
  ran === listed;

  // Every access finds what the last one to that word left: address, time and value.
  signal taken[3 * steps + words + 1];
  signal left[3 * steps + words + 1];
  taken[0] <== 1;
  left[0] <== 1;
  for (var i = 0; i < steps; i++) {
    var address[3];
    for (var j = 0; j < 8; j++) {
      address[0] += path[i].wordBit[8 + j] * (1 << j);
      address[1] += path[i].wordBit[j] * (1 << j);
      address[2] += path[i].wordBit[16 + j] * (1 << j);
    }
    address[1] += path[i].loadFrom;
    address[2] += path[i].storeTo - path[i].jumpTo + path[i].wordBit[43];
    var found[3] = [b[i], a[i], old[i]];
    var put[3] = [b[i], a[i], path[i].result];
    for (var k = 0; k < 3; k++) {
      var time = 3 * i + k + 1;
      var at = 3 * i + k;
      taken[at + 1] <== taken[at]
        * (run - address[k] - (time - 1 - gap[i][k]) * (1 << 34) - found[k] * (1 << 48));
      left[at + 1] <== left[at]
        * (run - address[k] - time * (1 << 34) - put[k] * (1 << 48));
    }
  }
  for (var j = 0; j < words; j++) {
    var at = 3 * steps + j;
    taken[at + 1] <== taken[at] * (run - j - lastTime[j] * (1 << 34) - after.word[j] * (1 << 48));
    left[at + 1] <== left[at] * (run - j - first[j] * (1 << 48));
  }
  taken[3 * steps + words] === left[3 * steps + words];
}
