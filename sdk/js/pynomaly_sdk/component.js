// The component's side of the contract: turns a Detector into what the host calls. Only imported
// where the component is made: `pynomaly plugin build` writes the module that calls `serve`.

import host from "pynomaly:detector/log@1.0.0";
import { explained, fitted, loaded, saved, scored, updated } from "./detector.js";
import { DetectorError } from "./errors.js";
import { setSink } from "./log.js";
import { Matrix } from "./matrix.js";

/** What the component exports, out of a detector class. */
export function serve(detectorClass) {
    settle();
    return {
        Model,
        describe: () => described(detectorClass),
        fit: (training, parameters, seed) =>
            answered(() => {
                const given = parameters.map(([name, value]) => [name, value.val]);
                const detector = new detectorClass(Object.fromEntries(given), seed);
                const trainingScores = fitted(detector, matrix(training));
                return { model: new Model(detector), trainingScores };
            }),
        load: (bytes) => answered(() => new Model(loaded(detectorClass, bytes))),
    };
}

/** A fitted detector behind the contract. */
class Model {
    #detector;

    constructor(detector) {
        this.#detector = detector;
    }

    score(data) {
        return answered(() => scored(this.#detector, matrix(data)));
    }

    save() {
        return answered(() => saved(this.#detector));
    }

    explain(data) {
        return answered(() => explained(this.#detector, matrix(data)));
    }

    update(data) {
        return answered(() => updated(this.#detector, matrix(data)));
    }
}

/** The ability `explainer`, which a component only exports where its detector has `explain`. */
export const explainer = { explain: (model, data) => model.explain(data) };

/** The ability `learner`, which a component only exports where its detector has `update`. */
export const learner = { update: (model, data) => model.update(data) };

function matrix({ columns, values }) {
    return new Matrix(columns, values);
}

/** The call's answer; whatever is thrown becomes the contract's `error`, not a trap. */
function answered(call) {
    try {
        return call();
    } catch (error) {
        throw verdict(error);
    }
}

function verdict(error) {
    if (error instanceof DetectorError) {
        return { tag: error.tag, val: error.val };
    }
    if (error instanceof RangeError) {
        return { tag: "invalid-input", val: error.message };
    }
    const text = String(error);
    host.log("error", error?.stack ? `${text}\n${error.stack}` : text);
    return { tag: "other", val: text };
}

function described(detectorClass) {
    return {
        name: detectorClass.detectorName,
        version: detectorClass.version,
        summary: detectorClass.summary,
        reference: detectorClass.reference,
        task: detectorClass.timeSeries ? "time-series" : "tabular",
        parameters: Object.entries(detectorClass.parameters).map(row),
        acceptsMissing: detectorClass.acceptsMissing,
        minimumRows: detectorClass.minimumRows,
        stateVersion: detectorClass.stateVersion,
        extra: Object.entries(detectorClass.extra),
    };
}

function row([name, parameter]) {
    const { kind, byDefault, doc } = parameter;
    const tag = kind === "choice" ? "text" : kind;
    const value = byDefault === undefined ? null : { tag, val: byDefault };
    return { name, kinds: [kindOf(parameter)], default: value, doc };
}

function kindOf({ kind, minimum = null, maximum = null, ...rest }) {
    switch (kind) {
        case "boolean":
            return { tag: kind };
        case "integer":
            return { tag: kind, val: { minimum, maximum } };
        case "number": {
            const { exclusiveMinimum, exclusiveMaximum } = rest;
            return { tag: kind, val: { minimum, maximum, exclusiveMinimum, exclusiveMaximum } };
        }
        case "text":
            return { tag: kind, val: rest.bytesMax };
        default:
            return { tag: kind, val: rest.choices };
    }
}

/** Makes the engine at home in a component: there is no clock, and no randomness of its own. */
function settle() {
    setSink((level, message) => host.log(level, message));
    globalThis.console = consoleOf((level, message) => host.log(level, message));
    const Real = Date;
    globalThis.Date = class extends Real {
        constructor(...parts) {
            super(...(parts.length > 0 ? parts : [0]));
        }

        static now() {
            return 0;
        }
    };
    globalThis.performance = { now: () => 0 };
    Math.random = () => {
        throw new TypeError("Math.random is not the same twice: use new Random(this.seed)");
    };
}

function consoleOf(log) {
    const to = (level) => (...parts) => log(level, parts.map(String).join(" "));
    const info = to("info");
    return { debug: to("debug"), log: info, info, warn: to("warn"), error: to("error") };
}
