// Prints what the project's detector can do beyond scoring, one name a line: `pynomaly plugin build`
// asks before it makes a component.

import DetectorClass from "../../../detector.js";
import { abilities } from "../../../pynomaly_sdk/detector.js";

console.log(abilities(DetectorClass).join("\n"));
