// Messages for the operator; the host keeps a bounded number of them per call. Natively they go
// to the console.

let sink = (level, message) => console.error(`${level}: ${message}`);

/** Whom messages go to; the component names the host. */
export function setSink(take) {
    sink = take;
}

export function debug(message) {
    sink("debug", String(message));
}

export function info(message) {
    sink("info", String(message));
}

export function warn(message) {
    sink("warn", String(message));
}

export function error(message) {
    sink("error", String(message));
}
