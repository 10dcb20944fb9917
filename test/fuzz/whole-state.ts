/** A checkpoint's state and a record of its history, which the fuzzed bytes change. */

/** A state with all its parts, which the bytes change. */
export const wholeState = {
  lineage: '12edaa5e-1c74-4353-8961-14a709a4cb32',
  trainer: {
    model: { layers: [{ units: 3 }] },
    loss: { kind: 'huber' },
    rule: 'adam',
    groups: [0],
    seed: '3',
    optimizer: {},
    clip: {},
    nonFinite: 'stop',
    average: null,
    device: 'cpu',
  },
  steps: 9,
  skipped: 1,
  smoothedLoss: { sum: 0.1, count: 1 },
  run: {
    firstEpoch: 0,
    epochs: 2,
    shuffle: true,
    dropLast: false,
    dataset: '716eefcc9b93a12d',
    validation: '716eefcc9b93a12d',
    sampling: '716eefcc9b93a12d',
    highestRate: 0.1,
    highestLately: [1, { $number: 'Infinity' }],
    rateScale: 0.5,
    rollbacks: 1,
    back: { files: ['a', 'b'], tried: ['a'] },
    underWay: {
      progress: {
        lossSum: 2,
        correct: 1,
        examples: 9,
        steps: 2,
        skipped: 1,
        gradientNorm: { $number: 'NaN' },
        lastLoss: 1,
      },
      batchSize: 5,
      partRows: 5,
      seconds: 0.1,
    },
    recentLoss: { average: { sum: 1, count: 2 }, seen: { lossSum: 2, examples: 9, steps: 2 } },
    monitor: {
      layers: [
        {
          looks: 1,
          gradientSum: 1,
          largestGradient: 1,
          ratioSum: 1,
          weight: 1,
          dead: 0,
          norms: [1],
          first: 1,
        },
      ],
      moved: 'AA==',
    },
    warned: [{ code: 'DEAD_UNITS', layer: 'dense1' }],
    stopReason: 'enough',
    callbacks: { earlyStopping: { state: { best: 1 }, arrays: ['w'] } },
  },
  writer: {
    time: '2026-11-21T11:41:05.606Z',
    thalweg: '1.0.0',
    node: '20.17.0',
    isa: 'avx2',
  },
};

/** The record of an epoch with all its parts. */
export const wholeRecord = {
  epoch: 0,
  loss: 1,
  accuracy: 0.5,
  smoothedLoss: 1,
  seconds: 1,
  examplesPerSecond: 9,
  learningRate: 0.1,
  gradientNorm: 1,
  skippedSteps: 0,
  validation: { loss: 1, accuracy: 1, weights: 'raw', metrics: { f1: 1, confusionMatrix: [[1]] } },
  layers: [{ layer: 'dense1', gradientNorm: 1, deadShare: 0 }],
};
