// Write an anomaly detector in JavaScript; ship it as one WebAssembly component.
//
// A detector is a class: `fit` learns, `scoreSamples` scores, higher means more anomalous. What it
// says of itself and its parameters are static fields; what it has learnt are the fields whose
// names end in `_`, which the SDK saves and loads. Types: index.d.ts.

export { Detector, explained, fitted, loaded, saved, scored, updated } from "./detector.js";
export {
    BadState,
    DetectorError,
    InsufficientData,
    InvalidInput,
    InvalidParameter,
    NumericalError,
} from "./errors.js";
export * as log from "./log.js";
export { Matrix } from "./matrix.js";
export { boolean, choice, integer, number, text } from "./parameters.js";
export { Random } from "./random.js";
