"""What `pynomaly plugin build` makes a component of: the detector behind the contract."""

import detector
import pynomaly_contract
from pynomaly_sdk import component

PynomalyContract = component.serve(detector, pynomaly_contract.Model)
Explainer = component.Explainer
Learner = component.Learner
