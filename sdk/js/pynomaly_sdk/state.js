// Values as portable bytes: the same values give the same bytes, and every float keeps its bits.
//
// Takes null, undefined, booleans, numbers, texts, Float64Array, Uint8Array, arrays, and plain
// objects of these. A sum over the bytes finds damage; depth, counts and lengths are checked
// against the bytes that are there.

import { BadState } from "./errors.js";

const MAGIC = 0x31534a50; // "PJS1"
/** Lists within lists within lists. */
export const DEPTH_MAX = 32;
const HEAD_BYTES = 12;

const NULL = 0;
const UNDEFINED = 1;
const FALSE = 2;
const TRUE = 3;
const NUMBER = 4;
const TEXT = 5;
const BYTES = 6;
const NUMBERS = 7;
const LIST = 8;
const OBJECT = 9;

/** The value as a state of the detector's format `version`. */
export function dump(version, value) {
    const writer = new Writer();
    writer.write(value, 0);
    const body = writer.bytes();
    const state = new Uint8Array(HEAD_BYTES + body.length);
    const head = new DataView(state.buffer);
    head.setUint32(0, MAGIC, true);
    head.setUint32(4, version, true);
    head.setUint32(8, sumOf(body), true);
    state.set(body, HEAD_BYTES);
    return state;
}

/** The value back; BadState for bytes that are damaged, foreign, or of another version. */
export function load(version, bytes) {
    const state = Uint8Array.from(bytes);
    const head = new DataView(state.buffer);
    if (state.length < HEAD_BYTES || head.getUint32(0, true) !== MAGIC) {
        throw new BadState("these bytes are no state of a detector");
    }
    if (head.getUint32(4, true) !== version) {
        throw new BadState(`format ${head.getUint32(4, true)} instead of ${version}`);
    }
    const body = state.subarray(HEAD_BYTES);
    if (head.getUint32(8, true) !== sumOf(body)) {
        throw new BadState("the bytes are damaged");
    }
    const reader = new Reader(body);
    const value = reader.read(0);
    if (reader.at !== body.length) {
        throw new BadState("there are bytes left over");
    }
    return value;
}

/** FNV-1a of 32 bits. */
function sumOf(bytes) {
    let sum = 0x811c9dc5;
    for (const byte of bytes) {
        sum = Math.imul(sum ^ byte, 0x01000193);
    }
    return sum >>> 0;
}

class Writer {
    #bytes = new Uint8Array(256);
    #length = 0;

    bytes() {
        return this.#bytes.slice(0, this.#length);
    }

    #room(count) {
        if (this.#length + count > this.#bytes.length) {
            const grown = new Uint8Array(2 * this.#bytes.length + count);
            grown.set(this.#bytes);
            this.#bytes = grown;
        }
        const at = this.#length;
        this.#length += count;
        return new DataView(this.#bytes.buffer, at, count);
    }

    #tag(tag, count) {
        const view = this.#room(5);
        view.setUint8(0, tag);
        view.setUint32(1, count, true);
    }

    #numbers(values) {
        const view = this.#room(8 * values.length);
        values.forEach((value, index) => view.setFloat64(8 * index, value, true));
    }

    #raw(bytes) {
        const view = this.#room(bytes.length);
        bytes.forEach((byte, index) => view.setUint8(index, byte));
    }

    write(value, depth) {
        if (depth > DEPTH_MAX) {
            throw new TypeError(`a state is at most ${DEPTH_MAX} deep`);
        }
        if (value === null || value === undefined || typeof value === "boolean") {
            const tag = { null: NULL, undefined: UNDEFINED, false: FALSE, true: TRUE }[value];
            this.#tag(tag, 0);
        } else if (typeof value === "number") {
            this.#tag(NUMBER, 1);
            this.#numbers([value]);
        } else if (typeof value === "string") {
            const bytes = encodeText(value);
            this.#tag(TEXT, bytes.length);
            this.#raw(bytes);
        } else if (value instanceof Uint8Array) {
            this.#tag(BYTES, value.length);
            this.#raw(value);
        } else if (value instanceof Float64Array) {
            this.#tag(NUMBERS, value.length);
            this.#numbers(value);
        } else if (Array.isArray(value)) {
            this.#tag(LIST, value.length);
            value.forEach((item) => this.write(item, depth + 1));
        } else if (Object.getPrototypeOf(value) === Object.prototype) {
            this.#tag(OBJECT, Object.keys(value).length);
            for (const [key, item] of Object.entries(value)) {
                this.write(key, depth + 1);
                this.write(item, depth + 1);
            }
        } else {
            throw new TypeError(`a ${typeof value} cannot be part of a state`);
        }
    }
}

class Reader {
    constructor(body) {
        this.body = body;
        this.view = new DataView(body.buffer, body.byteOffset, body.length);
        this.at = 0;
    }

    #take(count) {
        if (count > this.body.length - this.at) {
            throw new BadState("the bytes end too early");
        }
        this.at += count;
        return this.at - count;
    }

    #numbers(count) {
        const start = this.#take(8 * count);
        return Float64Array.from({ length: count }, (_, index) =>
            this.view.getFloat64(start + 8 * index, true));
    }

    #raw(count) {
        const start = this.#take(count);
        return this.body.slice(start, start + count);
    }

    read(depth) {
        if (depth > DEPTH_MAX) {
            throw new BadState("the values lie too deep");
        }
        const start = this.#take(5);
        const count = this.view.getUint32(start + 1, true);
        switch (this.body[start]) {
            case NULL:
                return null;
            case UNDEFINED:
                return undefined;
            case FALSE:
                return false;
            case TRUE:
                return true;
            case NUMBER:
                return this.#numbers(1)[0];
            case TEXT:
                return decodeText(this.#raw(count));
            case BYTES:
                return this.#raw(count);
            case NUMBERS:
                return this.#numbers(count);
            case LIST:
                return this.#list(count, depth);
            case OBJECT:
                return this.#object(count, depth);
            default:
                throw new BadState("a value of no known kind");
        }
    }

    #list(count, depth) {
        const list = [];
        for (let index = 0; index < count; index += 1) {
            list.push(this.read(depth + 1));
        }
        return list;
    }

    #object(count, depth) {
        const object = {};
        for (let index = 0; index < count; index += 1) {
            const key = this.read(depth + 1);
            if (typeof key !== "string" || key === "__proto__") {
                throw new BadState("a key is no text");
            }
            object[key] = this.read(depth + 1);
        }
        return object;
    }
}

// UTF-8 by hand: the component's engine has neither TextEncoder nor TextDecoder.
function encodeText(text) {
    const escaped = unescape(encodeURIComponent(text));
    return Uint8Array.from(escaped, (character) => character.charCodeAt(0));
}

function decodeText(bytes) {
    let escaped = "";
    for (const byte of bytes) {
        escaped += String.fromCharCode(byte);
    }
    return decodeURIComponent(escape(escaped));
}
