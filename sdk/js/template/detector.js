// my_detector: how far a row is from its columns' medians, in robust standard deviations.
//
// Steps, source and parameters: README.md.

import { Detector, number } from "./pynomaly_sdk/index.js";

/** A normal column's standard deviation, in median absolute deviations. */
const MEDIAN_TO_DEVIATION = 1.4826;
/** The same in mean absolute deviations: √(π / 2). */
const MEAN_TO_DEVIATION = 1.2533141373155003;

/** Distance from the columns' medians in robust standard deviations. */
export default class RobustZ extends Detector {
    static detectorName = "my_detector";
    static version = "0.1.0";
    static summary = "Root mean square of the columns' robust z-scores, by median and MAD.";
    static reference =
        "B. Iglewicz, D. C. Hoaglin: How to Detect and Handle Outliers. ASQC, 1993";
    static extra = { "auc-floor": "0.9", "scale-invariant": "true" };
    static parameters = {
        cap: number(1000, {
            minimum: 1,
            maximum: 1e6,
            doc: "The most, in robust standard deviations, that one column counts.",
        }),
    };

    fit(X) {
        this.medians_ = new Float64Array(X.columns);
        this.deviations_ = new Float64Array(X.columns);
        for (let column = 0; column < X.columns; column += 1) {
            const values = X.column(column).sort();
            this.medians_[column] = median(values);
            this.deviations_[column] = deviation(values, this.medians_[column]);
        }
    }

    scoreSamples(X) {
        return Array.from(X, (row) => this.#score(row));
    }

    #score(row) {
        let total = 0;
        for (let column = 0; column < row.length; column += 1) {
            // A constant column says nothing.
            if (this.deviations_[column] > 0) {
                const distance = Math.abs(row[column] - this.medians_[column]);
                const z = Math.min(distance / this.deviations_[column], this.cap);
                total += z * z;
            }
        }
        return Math.sqrt(total / row.length);
    }
}

/** The middle of values in ascending order, or between both middles. */
function median(sorted) {
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A column's robust standard deviation; 0 for a constant one. */
function deviation(values, middle) {
    const distances = values.map((value) => Math.abs(value - middle)).sort();
    const robust = median(distances) * MEDIAN_TO_DEVIATION;
    if (robust > 0) {
        return robust;
    }
    const sum = distances.reduce((total, distance) => total + distance, 0);
    return (sum / distances.length) * MEAN_TO_DEVIATION;
}
