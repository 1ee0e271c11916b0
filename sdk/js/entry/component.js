// What `pynomaly plugin build` makes a component of: the detector behind the contract.

import DetectorClass from "../../../detector.js";
import { serve } from "../../../pynomaly_sdk/component.js";

export { explainer, learner } from "../../../pynomaly_sdk/component.js";
export const detector = serve(DetectorClass);
