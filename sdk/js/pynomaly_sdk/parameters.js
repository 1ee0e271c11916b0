// The parameter table: `static parameters = { n_neighbors: integer(5, { minimum: 1, doc: "…" }) }`.
// A default of `undefined` means that absence has a meaning of its own, which `doc` gives. Bounds
// are inclusive unless said otherwise; none means unbounded.

import { InvalidParameter } from "./errors.js";

/** `true` or `false`. */
export function boolean(byDefault, { doc }) {
    const fault = (value) => (typeof value === "boolean" ? "" : "is neither true nor false");
    return { kind: "boolean", byDefault, doc, fault };
}

/** A whole number that a float holds exactly: within ±(2⁵³ − 1). */
export function integer(byDefault, { minimum, maximum, doc }) {
    const fault = (value) =>
        Number.isSafeInteger(value) ? outside(value, { minimum, maximum }) : "is no whole number";
    return { kind: "integer", byDefault, doc, minimum, maximum, fault };
}

/** A finite number. */
export function number(
    byDefault,
    { minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false, doc },
) {
    const bounds = { minimum, maximum, exclusiveMinimum, exclusiveMaximum };
    const fault = (value) =>
        Number.isFinite(value) ? outside(value, bounds) : "is no finite number";
    return { kind: "number", byDefault, doc, ...bounds, fault };
}

/** A text of at most `bytesMax` bytes of UTF-8. */
export function text(byDefault, { bytesMax, doc }) {
    const fault = (value) => (typeof value === "string" ? "" : "is no text");
    return { kind: "text", byDefault, doc, bytesMax, fault };
}

/** One of some texts. */
export function choice(byDefault, { choices, doc }) {
    const fault = (value) =>
        choices.includes(value) ? "" : `is none of ${choices.join(", ")}`;
    return { kind: "choice", byDefault, doc, choices, fault };
}

/** The values of all parameters of `table`: the given ones, checked, and else the defaults. */
export function valuesOf(table, given) {
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(table, name));
    if (unknown !== undefined) {
        throw new InvalidParameter(unknown, "there is no such parameter");
    }
    const values = {};
    for (const [name, row] of Object.entries(table)) {
        values[name] = given[name] ?? row.byDefault;
        const fault = values[name] === undefined ? "" : row.fault(values[name]);
        if (fault !== "") {
            throw new InvalidParameter(name, `${values[name]} ${fault}`);
        }
    }
    return values;
}

function outside(value, { minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
    if (value < minimum || (exclusiveMinimum && value === minimum)) {
        return `is less than ${minimum}, or not above it`;
    }
    if (value > maximum || (exclusiveMaximum && value === maximum)) {
        return `is greater than ${maximum}, or not below it`;
    }
    return "";
}
