"""What `pynomaly plugin build` makes a component of: the detector behind the contract."""

import detector
import pynomaly_contract
from pynomaly_sdk.component import serve

PynomalyContract = serve(detector, pynomaly_contract.Model)
